"""Every curl line of docs/api.md does what it says, on the data of the demo."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from ivr import clock
from ivr.database import transaction
from ivr.services.imports import importing
from ivr.web import app
from tests.api.program import token
from tests.console.on_call import NOW

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs/api.md").read_text()
LINES = re.findall(r"^curl .*$", DOC, re.MULTILINE)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_line_works(database: str) -> None:
    clock.use(lambda: NOW)
    with transaction() as db:
        importing.import_file(db, ROOT / "ivr/demo.yaml", NOW)
    secret, client = token("Cy Singh"), app.test_client()
    assert len(LINES) > 15
    for line in LINES:
        words = shlex.split(line.replace("$TOKEN", secret).replace("$URL", "/api/v1"))
        headers = dict(value.split(": ", 1) for flag, value in pairwise(words) if flag == "-H")
        body = words[words.index("-d") + 1] if "-d" in words else None
        posts = body is not None or "POST" in words
        assert body is None or json.loads(body)
        answer = client.open(
            words[-1], method="POST" if posts else "GET", headers=headers, data=body
        )
        assert answer.status_code in {200, 201}, (line, answer.text)
