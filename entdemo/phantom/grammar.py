"""Phrase patterns: a small notation for sentences that can be worded in many ways.

``{a|b|c}`` is a choice, ``[x]`` may be left out, ``<name>`` is filled in by the caller. The three
nest. A pattern file is a table with tabs; ``#`` starts a comment line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

import numpy as np

_TOKEN = re.compile(r"[{}\[\]|]|<\w+>|[^{}\[\]|<]+")
_POOL = 64


class Dice:
    """Cheap random decisions: numbers are drawn from the generator in blocks of 64."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._pool: list[float] = []

    def roll(self) -> float:
        """A number in [0, 1)."""
        if not self._pool:
            self._pool = self._rng.random(_POOL).tolist()
        return self._pool.pop()

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.roll() < probability

    def below(self, count: int) -> int:
        """An integer in [0, count)."""
        return int(self.roll() * count)


class Text:
    """Plain words."""

    def __init__(self, text: str) -> None:
        self.text = text


class Slot:
    """A place that the caller fills."""

    def __init__(self, name: str) -> None:
        self.name = name


class Choice:
    """One of several sequences; ``[x]`` is a choice between x and nothing."""

    def __init__(self, options: list[list[Node]]) -> None:
        self.options = options


Node = Text | Slot | Choice


class Pattern:
    """A compiled phrase pattern.

    Raises:
        ValueError: a bracket has no partner.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        tokens = _TOKEN.findall(source)
        if "".join(tokens) != source:
            raise ValueError(f"unreadable pattern: {source}")
        self._tokens = iter(tokens)
        self._nodes = self._sequences(None)[0]
        self.slots = frozenset(re.findall(r"<(\w+)>", source))

    def _sequences(self, closing: str | None) -> list[list[Node]]:
        options: list[list[Node]] = [[]]
        for token in self._tokens:
            if token == closing:
                return options
            if token == "|" and closing is not None:
                options.append([])
            else:
                options[-1].append(self._node(token))
        if closing is not None:
            raise ValueError(f"missing {closing} in: {self.source}")
        return options

    def _node(self, token: str) -> Node:
        if token == "{":
            return Choice(self._sequences("}"))
        if token == "[":
            return Choice([*self._sequences("]"), []])
        if token in ("}", "]", "|"):
            raise ValueError(f"stray {token} in: {self.source}")
        return Slot(token[1:-1]) if token.startswith("<") else Text(token)

    def expand(self, dice: Dice, slots: Mapping[str, str]) -> str:
        """One wording; a slot that ``slots`` lacks is left empty."""
        parts: list[str] = []
        _write(self._nodes, dice, slots, parts)
        return "".join(parts)


def _write(nodes: list[Node], dice: Dice, slots: Mapping[str, str], parts: list[str]) -> None:
    for node in nodes:
        if isinstance(node, Text):
            parts.append(node.text)
        elif isinstance(node, Slot):
            parts.append(slots.get(node.name, ""))
        else:
            _write(node.options[dice.below(len(node.options))], dice, slots, parts)


@cache
def pattern(source: str) -> Pattern:
    """The compiled form of ``source``, made once."""
    return Pattern(source)


def read_table(package: str, name: str, columns: int) -> Iterator[tuple[str, ...]]:
    """Rows of a tab-separated table in the package's data.

    Raises:
        ValueError: a row has another number of columns.
    """
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = tuple(cell.strip() for cell in line.split("\t"))
        if len(row) != columns:
            raise ValueError(f"{name}, line {number}: {len(row)} columns, not {columns}")
        yield row


_SPACES = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+([,.;:?!])")
_DOUBLED_MARK = re.compile(r"[,;:]+(?=[.;:?])|,(?=,)")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeioAEIO]|upper|ulcer|uvul|unremark|undisplaced)")


def tidy(text: str) -> str:
    """One space between words, none before a mark, and 'an' before a vowel."""
    text = _BEFORE_MARK.sub(r"\1", _SPACES.sub(" ", text)).strip(" ,;")
    return _ARTICLE.sub(r"\1n ", _DOUBLED_MARK.sub("", text))


def capitalise(text: str) -> str:
    """The text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]
