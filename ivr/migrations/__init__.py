"""The schema's history, by Alembic. `upgrade` brings a database up to date, from any folder."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

HERE = Path(__file__).parent
UNKNOWN_TO_MODELS = ("passages_fts", "ix_passages_words")
"""What a migration makes that no model can say: the index of the words, on either database."""


def in_models(name: str | None, _type: str, _of: Any) -> bool:
    """Whether something in the database is to be compared with the models."""
    return not (name or "").startswith(UNKNOWN_TO_MODELS)


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    command.upgrade(config(url), "head")
