"""The console with all its pages."""

from ivr.console import (
    account,
    files,
    mails,
    opening,
    pages,
    people,
    policies,
    provider,
    readiness,
    sign_in,
    webhooks,
    whom,
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
    "policies",
    "provider",
    "readiness",
    "sign_in",
    "webhooks",
    "whom",
]
