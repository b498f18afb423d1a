"""The people of the staff, read by programs. Their numbers are not told."""

from sqlalchemy import select

from ivr.api import shapes
from ivr.api.operations import Ask, reads
from ivr.models import Role, Technician
from ivr.services.staff.tokens import Scope


@reads("/people", Scope.PEOPLE_READ, "List who is on the staff", tells=shapes.People)
def list_people(ask: Ask) -> shapes.People:
    rows = ask.db.scalars(select(Technician).order_by(Technician.name, Technician.id))
    return shapes.People(
        [
            shapes.Person(
                one.id,
                one.name,
                one.email,
                Role(one.role).value,
                one.language,
                one.active,
                bool(one.phones),
            )
            for one in rows
        ]
    )
