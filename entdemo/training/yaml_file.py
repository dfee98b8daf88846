"""A YAML file as people write it: what YAML would take in silence for something else is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from entdemo.errors import TrainingError, UserError
from entdemo.storage.encoding import decoded

_NOT_DECIMAL = re.compile(r"[-+]?(0[0-9_]+|[0-9][0-9_]*(:[0-5]?[0-9])+)")
"""What YAML 1.1 reads as base 8 or base 60."""


_OF_WRONG_TAGS = (
    yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    RecursionError,
)  # fmt: skip
"""What PyYAML raises on values that are not of the kind that a tag such as ``!!int`` states."""


@dataclass(frozen=True)
class YamlFile:
    """A file's content, and where in the file each part of it stands.

    Attributes:
        mistakes: keys that appear twice, and numbers that YAML takes as other ones, each with its
            line and column; ``content`` has then the last value, or YAML's number.
    """

    name: str
    content: Any
    root: yaml.Node | None
    mistakes: tuple[UserError, ...] = ()

    def place(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Line and column, from 1, of the part at ``path``, or of the innermost that is there."""
        node = self.root
        for step in path:
            inner = _inner(node, step)
            if inner is None:
                break
            node = inner
        return (node.start_mark.line + 1, node.start_mark.column + 1) if node else (1, 1)


def read_yaml_file(path: Path) -> YamlFile:
    """Read UTF-8, or UTF-16 with a byte order mark.

    Raises:
        TrainingError: no such file; or, with line and column, no YAML.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainingError("config.missing", name=path.name) from error
    try:
        text = decoded(data)
    except UnicodeDecodeError as error:
        raise TrainingError("config.not_yaml", name=path.name) from error
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line, start = text.count("\n", 0, error.position), text.rfind("\n", 0, error.position)
        raise TrainingError(
            "config.yaml_line", name=path.name, line=line + 1, column=error.position - start,
            reason=f"{text[error.position]!a} is no text",
        ) from error  # fmt: skip
    try:
        root = loader.get_single_node()
        content = loader.construct_document(root) if root else None
        mistakes = tuple(_told(path.name, it) for it in loader.mistakes)
        return YamlFile(path.name, content, root, mistakes)
    except yaml.MarkedYAMLError as error:
        raise _told(path.name, error) from error
    except _OF_WRONG_TAGS as error:
        raise TrainingError("config.not_yaml", name=path.name) from error
    finally:
        loader.dispose()


def _told(name: str, error: yaml.MarkedYAMLError) -> TrainingError:
    mark = error.problem_mark or error.context_mark
    return TrainingError(
        "config.yaml_line", name=name, reason=error.problem or error.context,
        line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1,
    )  # fmt: skip


def _inner(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


class _Loader(yaml.SafeLoader):
    """``SafeLoader`` that notes repeated keys and numbers that are not decimal."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.mistakes: list[yaml.MarkedYAMLError] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                self._note(key, f"“{key.value}” appears a second time")
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def construct_decimal(self, node: yaml.ScalarNode) -> int | float:
        if _NOT_DECIMAL.fullmatch(node.value.partition(".")[0]):
            self._note(node, f"“{node.value}” would be read as another number")
        is_whole = node.tag == "tag:yaml.org,2002:int"
        return self.construct_yaml_int(node) if is_whole else self.construct_yaml_float(node)

    def _note(self, node: yaml.Node, problem: str) -> None:
        mistake = yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        self.mistakes.append(mistake)


for _kind in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _Loader.construct_decimal)
