"""The console with all its pages."""

from ivr.console import (
    account,
    files,
    mails,
    opening,
    pages,
    people,
    provider,
    readiness,
    sign_in,
    webhooks,
)
from ivr.console.door import console

__all__ = [
    "account",
    "console",
    "files",
    "mails",
    "opening",
    "pages",
    "people",
    "provider",
    "readiness",
    "sign_in",
    "webhooks",
]
