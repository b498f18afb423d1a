"""Our mailboxes: the support address, and the escalation address. What the doors for mail ask needs
no database, and so loads none.
"""

from typing import TYPE_CHECKING

from ivr.settings import settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def plain(address: str) -> str:
    """In small letters, without +something."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def taken_in() -> set[str]:
    """What mail is taken in for; known without the database."""
    return {plain(settings().support_email), plain(settings().escalation_mailbox)}


def escalation(db: "Session") -> set[str]:
    """What reaches the management: the address, and the list of the last level where it has one."""
    from ivr.services.paging import policies

    listed = {plain(policies.escalation_list(db)), plain(settings().escalation_mailbox)}
    return listed - {plain(settings().support_email)}


def ours(db: "Session") -> set[str]:
    return taken_in() | escalation(db)
