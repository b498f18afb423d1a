"""The import file's rotas and absences, written into the database.

A rota's layers are replaced as a whole. Overrides and absences that came by a file before and have
not ended are replaced by the list given; those that staff have made are left alone.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Absence, Layer, Override, Rota, Team, Technician
from ivr.services.imports.import_file import ImportFile
from ivr.services.imports.import_reading import ImportRefusedError
from ivr.services.imports.import_rota_file import AbsenceIn, LayerIn, OverrideIn, RotaIn, moment
from ivr.services.imports.import_summary import Summary
from ivr.services.on_call import rotas
from ivr.services.on_call.layers import Wanted
from ivr.services.refusal import RefusedError
from ivr.services.settings import house
from ivr.services.staff import people

SOURCE = "import"
"""Of rows that came by an import file."""


def unknown_staff(file: ImportFile, known: set[str]) -> Iterator[str]:
    """Mistakes, each with its place."""
    for at, given in enumerate(file.rotas):
        for email in dict.fromkeys(given.emails()):
            if email not in known:
                yield f"rotas[{at}]: nobody on the staff has the e-mail {email}"
    for at, absence in enumerate(file.absences or []):
        if absence.technician not in known:
            told = f"nobody on the staff has the e-mail {absence.technician}"
            yield f"absences[{at}].technician: {told}"


def write(db: Session, now: datetime, file: ImportFile, summary: Summary) -> None:
    if not file.rotas and file.absences is None:
        return
    staff = {one.email: one for one in db.scalars(select(Technician))}
    for at, given in enumerate(file.rotas):
        _Rota(db, now, staff, given, f"rotas[{at}]", summary).write()
    if file.absences is not None:
        _absences(db, now, staff, file.absences, summary)


def _absences(
    db: Session,
    now: datetime,
    staff: dict[str, Technician],
    given: Sequence[AbsenceIn],
    summary: Summary,
) -> None:
    wanted = []
    for one in given:
        person = staff[one.technician]
        zone = people.zone(db, person)
        times = {"starts_at": moment(one.starts, zone), "ends_at": moment(one.ends, zone)}
        wanted.append({"technician_id": person.id, **times, "why": one.why})
    known = select(Absence).where(Absence.source == SOURCE, Absence.ends_at > now)
    _replace(db, now, db.scalars(known).all(), wanted, summary, Absence)


def _replace(
    db: Session,
    now: datetime,
    known: Sequence[Absence | Override],
    wanted: list[dict[str, Any]],
    summary: Summary,
    table: type[Absence | Override],
    **put: Any,
) -> None:
    left = list(known)
    for values in wanted:
        if values["ends_at"] <= now:
            continue  # what is over is history, whatever a file says
        same = (one for one in left if all(getattr(one, name) == values[name] for name in values))
        row = next(same, None)
        if row is not None:
            left.remove(row)
            summary.unchanged += 1
        else:
            db.add(table(source=SOURCE, **values, **put))
            summary.new += 1
    for row in left:
        summary.changed += 1
        if row.starts_at < now:
            row.ends_at = now.replace(microsecond=0)
        else:
            db.delete(row)
    db.flush()


class _Rota:
    def __init__(
        self,
        db: Session,
        now: datetime,
        staff: dict[str, Technician],
        given: RotaIn,
        place: str,
        summary: Summary,
    ) -> None:
        self.db, self.now, self.staff = db, now, staff
        self.given, self.place, self.summary = given, place, summary

    def write(self) -> None:
        told, layers = self._told(), self._layers()
        row = rotas.by_name(self.db, self.given.name)
        if row is None:
            zone = house.ours(self.db).time_zone
            row = Rota(name=self.given.name, time_zone=zone, on_duty=[], layers=[])
            self.db.add(row)
        for name, value in told.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        if layers is not None and [_values(one) for one in row.layers] != layers:
            row.layers = [Layer(position=at, **one) for at, one in enumerate(layers)]
        self.summary.count(self.db, row)
        if self.given.overrides is not None:
            self._overrides(row, self.given.overrides)

    def _told(self) -> dict[str, Any]:
        """What the file says of it: the rest is kept as it is."""
        given, told = self.given, dict[str, Any]()
        if given.time_zone:
            told["time_zone"] = given.time_zone
        if "owner" in given.model_fields_set:
            told["owner_id"] = self.staff[given.owner].id if given.owner else None
        if "team" in given.model_fields_set:
            team = select(Team.id).where(Team.name == given.team)
            told["team_id"] = self.db.scalar(team)
        return told

    def _layers(self) -> list[dict[str, Any]] | None:
        if self.given.layers is None:
            return None
        return [self._layer(at, one) for at, one in enumerate(self.given.layers)]

    def _layer(self, at: int, given: LayerIn) -> dict[str, Any]:
        wanted = Wanted(
            given.name,
            [[self.staff[email].id for email in turn] for turn in given.turns],
            given.starts,
            given.unit,
            given.every,
            given.ends,
            given.time_zone,
            [one.model_dump(by_alias=True) for one in given.hours],
        )
        try:
            return wanted.checked(self.db)
        except RefusedError as error:
            raise ImportRefusedError([f"{self.place}.layers[{at}]: {error}"]) from error

    def _overrides(self, row: Rota, given: Sequence[OverrideIn]) -> None:
        wanted = [
            {
                "rota_id": row.id,
                "technician_id": self.staff[one.technician].id,
                "instead_of_id": self.staff[one.instead_of].id if one.instead_of else None,
                "starts_at": moment(one.starts, row.time_zone),
                "ends_at": moment(one.ends, row.time_zone),
            }
            for one in given
        ]
        known = select(Override).where(
            Override.rota_id == row.id,
            Override.source == SOURCE,
            Override.ends_at > self.now,
            Override.withdrawn_at.is_(None),
        )
        found = self.db.scalars(known.order_by(Override.id)).all()
        put = {"asked_at": self.now, "agreed_at": self.now}
        _replace(self.db, self.now, found, wanted, self.summary, Override, **put)


def _values(layer: Layer) -> dict[str, Any]:
    """As Wanted.checked gives them."""
    names = ("name", "people", "starts", "ends", "unit", "every", "time_zone", "hours")
    return {name: getattr(layer, name) for name in names}
