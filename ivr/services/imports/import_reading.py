"""Reading an import file: YAML or JSON, checked whole, every mistake told with its line."""

import json
from pathlib import Path

import yaml
from pydantic import ValidationError

from ivr.services.imports.import_file import ImportFile

LARGEST = 10_000_000
"""Bytes."""


class ImportRefusedError(Exception):
    """What is wrong with the file: a line for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(path: Path) -> ImportFile:
    try:
        if path.stat().st_size > LARGEST:
            raise ImportRefusedError([f"{path.name}: larger than {LARGEST:,} bytes"])
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportRefusedError([f"{path.name}: cannot be read: {error}"]) from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_aliases(text)
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ImportRefusedError([f"{path.name}: {error}"]) from error
    try:
        return ImportFile.model_validate(content or {})
    except ValidationError as error:
        raise ImportRefusedError(_problems(error, node)) from error


def _refuse_aliases(text: str) -> None:
    """An alias may blow a small file up to any size; nobody needs one here."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ImportRefusedError([f"aliases (*{event.anchor}) are not allowed"])


def _problems(error: ValidationError, node: yaml.Node | None) -> list[str]:
    problems = []
    for one in error.errors():
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in one["loc"])
        message = one["msg"].removeprefix("Value error, ")
        problems.append(f"line {_line(node, one['loc'])}: {path.lstrip('.')}: {message}")
    return problems


def _line(node: yaml.Node | None, path: tuple[int | str, ...]) -> int:
    """Where in the file a value stands, or the nearest thing around it."""
    line = 1
    for part in path:
        if node is not None:
            line = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            found = (value for key, value in node.value if key.value == str(part))
            node = next(found, None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part] if part < len(node.value) else None
        else:
            break
    return node.start_mark.line + 1 if node is not None else line
