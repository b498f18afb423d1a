"""`ivr import FILE`: customers, staff, rota, policies and tickets from one YAML or JSON file.

The file is read, checked whole, and only then written, in one transaction: nothing is half done,
and the same file again changes nothing. Its keys are described in docs/import.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import (
    AssignmentRule,
    CannedReply,
    Contact,
    Customer,
    Organization,
    Team,
    Technician,
)
from ivr.services.imports import import_reading, import_rotas
from ivr.services.imports.import_file import CustomerIn, ImportFile, OrganizationIn, TicketIn
from ivr.services.imports.import_reading import ImportRefusedError
from ivr.services.imports.import_summary import Summary
from ivr.services.imports.policy_file import PolicyFile
from ivr.services.on_call import rotas
from ivr.services.settings import house_settings
from ivr.services.staff import accounts, hashing, people
from ivr.services.tickets import tickets

BY = "ivr import"
"""Who changed what a file changes."""
RULE = ("position", "team_id", "customer_id", "severity", "category", "words")
"""What makes a rule, beside its row's number."""


def import_file(db: Session, path: Path, now: datetime) -> Summary:
    return _Import(db, now, import_reading.read(path)).all()


@dataclass
class _Import:
    db: Session
    now: datetime
    file: ImportFile
    summary: Summary = field(default_factory=Summary)

    def all(self) -> Summary:
        self._check_references()
        if self.file.organization:
            self._organization(self.file.organization)
        for customer in self.file.customers:
            self._customer(customer)
        self._staff()
        self._teams()
        import_rotas.write(self.db, self.now, self.file, self.summary)
        self._lists()
        self._policies()
        self._assignment()
        self._canned_replies()
        for ticket in self.file.tickets:
            self._ticket(ticket)
        if self.summary.new or self.summary.changed:
            rotas.look_again(self.db, self.now)
        return self.summary

    def _check_references(self) -> None:
        self._policy_file = PolicyFile(self.db, self.file)
        problems = [
            *self._unknown_staff(),
            *self._unknown_customers(),
            *self._unknown_teams(),
            *self._policy_file.unknown(),
        ]
        if problems:
            raise ImportRefusedError(problems)

    def _unknown_staff(self) -> Iterator[str]:
        known = {one.email for one in self.file.staff} | set(
            self.db.scalars(select(Technician.email))
        )
        for level, emails in self.file.levels().items():
            for at, email in enumerate(emails):
                if email not in known:
                    yield f"on_call.level_{level}[{at}]: nobody on the staff has the e-mail {email}"
        for team, given in enumerate(self.file.teams):
            for at, email in enumerate(given.members):
                if email not in known:
                    yield f"teams[{team}].members[{at}]: nobody on the staff has the e-mail {email}"
        yield from import_rotas.unknown_staff(self.file, known)

    def _unknown_teams(self) -> Iterator[str]:
        known = {one.name for one in self.file.teams} | set(self.db.scalars(select(Team.name)))
        for at, rule in enumerate(self.file.assignment or []):
            if rule.team not in known:
                yield f"assignment[{at}].team: there is no team {rule.team!r}"
        for at, rota in enumerate(self.file.rotas):
            if rota.team and rota.team not in known:
                yield f"rotas[{at}].team: there is no team {rota.team!r}"

    def _unknown_customers(self) -> Iterator[str]:
        known = {one.name for one in self.file.customers} | set(
            self.db.scalars(select(Customer.name))
        )
        contacts = {contact.email for one in self.file.customers for contact in one.contacts} | set(
            self.db.scalars(select(Contact.email))
        )
        for at, ticket in enumerate(self.file.tickets):
            if ticket.customer and ticket.customer not in known:
                yield f"tickets[{at}].customer: there is no customer {ticket.customer!r}"
            if ticket.contact and ticket.contact not in contacts:
                yield f"tickets[{at}].contact: no contact has the e-mail {ticket.contact}"
        for at, rule in enumerate(self.file.assignment or []):
            if rule.customer and rule.customer not in known:
                yield f"assignment[{at}].customer: there is no customer {rule.customer!r}"

    def _organization(self, given: OrganizationIn) -> None:
        row = self.db.get(Organization, 1)
        before = house_settings.values(row) if row else {}
        values = given.model_dump(exclude_none=True)
        if row is None:
            row = Organization(id=1, **values)
            self.db.add(row)
        else:
            _set(row, **values)
        self.summary.count(self.db, row)
        house_settings.keep_versions(self.db, self.now, BY, before, row)

    def _customer(self, given: CustomerIn) -> None:
        row = self.db.scalar(select(Customer).where(Customer.name == given.name))
        if row is None:
            row = Customer(name=given.name)
            self.db.add(row)
        if given.pin and not (row.pin_hash and hashing.matches(row.pin_hash, given.pin)):
            row.pin_hash = hashing.hashed(given.pin)
        if given.targets:
            _set(row, targets=given.targets.model_dump(exclude_none=True))
        self.summary.count(self.db, row)
        for contact in given.contacts:
            self._contact(row, contact.model_dump())

    def _contact(self, customer: Customer, given: dict[str, Any]) -> None:
        email, phone = given["email"], given["phone"]
        same = Contact.email == email if email else Contact.phone == phone
        row = self.db.scalar(select(Contact).where(same).limit(1))
        if row is None:
            row = Contact(customer_id=customer.id, **given)
            self.db.add(row)
        else:
            _set(row, customer_id=customer.id, **given)
        self.summary.count(self.db, row)

    def _staff(self) -> None:
        for given in self.file.staff:
            row = self.db.scalar(select(Technician).where(Technician.email == given.email))
            if row is None:
                row = Technician(email=given.email)
                self.db.add(row)
            elif row.role != given.role:
                self._keep_an_admin(row)
            _set(row, **given.told())
            if given.pin and not people.pin_matches(row, given.pin):
                people.set_pin(row, given.pin)
            if "phones" in given.model_fields_set:
                people.put_phones(row, given.phones or [])
            elif "phone" in given.model_fields_set:
                first = [given.phone] if given.phone else []
                people.put_phones(row, [*first, *(one.number for one in row.phones[1:])])
            self.summary.count(self.db, row)

    def _keep_an_admin(self, row: Technician) -> None:
        try:
            accounts.keep_an_admin(self.db, but=row)
        except accounts.LastAdminError as error:
            told = f"staff: {row.email} is the last admin who can sign in, and must stay one"
            raise ImportRefusedError([told]) from error

    def _lists(self) -> None:
        """Those who are always on call at a level: a rota of one turn, replaced as a whole."""
        for level, emails in self.file.levels().items():
            found = self.db.scalars(select(Technician).where(Technician.email.in_(emails)))
            ids = {person.email: person.id for person in found}
            wanted = [ids[email] for email in dict.fromkeys(emails)]
            if rotas.always(self.db, f"Level {level}", wanted):
                self.summary.changed += 1
            else:
                self.summary.unchanged += 1

    def _policies(self) -> None:
        default = self._policy_file.default()
        if default:
            self.summary.count(self.db, default)
        for row in self._policy_file.named():
            self.summary.count(self.db, row)
        self.summary.changed += self._policy_file.remove_others()

    def _teams(self) -> None:
        for given in self.file.teams:
            row = self.db.scalar(select(Team).where(Team.name == given.name))
            if row is None:
                row = Team(name=given.name)
                self.db.add(row)
            people = select(Technician).where(Technician.email.in_(given.members))
            members = list(self.db.scalars(people.order_by(Technician.id)))
            _set(row, members=members)
            self.summary.count(self.db, row)

    def _assignment(self) -> None:
        """The rules given replace the ones before them as a whole."""
        if self.file.assignment is None:
            return
        teams = {one.name: one.id for one in self.db.scalars(select(Team))}
        customers = {one.name: one.id for one in self.db.scalars(select(Customer))}
        wanted = [
            {
                "position": position,
                "team_id": teams[given.team],
                "customer_id": customers[given.customer] if given.customer else None,
                **given.model_dump(include={"severity", "category", "words"}),
            }
            for position, given in enumerate(self.file.assignment)
        ]
        rules = self.db.scalars(select(AssignmentRule).order_by(AssignmentRule.position))
        if [{name: getattr(rule, name) for name in RULE} for rule in rules] == wanted:
            self.summary.unchanged += 1
            return
        self.db.execute(delete(AssignmentRule))
        self.db.add_all(AssignmentRule(**one) for one in wanted)
        self.db.flush()
        self.summary.changed += 1

    def _canned_replies(self) -> None:
        for given in self.file.canned_replies:
            same = (CannedReply.name == given.name, CannedReply.language == given.language)
            row = self.db.scalar(select(CannedReply).where(*same))
            if row is None:
                row = CannedReply(**given.model_dump())
                self.db.add(row)
            else:
                _set(row, text=given.text)
            self.summary.count(self.db, row)

    def _ticket(self, given: TicketIn) -> None:
        """A ticket that is there already keeps what has happened to it."""
        row = tickets.find(self.db, given.number.lstrip("0"))
        customer = self.db.scalar(select(Customer).where(Customer.name == given.customer))
        known = select(Contact).where(Contact.email == given.contact)
        contact = self.db.scalar(known) if given.contact else None
        if row is not None:
            _set(row, title=given.title, description=given.description)
            self.summary.count(self.db, row)
            return
        tickets.open_ticket(
            self.db,
            self.now,
            title=given.title,
            severity=Severity(given.severity),
            customer=customer or (contact.customer if contact else None),
            contact=contact,
            description=given.description,
            number=given.number,
        )
        self.summary.new += 1


def _set(row: Any, **values: Any) -> None:
    """Set what differs, so that an unchanged row stays unchanged."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
