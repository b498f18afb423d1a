"""Why something is refused: told to whoever asked for it, in the language that they read.

The sentences are in ivr/vocabulary/<language>.toml, under `refused`.
"""

from typing import Any

from ivr.services import vocabulary


class RefusedError(Exception):
    """As a string it is in our first language: for a terminal and for the log."""

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key)
        self.key, self.values = key, values

    def told(self, language: str) -> str:
        return vocabulary.sentence(language, "refused", self.key, **self.values)

    def __str__(self) -> str:
        return self.told(vocabulary.LANGUAGES[0])
