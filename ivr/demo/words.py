"""What people say in the busy month, in their language: ivr/demo/words, with the gaps filled in."""

import tomllib
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

OF_PROBLEM = {"questions": "ask", "answers": "answer", "resolutions": "solved"}
AREAS = ("613", "514", "416", "418")


@cache
def of(language: str) -> dict[str, Any]:
    return tomllib.loads(
        files("ivr").joinpath("demo", "words", f"{language}.toml").read_text("utf-8")
    )


class Tongue:
    """Somebody's way of speaking: their language, place and line stay the same within a ticket."""

    def __init__(self, chance: Random, language: str, **known: str) -> None:
        self.chance, self.language = chance, language
        self.about: dict[str, Any] = {}
        self.given = {
            "site": chance.choice(of(language)["sites"]),
            "vendor": chance.choice(of(language)["vendors"]),
            "line": f"{chance.choice(AREAS)} 555-01{chance.randrange(100):02}",
            "count": str(chance.randrange(3, 24)),
            "name": " ".join(chance.choice(of(language)[one]) for one in ("names", "families")),
            "company": chance.choice(of(language)["families"]),
            **known,
        }

    def filled(self, template: str) -> str:
        return template.format_map(self.given)

    def says(self, what: str) -> str:
        """What goes with the problem, where that is known; else what may always be said."""
        of_problem = OF_PROBLEM.get(what)
        if self.about and of_problem:
            return self.filled(self.about[of_problem])
        return self.filled(self.chance.choice(of(self.language)[what]))

    def dialogue(self) -> list[str]:
        """What two say to each other, one of us first."""
        return [self.filled(one) for one in self.chance.choice(of(self.language)["dialogues"])]

    def problem(self, severity: str) -> tuple[str, str, str]:
        """Title, category and what is written about it."""
        of_them = of(self.language)["problem"]
        one = self.chance.choice([one for one in of_them if _fits(one["category"], severity)])
        parts = [self.says("greetings"), self.filled(one["text"]), self.says("changed")]
        if severity != "minor":
            parts.append(self.says("urgent"))
        words = "\n".join(part for part in parts if part)
        title = self.filled(self.chance.choice(one["titles"]))
        self.about = one
        return title[:1].upper() + title[1:], one["category"], f"{words}\n\n{self.says('closings')}"


def _fits(category: str, severity: str) -> bool:
    if severity == "critical":
        return category in {"trunk", "fibre", "router"}
    return severity == "minor" or category not in {"invoice", "phones"}
