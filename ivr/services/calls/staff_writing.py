"""Carrying out what the staff line wrote down."""

from callflows.staff_words import (
    AnswerShift,
    GiveShift,
    StaffIn,
    StaffOut,
    TakeShift,
    TakeUp,
    WrongPin,
)
from ivr.models import Rota, Technician
from ivr.services.calls import staff_line
from ivr.services.calls.desk import CallDesk
from ivr.services.calls.writing import perform, technician
from ivr.services.on_call import duty, overrides


@perform.register
def _(write: StaffIn, desk: CallDesk) -> None:
    desk.call.technician_id = technician(desk).id


@perform.register
def _(write: StaffOut, desk: CallDesk) -> None:
    desk.call.technician_id = desk.call.ticket_id = None


@perform.register
def _(write: WrongPin, desk: CallDesk) -> None:
    staff_line.wrong_pin(desk.db, desk.now, technician(desk), desk.call, last=write.last)


@perform.register
def _(write: TakeUp, desk: CallDesk) -> None:
    found = desk.find(write.ticket.lstrip("0"))
    desk.call.ticket_id = found.id if found else None


@perform.register
def _(write: TakeShift, desk: CallDesk) -> None:
    rota = desk.db.get_one(Rota, write.rota)
    one = technician(desk)
    duty.take(desk.db, desk.now, one, rota, write.hours, write.instead_of)


@perform.register
def _(write: GiveShift, desk: CallDesk) -> None:
    rota, to = desk.db.get_one(Rota, write.rota), desk.db.get_one(Technician, write.to)
    duty.give(desk.db, desk.now, technician(desk), rota, to)


@perform.register
def _(write: AnswerShift, desk: CallDesk) -> None:
    override = overrides.by_id(desk.db, write.override)
    answer = overrides.agree if write.agreed else overrides.withdraw
    if override and override.technician is technician(desk):
        answer(desk.db, desk.now, override, override.technician)
