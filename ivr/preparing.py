"""Before anything starts: the schema up to date, and on a first start the demo data."""

from pathlib import Path

from ivr import clock, migrations
from ivr.database import transaction
from ivr.models import Organization
from ivr.services.calls import lifeline, phone_book
from ivr.services.imports import importing
from ivr.settings import BrokenSettingError, settings

DEMO = Path(__file__).parent / "demo.yaml"


def migrate() -> None:
    settings().var_dir.mkdir(parents=True, exist_ok=True)
    try:
        migrations.upgrade(settings().database)
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise BrokenSettingError(f"DATABASE_URL: the database cannot be used: {reason}") from error


def prepare() -> None:
    migrate()
    with transaction() as db:
        if settings().demo_data and db.get(Organization, 1) is None:
            importing.import_file(db, DEMO, clock.now())
        lifeline.write_roster(db, clock.now())
        phone_book.write(db)
