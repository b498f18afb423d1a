"""What tests/console/raw.py takes for raw, so that a walk of pages that finds nothing means it."""

from tests.console import raw

PAGE = """<html lang="fr-CA"><title>The line is down</title><body>
<p>Depuis 2026-11-23 09:00, page.opened et ring_in_turn, +15145550101</p>
<p><code>page.opened</code> <bdi>The Rota</bdi> bo@2n5.example <a href="/x">rota-problems</a></p>
<p title="not read">Il est 17:00</p><p lang="en">It is the one</p><textarea>with_key</textarea>
<blockquote>It was</blockquote><p>Rendez-vous à 17 h 00, 17:00:12</p><input placeholder="from the">
</body></html>"""


def test_what_only_the_code_knows_is_raw() -> None:
    assert [told.partition(" in ")[0] for told in raw.raw(PAGE)] == [
        "a name of the code: page.opened",
        "a name of the code: ring_in_turn",
        "a time as it is kept: 2026-11-23 09:00",
        "a number as it is kept: +15145550101",
    ]


def test_english_is_found_on_a_french_page_but_not_what_somebody_wrote() -> None:
    told = [one.partition(" in ")[0] for one in raw.english(PAGE, {"rota-problems"})]
    assert told == ["09:00", "a key: rota-problems", "not", "17:00", "from"]
