"""Who may do what: the one table that says so.

Each right is had from a role upwards. Pages ask for a right, never for a role.
"""

from enum import StrEnum

from ivr.models import Role


class May(StrEnum):
    SEE_TICKETS = "see tickets"
    ACT_ON_TICKETS = "act on tickets"
    SEE_TO_MAIL = "see to what is not delivered, by mail or webhook"
    EDIT_SELF = "edit your own data and sign-in"
    SEE_PEOPLE = "see who is on the staff"
    SEE_ROTAS = "see rotas"
    SWAP_SHIFTS = "ask for swaps, agree to them, say when you are away"
    SEE_POLICIES = "see policies, and who would be rung"
    SEE_READINESS = "see readiness"
    SEE_CALLS = "see calls"
    HEAR_RECORDINGS = "hear recordings"
    CORRECT_TRANSCRIPTS = "correct transcripts"
    SEE_REPORTS = "see reports"
    EXPORT = "take lists and reports away as files"
    EDIT_ROTAS = "edit rotas, and the shifts and absences of others"
    TRY_THE_LINE = "run the canary"
    EDIT_POLICIES = "edit policies"
    SEE_AUDIT = "see the audit"
    HOLD_RECORDINGS = "hold recordings back from being deleted"
    SEE_SETTINGS = "see settings"
    EDIT_PEOPLE = "edit other people, invite them and sign them out"
    EDIT_WEBHOOKS = "edit webhooks"
    EDIT_SETTINGS = "edit settings"
    ERASE_PEOPLE = "erase a person on request"
    EDIT_TOKENS = "see and revoke the API tokens of others"


RANKS = (Role.TECHNICIAN, Role.SENIOR, Role.MANAGER, Role.ADMIN)

FROM: dict[May, Role] = {
    May.SEE_TICKETS: Role.TECHNICIAN,
    May.ACT_ON_TICKETS: Role.TECHNICIAN,
    May.SEE_TO_MAIL: Role.TECHNICIAN,
    May.EDIT_SELF: Role.TECHNICIAN,
    May.SEE_PEOPLE: Role.TECHNICIAN,
    May.SEE_ROTAS: Role.TECHNICIAN,
    May.SWAP_SHIFTS: Role.TECHNICIAN,
    May.SEE_POLICIES: Role.TECHNICIAN,
    May.SEE_READINESS: Role.TECHNICIAN,
    May.SEE_CALLS: Role.TECHNICIAN,
    May.HEAR_RECORDINGS: Role.TECHNICIAN,
    May.CORRECT_TRANSCRIPTS: Role.TECHNICIAN,
    May.EDIT_ROTAS: Role.SENIOR,
    May.TRY_THE_LINE: Role.SENIOR,
    May.SEE_REPORTS: Role.SENIOR,
    May.EXPORT: Role.SENIOR,
    May.EDIT_POLICIES: Role.MANAGER,
    May.SEE_AUDIT: Role.MANAGER,
    May.HOLD_RECORDINGS: Role.MANAGER,
    May.SEE_SETTINGS: Role.MANAGER,
    May.EDIT_PEOPLE: Role.ADMIN,
    May.EDIT_WEBHOOKS: Role.ADMIN,
    May.EDIT_SETTINGS: Role.ADMIN,
    May.ERASE_PEOPLE: Role.ADMIN,
    May.EDIT_TOKENS: Role.ADMIN,
}


def may(role: str, right: May) -> bool:
    return RANKS.index(Role(role)) >= RANKS.index(FROM[right])
