"""Addresses of our pages, as mails give them."""

from ivr.settings import settings


def ticket(number: str) -> str:
    return f"{settings().own_url}/portal/tickets/{number}"


def sign_in(token: str) -> str:
    return f"{settings().own_url}/portal/sign-in/{token}"


def board() -> str:
    return f"{settings().own_url}/"


def calendar(token: str) -> str:
    """Secret: whoever has it may read when somebody is on call."""
    return f"{settings().own_url}/calendar/{token}.ics"


def for_staff(number: str) -> str:
    return f"{settings().own_url}/tickets/{number}"


def readiness() -> str:
    return f"{settings().own_url}/readiness"


def feedback(token: str, score: int | None = None) -> str:
    """The page of a request for feedback. Programs that look at mail open links: the page only
    shows the score, and writes when its button is pressed.
    """
    chosen = f"?score={score}" if score else ""
    return f"{settings().own_url}/portal/feedback/{token}{chosen}"


def no_feedback(token: str) -> str:
    """Where no more requests are wished for; mail programs post there (RFC 8058)."""
    return f"{settings().own_url}/portal/feedback/{token}/stop"


def set_password(token: str) -> str:
    """Where one of us sets a password."""
    return f"{settings().own_url}/sign-in/link/{token}"


def webhook(id_: int) -> str:
    return f"{settings().own_url}/webhooks/{id_}"


def reports(period: str) -> str:
    return f"{settings().own_url}/reports?period={period}"
