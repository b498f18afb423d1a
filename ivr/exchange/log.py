"""The log: every ring, key, word, webhook and text, in the order they happened. Only added to."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Event:
    at: datetime
    kind: str
    call_sid: str = ""
    number: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


class Log(list[Event]):
    def __init__(self, file: Path | None = None) -> None:
        super().__init__()
        self._file = file

    def write(self, event: Event) -> None:
        self.append(event)
        if self._file:
            line = json.dumps(asdict(event) | {"at": event.at.isoformat()}, ensure_ascii=False)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
