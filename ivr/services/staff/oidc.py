"""Signing in as another server knows us: OpenID Connect, with OIDC_ISSUER set.

The code flow with PKCE (RFC 7636), a state and a nonce; the provider's answer counts only if its
signature, issuer, audience, time and nonce are right, and the e-mail in it is verified.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ivr.services.staff.tries import plain
from ivr.settings import settings

PATIENCE = 5
"""Seconds, for each question to the provider."""
SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Never by a secret that both sides know, never by nothing."""
CLOCKS_DIFFER = 60


class ProviderError(Exception):
    """The provider is away, or what it says is not right. The log tells which; people need not."""


class Asked(msgspec.Struct, frozen=True):
    """What the browser keeps while the provider asks who it is."""

    state: str
    nonce: str
    verifier: str
    then: str = ""
    """The page that was wanted."""


def ask(back: str, then: str) -> tuple[str, Asked]:
    """Where to send the browser, and what it keeps meanwhile."""
    from authlib.common.security import generate_token

    asked = Asked(generate_token(32), generate_token(32), generate_token(64), then)
    url, _ = _client(back).create_authorization_url(
        _discovered()["authorization_endpoint"],
        state=asked.state,
        nonce=asked.nonce,
        code_verifier=asked.verifier,
    )
    return str(url), asked


def email(now: datetime, back: str, asked: Asked, answered: Mapping[str, str]) -> str:
    """Whose browser it is, as the provider says. Raises ProviderError."""
    import requests
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    if not asked.state or answered.get("state") != asked.state or not answered.get("code"):
        raise ProviderError(f"no answer to what was asked: {answered.get('error', 'state')[:40]}")
    found = _discovered()
    if answered.get("iss", found["issuer"]) != found["issuer"]:  # RFC 9207
        raise ProviderError("the answer is another provider's")
    client = _client(back)
    try:
        token = client.fetch_token(
            found["token_endpoint"], code=answered["code"], code_verifier=asked.verifier
        )
        claims = _claims(now, found, str(token.get("id_token", "")), asked.nonce)
        if "email" not in claims and "userinfo_endpoint" in found:
            told = client.get(found["userinfo_endpoint"]).json()
            claims |= told if told.get("sub") == claims["sub"] else {}
    except (
        *(AuthlibBaseError, JoseError, requests.RequestException),
        *(ValueError, KeyError, TypeError, AttributeError),  # of what is no answer at all
    ) as error:
        raise ProviderError(type(error).__name__) from error
    if claims.get("email_verified") not in {True, "true"} or not claims.get("email"):
        raise ProviderError("no verified e-mail")
    return plain(str(claims["email"]))


def _client(back: str) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    return OAuth2Session(
        settings().oidc_client_id,
        settings().oidc_client_secret,
        scope="openid email",
        redirect_uri=back,
        code_challenge_method="S256",
        default_timeout=PATIENCE,
    )


def _discovered() -> dict[str, Any]:
    """OpenID Connect Discovery 1.0, 4: the issuer must be the very one that was asked."""
    issuer = settings().oidc_issuer
    found = _fetched(f"{issuer}/.well-known/openid-configuration")
    named = str(found.get("issuer", ""))
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if named.rstrip("/") != issuer or not all(_is_safe(found.get(name)) for name in needed):
        raise ProviderError("its configuration is not right")
    return found


def _is_safe(address: object) -> bool:
    """An address by TLS, unless the provider itself is reached without."""
    scheme = urlsplit(address).scheme if isinstance(address, str) else ""
    return scheme in {"https", urlsplit(settings().oidc_issuer).scheme}


def _fetched(address: str) -> dict[str, Any]:
    import requests

    try:
        answer = requests.get(address, timeout=PATIENCE)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderError(type(error).__name__) from error
    if not isinstance(found, dict):
        raise ProviderError("its answer is no object")
    return found


def _claims(now: datetime, found: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
    """What the ID token says, if it is the provider's and for us."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(_fetched(found["jwks_uri"]))  # type: ignore[arg-type]
    told = jwt.decode(token, keys, algorithms=SIGNED_BY)
    wanted = {
        "iss": {"essential": True, "value": found["issuer"]},
        "aud": {"essential": True, "value": settings().oidc_client_id},
    }
    params = {"nonce": nonce, "client_id": settings().oidc_client_id}
    claims = CodeIDToken(told.claims, told.header, wanted, params)
    claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER)
    return dict(claims)
