"""The carrier's signature: who has not signed with our token is not heard at all.

X-Twilio-Signature is base64(HMAC-SHA1(token, URL + form values sorted by name)); a JSON body is
signed by its SHA-256 in the URL (twilio.com/docs/usage/security). The URL is the one we gave out,
PUBLIC_URL, with the raw path and query that came in; forwarded headers are never believed.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, urlsplit

Pairs = Sequence[tuple[str, str]]


def is_signed(url: str, form: Pairs, body: bytes, given: str | None, tokens: Sequence[str]) -> bool:
    """Whether one of the tokens made this signature; without a token, closed."""
    if not given:
        return False
    wanted, values = given.encode(), _values(form)
    return any(
        hmac.compare_digest(_sign(token, variant + values), wanted)
        for variant in _with_and_without_port(url)
        for token in tokens
    ) and _body_matches(url, body)


def _sign(token: str, message: str) -> bytes:
    digest = hmac.digest(token.encode(), message.encode(), "sha1")
    return base64.b64encode(digest)


def _values(form: Pairs) -> str:
    """Names sorted, each with its values; a value repeated for a name counts once."""
    return "".join([name + value for name, value in sorted(set(form))])


def _with_and_without_port(url: str) -> Iterator[str]:
    """The URL as it is; the carrier strips or adds the port, depending on the product."""
    yield url
    parts = urlsplit(url)
    host, rest = parts.netloc, url.partition(parts.netloc)[2]
    if parts.port is None:
        yield f"{parts.scheme}://{host}:{443 if parts.scheme == 'https' else 80}{rest}"
    else:
        yield f"{parts.scheme}://{host.rpartition(':')[0]}{rest}"


def _body_matches(url: str, body: bytes) -> bool:
    query = urlsplit(url).query
    if "bodySHA256=" not in query:
        return True
    promised = parse_qs(query).get("bodySHA256", [""])[0]
    return hmac.compare_digest(hashlib.sha256(body).hexdigest(), promised.lower())
