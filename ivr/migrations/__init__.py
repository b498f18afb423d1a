"""The schema's history, by Alembic. `upgrade` brings a database up to date, from any folder."""

from pathlib import Path

from alembic import command
from alembic.config import Config

HERE = Path(__file__).parent


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    command.upgrade(config(url), "head")
