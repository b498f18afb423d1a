"""The addresses that the carrier is given: absolute, under PUBLIC_URL, with its own retries set.

The fragment is read by the carrier and never sent: two retries on a server error or when we
cannot be reached, two seconds to connect, five to answer (connection overrides).
"""

from urllib.parse import urlencode

from ivr.settings import settings

RETRIES = "#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000"


def url(path: str, **query: str | int) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return f"{settings().own_url}/{path}{asked}{RETRIES}"


def plain(path: str) -> str:
    return f"{settings().own_url}/{path}"
