"""A YAML file as people write it: what YAML would take in silence for something else is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from entdemo.errors import TrainingError, UserError
from entdemo.storage.encoding import before_wrong_byte, decoded
from entdemo.training.yaml_loader import Loader

_LINE_ENDS = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""As YAML counts lines."""

_NO_TEXT = yaml.reader.Reader.NON_PRINTABLE
_MOST_MISTAKES = 20
_LONGEST = 20_000
"""Of longer files the first mistake of form is told alone: each further one reads the file anew."""


@dataclass(frozen=True)
class YamlFile:
    """A file's content, and where in the file each part of it stands.

    Attributes:
        content: without the lines that are no YAML, and what belongs to them.
        mistakes: each with its line and column; ``content`` is then not what was meant.
        is_whole: whether all lines are YAML, so that what is missing in ``content`` is missing.
    """

    name: str
    content: Any
    root: yaml.Node | None
    mistakes: tuple[UserError, ...] = ()
    is_whole: bool = True

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
    """Read UTF-8, or UTF-16 with a byte order mark, and find all mistakes of form.

    Raises:
        TrainingError: no such file; or, with line and column, a byte that is no text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainingError("config.missing", name=path.name) from error
    text = _text(path.name, data)
    told = [_no_text(path.name, text, it.start()) for it in _NO_TEXT.finditer(text)]
    text = _NO_TEXT.sub(" ", text)
    is_whole = not told
    while True:
        loader = Loader(text)
        try:
            root = loader.get_single_node()
            content = loader.construct_document(root) if root else None
        except yaml.MarkedYAMLError as error:
            told.append(_told(path.name, error))
            is_whole = False
            rest = _without(text, error) if len(told) < _MOST_MISTAKES else text
            if rest == text or len(text) > _LONGEST:
                return YamlFile(path.name, None, None, _in_order(told), is_whole)
            text = rest
        else:
            told += [_told(path.name, it) for it in loader.mistakes]
            return YamlFile(path.name, content, root, _in_order(told), is_whole)
        finally:
            loader.dispose()


def _text(name: str, data: bytes) -> str:
    try:
        return decoded(data)
    except UnicodeDecodeError as error:
        before, byte = before_wrong_byte(data)
        line, column = _place(before, len(before))
        reason = f"byte {byte} is no text; save the file as UTF-8"
        raise TrainingError(
            "config.yaml_line", name=name, line=line, column=column, reason=reason
        ) from error


def _no_text(name: str, text: str, at: int) -> TrainingError:
    line, column = _place(text, at)
    return TrainingError(
        "config.yaml_line", name=name, line=line, column=column, reason=f"{text[at]!a} is no text"
    )


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a letter."""
    ends = [it.end() for it in _LINE_ENDS.finditer(text, 0, at)]
    return len(ends) + 1, at - (ends[-1] if ends else 0) + 1


def _told(name: str, error: yaml.MarkedYAMLError) -> TrainingError:
    line, column = _begin(error)
    reason = error.problem or error.context
    return TrainingError(
        "config.yaml_line", name=name, line=line + 1, column=column + 1, reason=reason
    )


def _in_order(told: list[TrainingError]) -> tuple[UserError, ...]:
    return tuple(sorted(told, key=lambda it: (it.values["line"], it.values["column"])))


def _begin(error: yaml.MarkedYAMLError) -> tuple[int, int]:
    """Line and column, from 0, to look at: of what is never closed, where it was opened."""
    marks = [error.problem_mark, error.context_mark]
    if "stream" in (error.problem or ""):  # the end of the file is where nobody looks
        marks.reverse()
    mark = next((it for it in marks if it), None)
    return (mark.line, mark.column) if mark else (0, 0)


def _without(text: str, error: yaml.MarkedYAMLError) -> str:
    """The text with the wrong lines empty, and with them what is indented below them.

    Of a bracket or a quotation those are the lines from where it opens, as the mistake may as well
    be that it does not close.
    """
    lines = _LINE_ENDS.split(text)
    start = _begin(error)[0]
    if error.context_mark and re.search("flow|quoted", error.context or ""):
        start = error.context_mark.line
    if start >= len(lines):
        return text
    depth = _indent(lines[start])
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _belongs(lines[end], depth)):
        end += 1
    lines[start:end] = [""] * (end - start)
    return "\n".join(lines)


def _belongs(line: str, depth: int) -> bool:
    """Whether a line goes on with one above it that is indented by ``depth``."""
    return _indent(line) > depth or not line.strip(" \t]},")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _inner(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None
