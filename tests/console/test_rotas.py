"""Rotas are made, changed and looked at from the console; the first page tells who is on call."""

from ivr.database import reading, transaction
from ivr.models import Layer, Policy, Rota, Team, Technician
from ivr.models.policy import DEFAULT
from ivr.services.on_call import rotas
from tests.console.on_call import NOW, WEEKLY, person, voice
from tests.console.staff import Staff, text, wrong


def layers(rota_id: int) -> list[Layer]:
    with reading() as db:
        return list(db.get_one(Rota, rota_id).layers)


def test_a_rota_is_made_and_changed(staff: Staff) -> None:
    with transaction() as db:
        db.add(Team(name="Voice team"))
    assert "New rota" in staff.reads("/rotas")
    told = text(staff.submits("/rotas/new", name=" Voice ", zone="America/Toronto"))
    assert "The rota is made. Nobody is on call in it yet" in told
    assert "Nobody is on call. Add a layer" in told
    with reading() as db:
        id_ = db.query(Rota).filter_by(name="Voice").one().id
    given = {"name": "Voice", "zone": "America/Vancouver", "owner": person("Cy"), "team": "1"}
    told = text(staff.submits(f"/rotas/{id_}/settings", **given))
    assert "America/Vancouver owner Cy team Voice team" in told
    assert "All times are in America/Vancouver." in told


def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_lost(staff: Staff) -> None:
    voice()
    answer = staff.submits(
        "/rotas/new", name="Voice", zone="Toronto/<Ontario>", owner="999", team="x"
    )
    assert wrong(answer) == {
        "name": "There is a rota Voice already.",
        "zone": "There is no time zone Toronto/<Ontario>. One is named like America/Toronto.",
        "owner": "There is nobody like that.",
        "team": "There is no such team.",
    }
    assert 'value="Toronto/&lt;Ontario&gt;"' in answer.text
    assert 'aria-describedby="name-help name-wrong" aria-invalid="true"' in answer.text
    assert staff.client.post("/rotas/new", data={"name": "x", "token": "no"}).status_code == 403
    for odd in ("/rotas/999", "/rotas/999/layers/1", "/rotas/1/layers/999", "/calendar?person=999"):
        assert staff.get(odd).status_code == 404


def test_the_first_page_tells_who_is_on_call_until_when_and_who_follows(staff: Staff) -> None:
    id_ = voice()
    empty = "Level 2 Nobody Level 3 Mail to escalation@2n5.example"
    told = staff.reads("/?part=live")
    assert f"Level 1 Bo Cy Didi {empty} Voice Bo until Monday 09:00, then Cy" in told
    with transaction() as db:
        policy = db.get_one(Policy, DEFAULT)
        first, *rest = policy.levels
        policy.levels = [first | {"who": [{"rota": id_}]}, *rest]
    told = staff.reads("/?part=live")
    assert f"Level 1, Voice Bo until Monday 09:00, then Cy {empty} Level 1 Bo Cy Didi" in told
    with transaction() as db:
        rotas.always(db, "Level 1", [])
        db.get_one(Rota, id_).layers[0].ends = "2026-11-27T18:30"
    told = staff.reads("/?part=live")
    assert "Level 1, Voice Bo until tomorrow 18:30, then nobody" in told


def test_all_rotas_with_who_is_on_call_and_who_is_not(staff: Staff) -> None:
    voice()
    with transaction() as db:
        rotas.create(db, NOW, "Empty", "America/Toronto")
    told = staff.reads("/rotas")
    assert "Voice Bo Monday 09:00 Cy" in told
    assert "Empty Nobody" in told
    assert "Level 1 Bo, Cy and Didi no end in sight" in told


# Layers -------------------------------------------------------------------------------------------


def filled(**changes: object) -> dict[str, object]:
    turns = {"turns": "3", "turn-0": [person("Bo")], "turn-1": [person("Cy"), person("Didi")]}
    return {**WEEKLY, **turns, "stretches": "0", "do": "save", **changes}


def test_layers_are_added_read_in_words_moved_and_removed(staff: Staff) -> None:
    id_ = voice()
    new = f"/rotas/{id_}/layers/new"
    nights = {
        "name": "Nights",
        "unit": "days",
        "every": "2",
        "zone": "Europe/London",
        "ends": "2027-01-31T09:00",
        "stretches": "1",
        "days-0": ["0", "1", "2", "3", "4"],
        "from-0": "17:00",
        "until-0": "09:00",
    }
    told = text(staff.submits(new, **filled(**nights)))
    assert "Saved." in told
    assert (
        "Nights Every 2 days from 09:00: Bo, Cy and Didi"
        " Monday to Friday, 17:00 to 09:00 of the next day ends on Sun 31 Jan 2027, 09:00"
        " by the clock of Europe/London Change Nights Move down (Nights)"
    ) in told
    weekly, top = layers(id_)
    assert (top.name, top.position, top.people[1]) == (
        "Nights",
        1,
        [int(person("Cy")), int(person("Didi"))],
    )
    page = f"/rotas/{id_}"
    told = text(staff.submits(page, f"{page}/layers/{top.id}/down"))
    assert told.index("Weekly from Monday 09:00: Bo, Cy, Didi") < told.index("Nights Every")
    assert [one.name for one in layers(id_)] == ["Nights", "Weekly"]
    told = text(staff.submits(page, f"{page}/layers/{weekly.id}/remove"))
    assert "Removed." in told
    assert [(one.name, one.position) for one in layers(id_)] == [("Nights", 0)]
    weekend = {"stretches": "1", "days-0": ["5", "6"], "from-0": "00:00", "until-0": "00:00"}
    change = f"{page}/layers/{top.id}"
    told = text(staff.submits(change, **filled(name="Weekend", **weekend)))
    assert "Weekend Weekly from Monday 09:00: Bo, Cy and Didi Saturday and Sunday, all day" in told
    assert layers(id_)[0].hours == [{"days": [5, 6], "from": "00:00", "until": "24:00"}]
    assert 'name="until-0" type="time" value="00:00"' in staff.get(change).text


def test_by_weekday_each_day_has_its_turn_and_one_may_have_none(staff: Staff) -> None:
    id_ = voice()
    bo, cy = person("Bo"), person("Cy")
    days = {"unit": "weekday", "turns": "4", "turn-0": [bo], "turn-1": [], "turn-3": [cy]}
    told = text(staff.submits(f"/rotas/{id_}/layers/new", **filled(**days)))
    assert "By weekday from 09:00: Monday Bo, Tuesday Nobody, Wednesday Nobody, Thursday Cy" in told
    assert layers(id_)[1].people == [[int(bo)], [], [], [int(cy)], [], [], []]


def test_turns_and_hours_are_added_moved_and_removed_without_a_script(staff: Staff) -> None:
    page = f"/rotas/{voice()}/layers/new"

    def pressed(do: str) -> str:
        hours = {"stretches": "1", "days-0": ["6"], "from-0": "08:00", "until-0": ""}
        answer = staff.submits(page, **filled(name="<Odd>", do=do, **hours))
        assert answer.status_code == 200
        assert 'value="&lt;Odd&gt;"' in answer.text
        return answer.text

    assert 'id="turn-3-0" name="turn-3"' in (more := pressed("add-turn"))
    assert more.count(" autofocus") == 1
    moved = pressed("up-1")
    first, _, second = moved.partition('id="turn-1-0"')
    assert f'<option value="{person("Didi")}" selected' in first
    assert f'<option value="{person("Bo")}" selected' in second
    assert 'id="turn-2-0"' not in pressed("remove-turn-1")
    assert 'name="days-1"' in (added := pressed("add-hours"))
    assert 'name="days-0" value="6" checked' in added
    assert 'name="days-0"' not in pressed("remove-hours-0")
    for odd in ("up-999", "remove-turn-999", "up"):
        assert pressed(odd).count('name="turns" value="3"') == 1
    assert len(layers(1)) == 1


def test_the_next_shifts_are_seen_before_anything_is_saved(staff: Staff) -> None:
    id_ = voice()
    answer = staff.submits(f"/rotas/{id_}/layers/new", **filled(do="preview"))
    told = text(answer)
    assert "The next shifts of this layer, not saved yet Who From Until" in told
    assert "Cy and Didi Thu 26 Nov 2026, 10:20 (now) Mon 30 Nov 2026, 09:00 Bo Mon 30" in told
    assert answer.text.count('<th scope="row"') == 8
    assert len(layers(id_)) == 1
    ended = filled(do="preview", ends="2026-11-20T09:00")
    assert "There is none: it has ended" in text(staff.submits(f"/rotas/{id_}/layers/new", **ended))


CANNOT_BE: list[tuple[dict[str, object], str, str]] = [
    ({"name": " "}, "name", "Give the layer a name, such as Nights."),
    ({"starts": ""}, "starts", "Say when the first turn begins."),
    ({"starts": "soon"}, "starts", "That is no date and time, such as 2026-11-30 09:00."),
    ({"starts": "0001-01-01T09:00"}, "starts", "That is no date and time"),
    ({"ends": "2026-11-02T09:00"}, "ends", "It would end before it begins."),
    ({"every": "0"}, "every", "A number of weeks from 1 to 104."),
    ({"every": "²"}, "every", "A number of weeks from 1 to 104."),
    ({"unit": "months"}, "unit", "Choose how long a turn is."),
    ({"zone": "Mars"}, "zone", "There is no time zone Mars."),
    ({"turn-0": [], "turn-1": []}, "turns", "Choose at least one person."),
    ({"turn-0": ["999"]}, "turns", "Choose somebody else for somebody unknown"),
    ({"stretches": "1", "days-0": ["1"], "from-0": "9"}, "until-0", "A time such as 17:00."),
    ({"stretches": "1", "from-0": "09:00", "until-0": "17:00"}, "days-0", "Choose at least"),
]


def test_a_layer_that_cannot_be_is_told_why(staff: Staff) -> None:
    id_ = voice()
    for changes, field, told in CANNOT_BE:
        for do in ("save", "preview"):
            answer = staff.submits(f"/rotas/{id_}/layers/new", **filled(do=do, **changes))
            assert wrong(answer)[field].startswith(told)
    assert len(layers(id_)) == 1


def test_a_new_layer_proposes_the_team_and_begins_this_week(staff: Staff) -> None:
    id_ = voice()
    with transaction() as db:
        rota = db.get_one(Rota, id_)
        members = [db.get_one(Technician, int(person(one))) for one in ("Bo", "Cy")]
        rota.team = Team(name="Voice team", members=members)
    page = staff.get(f"/rotas/{id_}/layers/new").text
    assert 'value="2026-11-23T09:00"' in page
    assert page.count(" selected") == 1 + 2  # weeks; Bo and Cy
