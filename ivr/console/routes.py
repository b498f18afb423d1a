"""The console with all its pages."""

from ivr.console import (
    absences,
    account,
    calendar,
    feeds,
    files,
    layers,
    mails,
    opening,
    overrides,
    pages,
    people,
    provider,
    readiness,
    rotas,
    sign_in,
    webhooks,
)
from ivr.console.door import console

__all__ = [
    "absences",
    "account",
    "calendar",
    "console",
    "feeds",
    "files",
    "layers",
    "mails",
    "opening",
    "overrides",
    "pages",
    "people",
    "provider",
    "readiness",
    "rotas",
    "sign_in",
    "webhooks",
]
