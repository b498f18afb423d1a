"""What an import has done: how many rows are new, changed, or as they were."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session


@dataclass
class Summary:
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def count(self, db: Session, row: Any) -> None:
        if row in db.new:
            self.new += 1
        elif db.is_modified(row):
            self.changed += 1
        else:
            self.unchanged += 1
        db.flush()
