"""An OpenID provider over HTTP, small and real: discovery, keys, a page that says yes, a token for a
code once and only with the verifier (RFC 7636), signed by a key of its own.
"""

import hashlib
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as Answer

from ivr import clock

CLIENT, SECRET = "support", "a secret of both"


class Provider:
    """Says who somebody is, as the test tells it to."""

    def __init__(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})]
        self.claims: dict[str, Any] = {"email": "bo@2n5.example", "email_verified": True}
        """Of the person who says yes; what is named here wins over what is right."""
        self.signs_with: RSAKey = self.keys[0]
        self.by_userinfo = False
        self.asked: dict[str, dict[str, str]] = {}
        """What was asked, by code."""
        self.issuer = ""
        self.discovery: dict[str, Any] = {}

    def app(self) -> Flask:
        made = Flask("provider")
        made.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        made.add_url_rule("/keys", view_func=self.key_set)
        made.add_url_rule("/authorize", view_func=self.authorize)
        made.add_url_rule("/token", view_func=self.token, methods=["POST"])
        made.add_url_rule("/userinfo", view_func=self.userinfo)
        return made

    def configuration(self) -> dict[str, Any]:
        right = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }
        return right | self.discovery

    def key_set(self) -> dict[str, Any]:
        return dict(KeySet(self.keys).as_dict(private=False))

    def authorize(self) -> Answer:
        asked = request.args.to_dict()
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.asked[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        return redirect(f"{asked['redirect_uri']}?{answer}")

    def token(self) -> Answer:
        login, form = request.authorization, request.form
        asked = self.asked.pop(form["code"], None)
        made = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(made).rstrip(b"=").decode()
        known = login is not None and (login.username, login.password) == (CLIENT, SECRET)
        if not known or asked is None or asked["code_challenge"] != challenge:
            return Response('{"error": "invalid_grant"}', 400, mimetype="application/json")
        return Response(self._told(asked), mimetype="application/json")

    def _told(self, asked: dict[str, str]) -> str:
        import json

        now = int(clock.now().timestamp())
        right = {"iss": self.issuer, "sub": "7", "aud": CLIENT, "iat": now, "exp": now + 300}
        person = {} if self.by_userinfo else self.claims
        claims = {**right, "nonce": asked["nonce"], **person}
        token = jwt.encode({"alg": "RS256", "kid": "first"}, claims, self.signs_with)
        return json.dumps({"access_token": "at", "token_type": "Bearer", "id_token": token})

    def userinfo(self) -> dict[str, Any]:
        assert request.headers["Authorization"] == "Bearer at"
        return {"sub": "7", **self.claims}


@contextmanager
def serving() -> Iterator[Provider]:
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield provider
    server.shutdown()
    server.server_close()
