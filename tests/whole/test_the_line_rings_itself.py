"""The canary sings through every process: worker, web, exchange, ticker; and the checks are done."""

import pytest
import requests

from tests.whole.conftest import Start
from tests.whole.stack import BO, CY, DIDI, eventually

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]


def test_the_line_rings_itself_and_is_found_ready(start: Start) -> None:
    stack = start(levels=None, CANARY_EVERY="6")
    done = stack.ivr("canary")
    assert done.returncode == 0, done.stderr
    figures = f"{stack.staff_page}/metrics"

    def sung() -> str:
        text = requests.get(figures, timeout=60).text
        return text if "ivr_canary_ok -1.0" not in text and 'name="canary"' in text else ""

    text = eventually(sung, every=1, within=300)  # it speaks as slowly as we do
    assert "ivr_canary_ok 1.0" in text
    for name in ("carrier", "numbers", "canary", "rota", "mail-in", "ticker", "broker", "disk"):
        assert f'ivr_check{{name="{name}"}} 1.0' in text, name
    assert requests.get(f"{stack.staff_page}/readyz", timeout=60).json()["warnings"] == ["phones"]
    assert {event["number"] for event in stack.events("ring")}.isdisjoint({BO, DIDI, CY})
    assert stack.mails() == []
