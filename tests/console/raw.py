"""What stands on a page and is not meant to be read by people: the names of things in the code,
times and telephone numbers as they are kept, and English where the page is French.

Text in code, pre and fields is as it is on purpose; so is what somebody wrote, in a blockquote, in
another language by its lang, or, for the language, a name by its bdi.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
AS_IT_IS = {"code", "pre", "script", "style", "textarea", "datalist", "blockquote", "kbd"}
NAMED = {"bdi", "title"}
READ = ("aria-label", "title", "alt", "placeholder", "data-news", "data-label")

ADDRESS = re.compile(r"\S+@\S+|\b\w+://\S+|\b(?:[\w-]+\.)+(?:example|com|ca|csv|ics|toml)\b")
CODE = {
    "a name of the code": re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]{3,}(?:[.:][a-z]{2,})+\b"),
    "a time as it is kept": re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d)?|\d\d:\d\d:\d\d\.\d"),
    "a number as it is kept": re.compile(r"\+\d{8,15}\b"),
    "a value of Python": re.compile(r"\b(?:True|False)\b|\{\w*\}|<[\w.]+ object"),
}
ENGLISH = re.compile(
    r"\b(?:the|and|is|of|was|with|are|not|by|from|has|been|this|that|they|who|when|it|until|none)\b",
    re.IGNORECASE,
)
CLOCK = re.compile(r"(?<![\d:])\d\d:\d\d(?![\d:])")
"""As English and programs write it; to the second is alike in all languages."""
HYPHENED = re.compile(r"\b[a-z]+(?:-[a-z]+)+\b")


class Piece(NamedTuple):
    text: str
    named: bool
    """In a bdi: what somebody or something is called."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.open: list[tuple[str, bool, bool]] = []
        """Element, whether it is as it is on purpose, whether it is a name."""
        self.found: list[Piece] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = (given.get("lang") or "").partition("-")[0]
        spoken = (given.get("lang") or self.language).partition("-")[0]
        _, kept, named = self.open[-1] if self.open else ("", False, False)
        kept = kept or tag in AS_IT_IS or spoken != self.language
        named = named or tag in NAMED
        if not kept:
            self.found += [Piece(given[one] or "", named) for one in READ if one in given]
        if tag not in VOID:
            self.open.append((tag, kept, named))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        _, kept, named = self.open[-1] if self.open else ("", False, False)
        if not kept and data.strip():
            self.found.append(Piece(" ".join(data.split()), named))


def pieces(html: str) -> list[Piece]:
    reader = _Reader()
    reader.feed(html)
    return reader.found


def raw(html: str) -> Iterator[str]:
    """What nobody should have to read, in any language."""
    for text, _ in pieces(html):
        bare = ADDRESS.sub("", text)
        for what, looks in CODE.items():
            yield from (f"{what}: {one} in {text[:80]!r}" for one in looks.findall(bare))


def english(html: str, keys: set[str]) -> Iterator[str]:
    """On a page that is not English; `keys` are of words, and stand for them."""
    for text, named in pieces(html):
        for one in HYPHENED.findall(ADDRESS.sub("", text)):
            if one in keys:
                yield f"a key: {one} in {text[:80]!r}"
        found = None if named else ENGLISH.search(text) or CLOCK.search(text)
        if found:
            yield f"{found[0]} in {text[:80]!r}"
