"""Overrides, swaps and absences: asked for, agreed to and withdrawn from the pages of the console."""

import re
from datetime import UTC, datetime, timedelta

from werkzeug.test import TestResponse

from ivr.database import reading, transaction
from ivr.models import Absence, Override
from tests.console.on_call import NOW, person, voice
from tests.console.staff import Staff, text, wrong


def overrides() -> list[Override]:
    with reading() as db:
        return list(db.query(Override).order_by(Override.id))


def override(staff: Staff, rota: int, **changes: str) -> TestResponse:
    given = {
        "person": person("Cy"),
        "instead": person("Bo"),
        "from": "2026-11-27T18:00",
        "until": "2026-11-28T07:30:15",
        "by": "Bo",
        **changes,
    }
    return staff.submits(f"/rotas/{rota}/overrides/new", **given)


def act(staff: Staff, rota: int, what: str, by: str = "") -> str:
    """Press a button of the rota's page: the form's own, or another one that sends it elsewhere."""
    page = staff.get(f"/rotas/{rota}").text
    form = (
        r'action="(/overrides/\d+/)withdraw">\s*<input type="hidden" name="token" value="([^"]+)"'
    )
    path, token = re.findall(form, page)[0]
    data = {"token": token, "by": by}
    answer = staff.client.post(path + what, data=data, follow_redirects=True)
    assert answer.status_code == 200
    return text(answer)


def test_an_override_counts_when_whoever_is_asked_agrees(staff: Staff) -> None:
    id_ = voice()
    told = text(override(staff, id_))
    assert "Asked for. It counts once it is agreed to." in told
    assert (
        "Cy instead of Bo , Fri 27 Nov 2026, 18:00 until Sat 28 Nov 2026, 07:30:15"
        " override asked for, not in force Asked for by Bo . Cy must agree."
    ) in told
    assert "Cy 18:00" not in told
    assert "That was no longer possible" in act(staff, id_, "agree", by="Bo"), "not for Bo to say"
    told = act(staff, id_, "agree", by="Cy")
    assert "Agreed to: it is in force." in told
    assert "override agreed to Asked for by Bo . Agreed to by Cy ." in told
    assert "Bo until 18:00 Cy from 18:00 for Bo" in told, "the calendar shows it"
    (row,) = overrides()
    assert row.ends_at == datetime(2026, 11, 28, 12, 30, 15, tzinfo=UTC), "to the second"
    assert "Withdrawn." in act(staff, id_, "withdraw", by="Bo")
    assert "Cy from 18:00" not in staff.reads(f"/rotas/{id_}")


def test_whoever_may_decide_or_takes_it_needs_nobodys_leave(staff: Staff) -> None:
    id_ = voice()
    for by in ("Mona", "Cy"):
        told = text(override(staff, id_, by=by, instead=""))
        assert "Agreed to: it is in force." in told
        assert "Cy instead of everybody" in told


def test_the_coming_shifts_can_be_filled_in(staff: Staff) -> None:
    id_ = voice()
    page = staff.get(f"/rotas/{id_}/overrides/new").text
    cy = f"instead={person('Cy')}&amp;from=2026-11-30T09:00&amp;until=2026-12-07T09:00"
    assert cy in page
    page = staff.get(f"/rotas/{id_}/overrides/new?{cy.replace('&amp;', '&')}").text
    assert 'type="datetime-local" value="2026-11-30T09:00"' in page
    assert f'<option value="{person("Cy")}" selected>' in page


def test_what_is_wrong_with_an_override_is_told(staff: Staff) -> None:
    id_ = voice()
    cases = [
        ({"person": ""}, "person", "Choose who is on call instead."),
        ({"person": "999"}, "person", "There is nobody like that."),
        ({"from": ""}, "from", "Say from when."),
        ({"until": "2026-11-27T18:00"}, "until", "It would be over before it begins."),
        ({"instead": person("Didi")}, "instead", "Didi is not on call then, so nothing would"),
    ]
    for changes, field, told in cases:
        answer = override(staff, id_, **changes)
        assert wrong(answer)[field].startswith(told)
        if field != "until":
            assert (
                'value="2026-11-28T07:30:15" maxlength="200" autocomplete="off" dir="auto" step="1"'
                in answer.text
            )
    with transaction() as db:
        begin, end = NOW, NOW + timedelta(days=9)
        db.add(Absence(technician_id=int(person("Cy")), starts_at=begin, ends_at=end))
    answer = override(staff, id_)
    assert wrong(answer) == {}
    assert "Nothing was saved. Cy is away then." in text(answer)
    assert overrides() == []


def test_a_swap_is_of_two_shifts_and_goes_as_a_whole(staff: Staff) -> None:
    id_ = voice()
    page = f"/rotas/{id_}/swaps/new"
    bo, cy = f"20261214T140000-{person('Didi')}", f"20261207T140000-{person('Cy')}"
    assert "Cy: Mon 30 Nov 2026, 09:00 until Mon 7 Dec 2026, 09:00" in staff.reads(page)
    told = text(staff.submits(page, one=bo, other=cy, by="Didi"))
    assert "Cy instead of Didi , Mon 7 Dec 2026, 09:00 until Mon 14 Dec 2026, 09:00" in told
    assert "swap asked for, not in force Asked for by Didi . Cy must agree." in told
    assert told.count("must agree") == 1
    told = act(staff, id_, "agree", by="Cy")
    assert "swap agreed to Asked for by Didi . Agreed to by Cy ." in told
    december = staff.reads(f"/rotas/{id_}/calendar?month=2026-12")
    assert "7 Dec Didi until 09:00 for Cy Cy from 09:00 for Didi" in december
    answer = staff.submits(page, one=bo, other="20261207T140000-1", by="Didi")
    gone = "That shift is over, or another one's by now. Choose again."
    assert wrong(answer) == {"one": gone, "other": gone}
    same = f"20261214T140000-{person('Cy')}"
    answer = staff.submits(page, one=same, other=same)
    assert wrong(answer) == {"other": "Both are shifts of Cy. Choose one of another."}


def test_absences_are_added_seen_and_taken_back(staff: Staff) -> None:
    id_ = voice("Bo")
    given = {"person": person("Bo"), "from": "2026-12-20T00:00", "until": "2027-01-03T00:00"}
    told = text(staff.submits("/absences", **given, why="<Skiing>"))
    assert "Added." in told
    assert "Bo Sun 20 Dec 2026, 00:00 Sun 3 Jan 2027, 00:00 <Skiing>" in told
    assert "Until Sun 20 Dec, 00:00, then nobody ." in staff.reads(f"/rotas/{id_}")
    answer = staff.submits("/absences", **given | {"until": "2026-12-19T00:00", "person": ""})
    assert wrong(answer) == {
        "person": "Choose who is away.",
        "until": "It would be over before it begins.",
    }
    past = {"from": "2026-11-01T00:00", "until": "2026-11-02T00:00"}
    answer = staff.submits("/absences", **given | past)
    assert "It is over already." in text(answer)
    told = text(staff.submits("/absences", "/absences/1/remove"))
    assert "Removed." in told
    assert "Nobody." in told
