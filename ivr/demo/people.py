"""The people of the busy month: staff, teams, rotas and policies from ivr/demo/staff.yaml, and the
customers with their contacts.
"""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.demo import words
from ivr.models import (
    Absence,
    Contact,
    Customer,
    Organization,
    Override,
    Retention,
    Rota,
    Technician,
)
from ivr.services.calls import retention
from ivr.services.imports import importing
from ivr.services.settings import house_settings
from ivr.services.settings.house_settings import Editing
from ivr.services.staff import hashing

DEMO = Path(__file__).parent.parent / "demo.yaml"
STAFF = Path(__file__).parent / "staff.yaml"
AREAS = ("613", "343", "514", "438", "450", "819", "416", "647", "905", "418")
A_DAY = timedelta(days=1)
BLOCKED = (
    ("+16135550193", "Sells us telephones, every week"),
    ("+15145550194", "A fax that has our number"),
)
"""Numbers that are turned away, each with why."""
DESCRIPTIONS = 20
"""Days that what a caller says is wrong is kept: less than a month."""
UNVERIFIED = {"olu@2n5.example", "ed@2n5.example", "didi@2n5.example"}
"""Nobody has proved that their phone is theirs."""
WITH_PIN, WITH_CONTRACT = 8, 6
"""Every so many customers: a hash takes its time."""


def bring_in(db: Session, begin: datetime, now: datetime) -> None:
    """The small demo's people, where they are missing, and those of the month."""
    if db.get(Organization, 1) is None:
        importing.import_file(db, DEMO, now)
    monday = (begin - timedelta(days=begin.weekday() + 7)).date()
    told = STAFF.read_text("utf-8").replace("MONDAY", monday.isoformat())
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(told)
        file.flush()
        importing.import_file(db, Path(file.name), now)
    for one in db.scalars(select(Technician)).all():
        for phone in one.phones if one.email not in UNVERIFIED else ():
            phone.verified_at = phone.verified_at or begin - 20 * A_DAY
    _shifts_changed(db, begin, now)
    _settings_changed(db, begin, now)


def _settings_changed(db: Session, begin: datetime, now: datetime) -> None:
    by = "Mo Tremblay"
    for nth, one in enumerate(BLOCKED, 1):
        editing = Editing(db, begin + nth * A_DAY, by)
        editing.put("blocked-numbers", house_settings.block(db, *one))
    kept = {**retention.DEFAULTS, "description": DESCRIPTIONS}
    Editing(db, begin + 3 * A_DAY, by).put("retention", kept)
    for row in db.scalars(select(Retention)):
        row.due_at = now


def _shifts_changed(db: Session, begin: datetime, now: datetime) -> None:
    """Somebody is on holiday, somebody is ill, somebody stands in."""
    who = {one.email.partition("@")[0]: one for one in db.scalars(select(Technician))}
    rotas = {one.name: one for one in db.scalars(select(Rota))}
    month = now - begin
    for name, at, days, why in (
        ("raj", 0.2, 7, "holiday"), ("zoe", 0.45, 3, "course"), ("kim", 0.7, 2, "ill"),
        ("ed", 0.05, 12, "vacances"), ("didi", 1.2, 5, "holiday"),
    ):  # fmt: skip
        starts = _midnight(begin + month * at)
        db.add(
            Absence(technician=who[name], starts_at=starts, ends_at=starts + days * A_DAY, why=why)
        )
    for rota, name, instead, at, hours in (
        ("Voice", "ines", "bo", 0.1, 24), ("Voice", "bo", "didi", 0.33, 14),
        ("Network", "marc-andre", "kim", 0.7, 48), ("Seniors", "cy", "zoe", 0.45, 72),
        ("Network", "olu", "marc-andre", 1.1, 24),
    ):  # fmt: skip
        starts = _midnight(begin + month * at) + timedelta(hours=14)
        asked = min(starts - 2 * A_DAY, now - timedelta(hours=3))
        db.add(Override(
            rota=rotas[rota], technician=who[name], instead_of=who[instead], starts_at=starts,
            ends_at=starts + timedelta(hours=hours), asked_by=who[instead], asked_at=asked,
            agreed_by=who[name], agreed_at=asked + timedelta(hours=1),
        ))  # fmt: skip
    db.flush()


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=5, minute=0, second=0, microsecond=0)


class Customers:
    """A hundred and fifty companies and four hundred people in them."""

    def __init__(self, db: Session, chance: Random, companies: int, contacts: int) -> None:
        self.chance = chance
        self.numbers = [f"+1{area}55501{line:02}" for area in AREAS for line in range(100)]
        chance.shuffle(self.numbers)
        taken = set(db.scalars(select(Contact.phone))) | set(db.scalars(select(Customer.name)))
        self.numbers = [one for one in self.numbers if one not in taken and "555012" not in one]
        self.companies = [self._company(at, taken) for at in range(companies)]
        self.people = [self._person(at) for at in range(contacts)]
        db.add_all([*self.companies, *self.people])
        db.flush()
        self.weights = [chance.paretovariate(1.1) for _ in self.people]
        """Few write often, most seldom."""

    def somebody(self) -> Contact:
        return self.chance.choices(self.people, self.weights)[0]

    def _company(self, at: int, taken: set[str | None]) -> Customer:
        language = "fr-CA" if at % 5 in {1, 3} else "en-CA"
        known = words.of(language)
        while True:
            family = self.chance.choice(known["families"])
            name = self.chance.choice(known["companies"]).format(family=family)
            if name not in taken:
                break
        taken.add(name)
        pin = hashing.hashed(f"{730100 + at}") if at % WITH_PIN == 0 else None
        faster = {"critical": {"response": {"within": 600}}, "major": {"missed": "page"}}
        return Customer(name=name, pin_hash=pin, targets=faster if at % WITH_CONTRACT == 0 else {})

    def _person(self, at: int) -> Contact:
        company = at % len(self.companies)
        language = "fr-CA" if company % 5 in {1, 3} else "en-CA"
        known = words.of(language)
        first, family = (self.chance.choice(known[kind]) for kind in ("names", "families"))
        return Contact(
            customer=self.companies[company],
            name=f"{first} {family}",
            phone=self.numbers.pop() if self.numbers and at % 9 else None,
            email=f"{_plain(first)}.{_plain(family)}.{at}@customer-{company}.example",
            language=language if at % 11 else None,
        )


def _plain(name: str) -> str:
    import unicodedata

    apart = unicodedata.normalize("NFD", name.lower())
    return "".join(one for one in apart if one.isascii() and (one.isalnum() or one == "-"))
