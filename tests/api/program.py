"""A program at the API, with a token."""

from typing import Any

from werkzeug.test import TestResponse

from ivr import clock
from ivr.database import transaction
from ivr.models import Technician
from ivr.services.staff import tokens
from ivr.services.staff.tokens import Scope
from ivr.web import app


def token(name: str, *scopes: str, days: int = 30) -> str:
    with transaction() as db:
        owner = db.query(Technician).filter_by(name=name).one()
        return tokens.make(db, clock.now(), owner, "test", scopes or [*Scope], days, owner.name)[1]


class Program:
    def __init__(self, secret: str) -> None:
        self.client, self.headers = app.test_client(), {"Authorization": f"Bearer {secret}"}

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def reads(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def sends(self, path: str, body: Any = None, key: str = "") -> TestResponse:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/v1{path}", json=body, headers=headers)

    def does(self, path: str, body: Any = None, key: str = "") -> Any:
        answer = self.sends(path, body, key)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json
