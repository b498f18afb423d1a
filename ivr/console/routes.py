"""The console with all its pages."""

from ivr.console import files, mails, opening, pages, readiness, webhooks
from ivr.console.door import console

__all__ = ["console", "files", "mails", "opening", "pages", "readiness", "webhooks"]
