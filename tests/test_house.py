"""The rules of the house that a linter does not know: small rooms, small functions."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40
MODULES = [
    file
    for room in ("callflows", "ivr")
    for file in sorted((HOUSE / room).rglob("*.py"))
    if "versions" not in file.parts
]


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(HOUSE)))
def test_modules_and_functions_are_small(file: Path) -> None:
    words = file.read_text("utf-8")
    assert len(words.splitlines()) <= LONGEST_MODULE
    for node in ast.walk(ast.parse(words)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(HOUSE)))
def test_modules_say_what_they_are_for(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text("utf-8"))), file
