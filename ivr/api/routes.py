"""The API with all its operations."""

from ivr.api import calls, openapi, pages, people, reports, rotas, ticket_writes, tickets
from ivr.api.door import api

__all__ = [
    "api",
    "calls",
    "openapi",
    "pages",
    "people",
    "reports",
    "rotas",
    "ticket_writes",
    "tickets",
]
