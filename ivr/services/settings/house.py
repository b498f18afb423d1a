"""Whose support line this is: the organization's row, or what stands in for it before one is
imported.
"""

from sqlalchemy.orm import Session

from ivr.models import Organization


def ours(db: Session) -> Organization:
    """Read once a session, which keeps no row that nobody holds."""
    found: Organization | None = db.info.get("house")
    if found is None:
        found = db.info["house"] = db.get(Organization, 1) or _nobody()
    return found


ANYBODY = "staff"
"""One of us who has not said who."""


def signs(by: str, organization: str) -> str:
    """How one of us signs to a customer: by name, or else for all of us."""
    return organization if by == ANYBODY else by


def country(db: Session) -> str:
    """Where we are, which says what a telephone number without a country means."""
    return ours(db).holidays.partition("-")[0]


def _nobody() -> Organization:
    return Organization(
        name="Support",
        time_zone="America/Toronto",
        holidays="CA-ON",
        languages=["en-CA", "fr-CA"],
        business_hours={},
        targets={},
    )
