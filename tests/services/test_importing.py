"""The import file: every key, every mistake with its place, nothing half done, nothing twice."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from ivr.database import reading, transaction
from ivr.models import (
    Absence,
    AssignmentRule,
    Contact,
    Customer,
    Entry,
    Organization,
    Override,
    Policy,
    Rota,
    Team,
    Technician,
    Ticket,
)
from ivr.services.imports import import_reading, importing
from ivr.services.imports.import_file import ImportFile
from ivr.services.imports.import_reading import ImportRefusedError
from ivr.services.imports.importing import Summary
from ivr.services.on_call import rota
from ivr.services.staff import accounts, hashing

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = re.findall(r"```yaml\n(.+?)```", (DOCS / "import.md").read_text("utf-8"), re.DOTALL)[0]


def imported(folder: Path, text: str, name: str = "people.yaml") -> Summary:
    file = folder / name
    file.write_text(text, "utf-8")
    with transaction() as db:
        return importing.import_file(db, file, NOW)


def refused(folder: Path, text: str, name: str = "people.yaml") -> list[str]:
    with pytest.raises(ImportRefusedError) as error:
        imported(folder, text, name)
    return error.value.problems


def rows(table: Any) -> list[Any]:
    with reading() as db:
        return list(db.scalars(select(table).order_by(table.id)))


def on_call() -> dict[str, list[int]]:
    with reading() as db:
        return {one.name: [*rota.on_call(db, NOW, [one.id])[one.id]] for one in rows(Rota)}


def changed(**keys: Any) -> str:
    return yaml.safe_dump(yaml.safe_load(EXAMPLE) | keys, allow_unicode=True)


def test_the_example_of_the_documentation_is_imported(database: str, tmp_path: Path) -> None:
    assert imported(tmp_path, EXAMPLE).new > 0
    (organization,) = rows(Organization)
    assert (organization.name, organization.time_zone) == ("2N5", "America/Toronto")
    (customer,) = rows(Customer)
    assert hashing.matches(customer.pin_hash, "482913")
    assert "482913" not in customer.pin_hash
    (contact,) = rows(Contact)
    assert (contact.phone, contact.language) == ("+15145550100", "fr-CA")
    assert [one.role for one in rows(Technician)] == ["technician", "senior"]
    assert on_call() == {"Level 1": [1], "Level 2": [2]}
    assert [level["level"] for level in rows(Policy)[0].levels] == [1, 2, 3]
    (ticket,) = rows(Ticket)
    assert (ticket.number, ticket.severity, ticket.status) == ("4411", "major", "new")


def test_the_same_file_again_changes_nothing(database: str, tmp_path: Path) -> None:
    imported(tmp_path, EXAMPLE)
    before = [rows(table) for table in (Customer, Technician, Ticket, Entry)]
    again = imported(tmp_path, EXAMPLE)
    assert (again.new, again.changed) == (0, 0)
    after = [rows(table) for table in (Customer, Technician, Ticket, Entry)]
    assert [[row.id for row in one] for one in after] == [[row.id for row in one] for one in before]
    assert after[0][0].pin_hash == before[0][0].pin_hash


def test_json_is_read_as_well(database: str, tmp_path: Path) -> None:
    assert imported(tmp_path, json.dumps(yaml.safe_load(EXAMPLE)), "people.json").new > 0


def test_what_a_file_does_not_name_stays(database: str, tmp_path: Path) -> None:
    imported(tmp_path, EXAMPLE)
    imported(tmp_path, "on_call: {level_1: [cy@2n5.example]}")
    assert on_call() == {"Level 1": [2], "Level 2": [2]}
    assert rows(Organization)[0].name == "2N5"
    imported(tmp_path, "")
    assert len(rows(Ticket)) == 1


def test_a_list_of_who_is_on_call_replaces_the_one_before(database: str, tmp_path: Path) -> None:
    imported(tmp_path, EXAMPLE)
    imported(tmp_path, "on_call: {level_1: [cy@2n5.example, bo@2n5.example], level_2: []}")
    assert on_call() == {"Level 1": [2, 1], "Level 2": []}


def test_a_ticket_keeps_what_has_happened_to_it(database: str, tmp_path: Path) -> None:
    imported(tmp_path, EXAMPLE)
    with transaction() as db:
        db.scalars(select(Ticket)).one().severity = "critical"
    imported(tmp_path, EXAMPLE.replace("SIP trunk down", "SIP trunk flapping"))
    (ticket,) = rows(Ticket)
    assert (ticket.title, ticket.severity) == ("SIP trunk flapping", "critical")


def test_a_ticket_without_a_customer_gets_none(database: str, tmp_path: Path) -> None:
    people = "customers: [{name: Acme, contacts: [{name: Ana, phone: '+15145550100'}]}]\n"
    imported(tmp_path, people + "tickets: [{number: '7', title: Alone}]")
    (ticket,) = rows(Ticket)
    assert (ticket.customer_id, ticket.contact_id, ticket.severity) == (None, None, "minor")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("staff:\n  - name: Bo\n    email: bo@x\n    phone: '5145550201'",
         "line 4: staff[0].phone: must be a phone number with its country"),
        ("staff:\n- {name: Bo, email: bo@x, phone: '+18005550100'}",
         "line 2: staff[0].phone: is the support line's own number"),
        ("staff:\n- {name: Bo, email: nobody}", "line 2: staff[0].email: "),
        ("staff:\n- {name: Bo, email: bo@x, role: boss}", "line 2: staff[0].role: "),
        ("customers:\n- name: Acme\n  pin: 482913", "line 3: customers[0].pin: "),
        ("customers:\n- name: Acme\n  pin: '12'", "line 3: customers[0].pin: "),
        ("customers:\n- name: Acme\n  contacts:\n  - name: Ana",
         "line 4: customers[0].contacts[0]: a contact needs a phone or an e-mail"),
        ("organization: {name: 2N5, time_zone: Mars/Base}",
         "line 1: organization.time_zone: is no time zone"),
        ("organization: {name: 2N5, languages: [de-DE]}", "line 1: organization.languages[0]: "),
        ("tickets:\n- {number: '00', title: X}", "line 2: tickets[0].number: must not be zero"),
        ("tickets:\n- {number: 'A1', title: X}", "line 2: tickets[0].number: "),
        ("tickets:\n- {number: '1', title: X, severity: urgent}", "line 2: tickets[0].severity: "),
        ("tickets:\n- {number: '1', title: X, custmer: Acme}", "line 2: tickets[0].custmer: "),
        ("nonsense: 1", "line 1: nonsense: "),
        ("policy:\n  levels:\n  - {level: 1, ring: all}", "line 3: policy.levels: the last level"),
        ("policy:\n  levels:\n  - {level: 2, mail: a@b}",
         "line 3: policy.levels: levels are numbered 1, 2, 3"),
        ("policy:\n  levels:\n  - {level: 1, ring: all, mail: a@b}",
         "line 3: policy.levels[0]: a level either rings"),
        ("policy:\n  levels:\n  - {level: 1, mail: a@b, ring_for: 9}",
         "line 3: policy.levels[0]: a level that mails has only repeat_every"),
        ("tickets:\n- {number: '1', title: X, customer: Nobody}",
         "tickets[0].customer: there is no customer 'Nobody'"),
        ("tickets:\n- {number: '1', title: X, contact: no@body}",
         "tickets[0].contact: no contact has the e-mail no@body"),
        ("on_call: {level_1: [no@body]}",
         "on_call.level_1[0]: nobody on the staff has the e-mail no@body"),
        ("a: &x [1]\nb: *x", "aliases (*x) are not allowed"),
        ("a: [", "people.yaml: "),
        ("- just\n- a list", "line 1: "),
        ("!!python/object/apply:os.system ['true']", "people.yaml: "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_nothing_is_written(
    database: str, tmp_path: Path, text: str, told: str
) -> None:
    problems = refused(tmp_path, text)
    assert any(line.startswith(told) for line in problems), problems
    assert rows(Technician) == rows(Customer) == rows(Ticket) == []


def test_every_mistake_is_told_at_once(database: str, tmp_path: Path) -> None:
    text = "staff:\n- {name: Bo, email: bo@x, phone: '1'}\n- {name: '', email: cy}\n"
    assert len(refused(tmp_path, text)) == 3


def test_a_mistake_at_the_end_undoes_what_came_before(database: str, tmp_path: Path) -> None:
    refused(tmp_path, changed(on_call={"level_1": ["gone@2n5.example"]}))
    assert rows(Customer) == rows(Technician) == []


def test_a_file_that_cannot_be_read_is_told(database: str, tmp_path: Path) -> None:
    with transaction() as db, pytest.raises(ImportRefusedError, match="cannot be read"):
        importing.import_file(db, tmp_path / "missing.yaml", NOW)
    (tmp_path / "latin.yaml").write_bytes(b"organization: {name: Caf\xe9}")
    with transaction() as db, pytest.raises(ImportRefusedError, match="cannot be read"):
        importing.import_file(db, tmp_path / "latin.yaml", NOW)


def test_a_file_that_is_too_large_is_not_read(database: str, tmp_path: Path) -> None:
    assert "larger than" in refused(tmp_path, "#" * (import_reading.LARGEST + 1))[0]


def test_names_may_hold_anything(database: str, tmp_path: Path) -> None:
    name = "Éloïse <b>&amp;</b> \u202e 💥 'quoted'"
    imported(tmp_path, yaml.safe_dump({"customers": [{"name": name}]}, allow_unicode=True))
    assert rows(Customer)[0].name == name


HOW_BO_IS_RUNG = """
staff:
  - name: Bo
    email: bo@2n5.example
    phones: ["+15145550201", "+15145550209"]
    time_zone: Europe/Paris
    text_first: 20
    second_phone_after: 30
    quiet: {from: "22:00", until: "07:00"}
"""


def test_how_somebody_is_rung_is_imported_and_kept_where_a_file_does_not_say(
    database: str, tmp_path: Path
) -> None:
    imported(tmp_path, HOW_BO_IS_RUNG)
    again = imported(tmp_path, HOW_BO_IS_RUNG)
    assert (again.new, again.changed) == (0, 0)
    imported(tmp_path, "staff: [{name: Bo Chan, email: bo@2n5.example}]")
    with reading() as db:
        bo = db.scalars(select(Technician)).one()
        assert [one.number for one in bo.phones] == ["+15145550201", "+15145550209"]
    assert (bo.name, bo.time_zone) == ("Bo Chan", "Europe/Paris")
    assert (bo.text_first, bo.second_phone_after) == (20, 30)
    assert (bo.quiet_from, bo.quiet_until) == ("22:00", "07:00")
    imported(tmp_path, "staff: [{name: Bo, email: bo@2n5.example, quiet: null, phones: []}]")
    with reading() as db:
        bo = db.scalars(select(Technician)).one()
        assert (bo.quiet_from, bo.phones) == (None, [])
    both = 'staff: [{name: Bo, email: bo@2n5.example, phone: "+15145550201", phones: []}]'
    assert "either phone or phones" in refused(tmp_path, both)[0]


def test_no_file_takes_the_last_admin_away(database: str, tmp_path: Path) -> None:
    admin = "staff: [{name: Ada, email: ada@2n5.example, role: admin}]"
    imported(tmp_path, admin)
    with transaction() as db:
        ada = db.scalars(select(Technician)).one()
        accounts.account(db, ada.id).password_hash = "x"
    technician = admin.replace("admin}", "senior}")
    assert "the last admin who can sign in" in refused(tmp_path, technician)[0]


def test_the_schema_is_current() -> None:
    kept = json.loads((DOCS / "import.schema.json").read_text("utf-8"))
    assert kept == ImportFile.model_json_schema(), (
        "run: ivr import-schema > docs/import.schema.json"
    )


def test_the_documentation_names_every_key() -> None:
    told = (DOCS / "import.md").read_text("utf-8")
    schema = ImportFile.model_json_schema()
    keys = {key for one in schema["$defs"].values() for key in one.get("properties", {})}
    for key in keys | schema["properties"].keys():
        assert f"`{key}`" in told or f"## {key}" in told, key


# Rotas --------------------------------------------------------------------------------------------

ROTAS = re.findall(r"```yaml\n(rotas:.+?)```", (DOCS / "import.md").read_text("utf-8"), re.DOTALL)[
    0
]
PEOPLE = """
staff:
  - {name: Bo Chan, email: bo@2n5.example}
  - {name: Didi Wu, email: didi@2n5.example}
  - {name: Cy Singh, email: cy@2n5.example}
"""


def names(at: str, name: str = "Network") -> list[str]:
    moment = datetime.fromisoformat(at)
    with reading() as db:
        row = db.scalars(select(Rota).where(Rota.name == name)).one()
        known = {one.id: one.name.partition(" ")[0] for one in db.scalars(select(Technician))}
        return [known[one] for one in rota.on_call(db, moment, [row.id])[row.id]]


def test_a_rota_with_layers_overrides_and_absences_is_imported_once(
    database: str, tmp_path: Path
) -> None:
    assert imported(tmp_path, PEOPLE + ROTAS).new == 3 + 3
    again = imported(tmp_path, PEOPLE + ROTAS)
    assert (again.new, again.changed) == (0, 0)
    assert names("2026-11-24T10:00-05:00") == ["Didi", "Cy"], "the fourth week, by day"
    assert names("2026-11-24T17:00-05:00") == ["Didi"], "the night of a Tuesday"
    assert names("2026-12-24T08:59:59-05:00") == ["Bo"], "still the night"
    assert names("2026-12-24T09:00-05:00") == ["Bo", "Cy"], "in Didi's place"
    assert names("2027-02-01T12:00-05:00") == ["Didi", "Cy"]
    network = next(one for one in rows(Rota) if one.name == "Network")
    assert (network.owner_id, network.due_at) == (3, NOW)


def test_what_a_later_file_says_of_a_rota_replaces_what_an_earlier_one_did(
    database: str, tmp_path: Path
) -> None:
    imported(tmp_path, PEOPLE + ROTAS)
    override, absence = rows(Override)[0], rows(Absence)[0]
    imported(tmp_path, "rotas: [{name: Network, time_zone: Europe/Paris}]\nabsences: []")
    assert [one.id for one in rows(Override)] == [override.id], "not named"
    assert rows(Absence) == []
    assert absence.source == "import"
    with transaction() as db:
        db.get_one(Override, override.id).source = None  # as if staff had made it
    layer = "[{name: All, people: [[cy@2n5.example, bo@2n5.example]]}]"
    imported(tmp_path, f"rotas: [{{name: Network, layers: {layer}, overrides: []}}]")
    assert [one.id for one in rows(Override)] == [override.id]
    assert names("2026-11-24T10:00-05:00") == ["Cy", "Bo"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("rotas: [{name: N, time_zone: Mars}]", "line 1: rotas[0].time_zone: is no time zone"),
        ("rotas: [{name: N, owner: x@y.example}]", "rotas[0]: nobody on the staff has"),
        ("rotas: [{name: N, team: Data}]", "rotas[0].team: there is no team 'Data'"),
        ("absences: [{technician: x@y.z, starts: 2027-01-01, ends: 2027-01-02}]", "absences[0]"),
        ("absences: [{technician: x@y.z, starts: 2027-01-02, ends: 2027-01-01}]", "later than"),
        ("rotas: [{name: N, layers: [{name: L, people: []}]}]", "rotas[0].layers[0].people"),
        ("rotas: [{name: N, layers: [{name: L, people: [[]]}]}]", "layers[0]: A layer needs"),
        (
            "rotas: [{name: N, layers: [{name: L, people: [[]], starts: soon}]}]",
            "layers[0].starts",
        ),
    ],
)
def test_a_mistake_in_a_rota_is_told_with_its_place(
    database: str, tmp_path: Path, wrong: str, told: str
) -> None:
    assert told in refused(tmp_path, wrong)[0]
    assert rows(Rota) == []


# Teams, rules, targets ----------------------------------------------------------------------------

TEAMS = """
organization:
  name: 2N5
  business_hours: {opens: "08:00", closes: "18:00", days: [0, 1, 2, 3, 4, 5]}
  targets: {major: {response: {within: 600}}, reopen_days: 10}
customers:
  - {name: Acme, targets: {minor: {resolution: {business_days: 1}, missed: page}}}
staff:
  - {name: Bo Chan, email: bo@2n5.example}
  - {name: Cy Singh, email: cy@2n5.example}
teams:
  - {name: Voice, members: [cy@2n5.example, bo@2n5.example]}
  - {name: Data}
assignment:
  - {team: Voice, words: [sip, fax], severity: major}
  - {team: Data, customer: Acme, category: network}
canned_replies:
  - {name: Hello, language: fr-CA, text: Bonjour}
"""


def test_teams_rules_and_targets_are_imported_once(database: str, tmp_path: Path) -> None:
    imported(tmp_path, TEAMS)
    assert imported(tmp_path, TEAMS) == Summary(new=0, changed=0, unchanged=8)
    (organization,) = rows(Organization)
    assert organization.targets == {"major": {"response": {"within": 600}}, "reopen_days": 10}
    assert organization.business_hours["days"] == [0, 1, 2, 3, 4, 5]
    (acme,) = rows(Customer)
    assert acme.targets["minor"]["missed"] == "page"
    with reading() as db:
        voice = db.scalars(select(Team).where(Team.name == "Voice")).one()
        assert [one.name for one in voice.members] == ["Bo Chan", "Cy Singh"]
    assert [(rule.team_id, rule.words) for rule in rows(AssignmentRule)] == [
        (voice.id, ["sip", "fax"]),
        (voice.id + 1, []),
    ]


def test_rules_are_replaced_as_a_whole(database: str, tmp_path: Path) -> None:
    imported(tmp_path, TEAMS)
    imported(tmp_path, "assignment: [{team: Data}]")
    assert [rule.severity for rule in rows(AssignmentRule)] == [None]
    imported(tmp_path, "assignment: []")
    assert rows(AssignmentRule) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("assignment: [{team: Nobody}]", "assignment[0].team: there is no team 'Nobody'"),
        ("teams: [{name: A, members: [x@y.z]}]", "nobody on the staff has the e-mail x@y.z"),
        (
            "{teams: [{name: A}], assignment: [{team: A, customer: Who}]}",
            "assignment[0].customer: there is no customer 'Who'",
        ),
        (
            "organization: {name: A, targets: {minor: {response: {within: 60, business_days: 1}}}}",
            "either within (seconds) or business_days",
        ),
        (
            'organization: {name: A, business_hours: {opens: "17:00", closes: "09:00"}}',
            "closes must be later than opens",
        ),
    ],
)
def test_what_is_wrong_with_teams_and_targets_is_told(
    database: str, tmp_path: Path, given: str, told: str
) -> None:
    assert told in refused(tmp_path, given)[0]


# Policies -----------------------------------------------------------------------------------------

TWO_POLICIES = """
teams: [{name: Voice, members: [bo@2n5.example]}]
policies:
  - name: Acme at night
    customer: Acme
    severity: critical
    hours: closed
    levels:
      - level: 1
        who: [{rota: Level 1}, {person: cy@2n5.example}, {team: Voice}, {mail: chat@2n5.example}]
        ring: random
        wait: 30
      - {level: 2, mail: night@2n5.example}
  - name: Voice
    team: Voice
    levels:
      - {level: 1, ring: all}
      - {level: 2, mail: voice@2n5.example}
"""


def policies_by_name() -> dict[str, Policy]:
    return {one.name: one for one in rows(Policy)}


def test_policies_name_whom_they_ring_and_the_same_file_again_changes_nothing(
    database: str, tmp_path: Path
) -> None:
    imported(tmp_path, EXAMPLE)
    imported(tmp_path, TWO_POLICIES)
    again = imported(tmp_path, TWO_POLICIES)
    assert (again.new, again.changed) == (0, 0)
    night, voice = policies_by_name()["Acme at night"], policies_by_name()["Voice"]
    assert (night.position, night.customer_id, night.hours) == (1, 1, "closed")
    assert (voice.position, voice.team_id, voice.customer_id) == (2, 1, None)
    assert night.levels[0] == {
        "level": 1,
        "who": [{"rota": 1}, {"person": 2}, {"team": 1}, {"mail": "chat@2n5.example"}],
        "ring": "random",
        "ring_for": 25,
        "repeat": 1,
        "wait": 30,
        "escalate_after": 60,
    }
    assert voice.levels[0]["who"] == [{"rota": 1}]


def test_a_list_of_policies_replaces_the_one_before_and_leaves_the_default(
    database: str, tmp_path: Path
) -> None:
    imported(tmp_path, EXAMPLE)
    imported(tmp_path, TWO_POLICIES)
    assert imported(tmp_path, "policies: []").changed == 2
    assert [*policies_by_name()] == ["Default"]


@pytest.mark.parametrize(
    ("was", "wrong", "problem"),
    [
        ("{rota: Level 1}", "{rota: Nights}", "who[0].rota: there is no rota 'Nights'"),
        ("{person: cy@2n5.example}", "{person: x@y.z}", "nobody on the staff has the e-mail x@y.z"),
        ("{team: Voice}, {mail", "{team: Data}, {mail", "who[2].team: there is no team 'Data'"),
        ("{team: Voice}, {mail", "{webhook: Chat}, {mail", "there is no webhook 'Chat'"),
        ("customer: Acme", "customer: Apex", "policies[0].customer: there is no customer 'Apex'"),
        ("{rota: Level 1}", "{}", "one of rota, person, team, mail and webhook"),
        ("name: Acme at night", "name: Voice", "there is a policy 'Voice' already"),
        ("name: Acme at night", "name: Default", "there is a policy 'Default' already"),
        ("wait: 30", "wait: -1", "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_with_a_policy_is_told_with_its_place(
    database: str, tmp_path: Path, was: str, wrong: str, problem: str
) -> None:
    imported(tmp_path, EXAMPLE)
    assert problem in "".join(refused(tmp_path, TWO_POLICIES.replace(was, wrong, 1)))
    assert [*policies_by_name()] == ["Default"]
