"""Settings keep their history: a change is a version and a line of the audit, and what was before is
put back by one more. What is asked for at every call is kept in the process, whatever becomes of the
database.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from ivr.database import engine, reading, transaction
from ivr.models import AuditLine, Organization, SettingVersion
from ivr.services import audit
from ivr.services.imports import importing
from ivr.services.settings import house_settings, in_force, versions
from ivr.services.settings.house_rules import RefusedError
from ivr.services.settings.house_settings import Editing
from tests.services.people import NOW, organization


@pytest.fixture(autouse=True)
def house(database: str) -> Iterator[None]:
    with transaction() as db:
        organization(db)
    yield
    in_force.forget()


def put(name: str, wanted: object) -> bool:
    with transaction() as db:
        return Editing(db, NOW, "Ada").put(name, wanted)


def history(name: str) -> list[tuple[object, object]]:
    with reading() as db:
        return [(one.before, one.after) for one in versions.of(db, name)]


def test_a_change_is_a_version_and_can_be_undone() -> None:
    with reading() as db:
        before = house_settings.value(db, "organization")
    changed = before | {"name": "Acme Aide", "holidays": "ca-qc"}
    assert put("organization", changed)
    assert not put("organization", changed), "it is so already"
    with transaction() as db:
        row = db.get_one(Organization, 1)
        assert (row.name, row.holidays) == ("Acme Aide", "CA-QC")
        assert Editing(db, NOW, "Bo").undo(versions.of(db, "organization")[0])
    with reading() as db:
        assert house_settings.value(db, "organization") == before
        lines = audit.changes(db, "setting-organization")
        assert [one.by for one in lines] == ["Bo", "Ada"]
    after = changed | {"holidays": "CA-QC"}
    assert history("organization") == [(after, before), (before, after)]
    for statement in ("update setting_versions set by = 'x'", "delete from setting_versions"):
        with pytest.raises(DBAPIError, match="keep their history"), transaction() as db:
            db.execute(text(statement))


@pytest.mark.parametrize(
    ("name", "wanted", "field"),
    [
        ("organization", {"name": " ", "time_zone": "UTC", "holidays": "CA"}, "name"),
        ("organization", {"name": "X", "time_zone": "Mars", "holidays": "CA"}, "time_zone"),
        ("organization", {"name": "X", "time_zone": "UTC", "holidays": "CA-XX"}, "holidays"),
        ("business-hours", {"opens": "18:00", "closes": "09:00", "days": [1]}, "closes"),
        ("business-hours", {"opens": "09:00", "closes": "18:00", "days": [9]}, "days"),
        ("targets", {"major": {"response": {"within": 5}}}, "major-response"),
        ("targets", {"closing": {"business_days": 900}}, "closing"),
        ("languages", ["tlh"], "languages"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_is_refused_by_its_field(name: str, wanted: object, field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        put(name, wanted)
    assert refused.value.field == field
    assert history(name) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_targets_keep_only_what_differs(tmp_path: Path) -> None:
    put("targets", {"major": {"response": {"within": 1800}, "missed": "page"}, "reopen_days": 30})
    with reading() as db:
        assert house_settings.value(db, "targets") == {"major": {"missed": "page"}}
    file = tmp_path / "house.yaml"
    file.write_text("organization: {name: Imported, targets: {reopen_days: 10}}")
    with transaction() as db:
        importing.import_file(db, file, NOW)
    assert history("targets")[0] == ({"major": {"missed": "page"}}, {"reopen_days": 10})
    with transaction() as db:
        importing.import_file(db, file, NOW)
        those = select(SettingVersion.name).where(SettingVersion.by == importing.BY)
        assert sorted(db.scalars(those)) == ["organization", "targets"], "once"


def test_what_is_asked_at_every_call_is_known_at_once_and_without_a_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not house_settings.is_blocked("+15145550166")
    with transaction() as db:
        wanted = house_settings.block(db, "514 555-0166", "rings all night")
        Editing(db, NOW, "Ada").put("blocked-numbers", wanted)
    in_force.look()
    assert house_settings.is_blocked("+15145550166")
    with engine().begin() as elsewhere:  # another process takes it back
        elsewhere.execute(
            text(
                "insert into setting_versions (at, by, name, before, after)"
                " select at, 'Bo', name, after, '[]' from setting_versions"
            )
        )
    in_force.look()
    assert house_settings.is_blocked("+15145550166"), "asked a moment ago"
    monkeypatch.setattr(in_force, "EVERY", 0.0)
    with monkeypatch.context() as away:
        away.setattr(in_force, "reading", _gone)
        in_force.look()
        assert house_settings.is_blocked("+15145550166"), "what was known holds"
    in_force.look()
    assert not house_settings.is_blocked("+15145550166")
    with reading() as db:
        number = select(AuditLine.data).where(AuditLine.about == "setting-blocked-numbers")
        assert "5550166" not in str(db.scalars(number).all())


def _gone() -> None:
    raise OperationalError("select", {}, Exception("away"))
