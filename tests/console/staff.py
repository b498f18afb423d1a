"""Somebody at the staff pages, without a browser: reads pages, fills in forms, presses buttons."""

import re
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from ivr.web import app


class Staff:
    def __init__(self) -> None:
        self.client = app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, buffered=True)  # also what is sent while it is read

    def reads(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return text(answer)

    def submits(self, page: str, action: str = "", **form: Any) -> TestResponse:
        """Fill in a form of a page, and send it."""
        action = action or page
        found = re.findall(
            rf'<form [^>]*action="{re.escape(action)}"[^>]*>\s*<input type="hidden" name="token" value="([^"]+)"',
            self.get(page).text,
        )
        assert found, f"no form for {action} on {page}"
        return self.client.post(action, data={"token": found[0], **form}, follow_redirects=True)


def text(answer: TestResponse) -> str:
    """What is told, without tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def wrong(answer: TestResponse) -> dict[str, str]:
    """What is wrong, by field, as it is told beside each."""
    assert answer.status_code == 422, (answer.status_code, text(answer))
    beside = re.findall(r'<p class="bad" id="([^"]+)-wrong">([^<]+)</p>', answer.text)
    return {name: unescape(told) for name, told in beside}
