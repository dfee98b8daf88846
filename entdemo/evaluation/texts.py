"""Labelled sentences: is what people type understood?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import RenderableType
from rich.table import Table

from entdemo.errors import DataError
from entdemo.inference.encoder import BATCH, EncodedBatch, Encoder, Progress
from entdemo.taxonomy import CLASSES, REGIONS, region_of


@dataclass(frozen=True)
class Sentence:
    """A text and where it belongs; ``class_name`` is None where only the region is known."""

    text: str
    region: str
    class_name: str | None


@dataclass(frozen=True)
class TextReport:
    """Result.

    Attributes:
        n: number of sentences.
        accuracy: over those with a class, None where none has one.
        region_accuracy: over all.
    """

    n: int
    accuracy: float | None
    region_accuracy: float

    def to_json(self) -> dict[str, Any]:
        """The three figures by name."""
        return asdict(self)

    def table(self) -> RenderableType:
        """The three figures for a terminal."""
        table = Table("figure", "value", title=f"Texts: {self.n}", title_justify="left")
        table.add_row("accuracy", "–" if self.accuracy is None else f"{self.accuracy:.3f}")
        table.add_row("region accuracy", f"{self.region_accuracy:.3f}")
        return table


def evaluate_texts(encoder: Encoder, file: Path, progress: Progress | None = None) -> TextReport:
    """Classify each sentence.

    Args:
        encoder: of the weights.
        file: JSON lines, see ``read_sentences``.
        progress: told after each batch.

    Raises:
        UserError: see ``read_sentences``.
    """
    sentences = read_sentences(file)
    encoded = _encoded(encoder, [row.text for row in sentences], progress)
    classes = [CLASSES[label] for label in encoded.probabilities.argmax(1)]
    regions = [REGIONS[label] for label in encoded.regions.argmax(1)]
    hits = [
        name == row.class_name
        for row, name in zip(sentences, classes, strict=True)
        if row.class_name
    ]
    return TextReport(
        n=len(sentences),
        accuracy=float(np.mean(hits)) if hits else None,
        region_accuracy=float(
            np.mean([row.region == name for row, name in zip(sentences, regions, strict=True)])
        ),
    )


def _encoded(encoder: Encoder, texts: list[str], progress: Progress | None) -> EncodedBatch:
    parts = []
    for start in range(0, len(texts), BATCH):
        parts.append(encoder.texts(texts[start : start + BATCH]))
        if progress:
            progress(min(start + BATCH, len(texts)), len(texts))
    return EncodedBatch.joined(parts)


def read_sentences(file: Path) -> list[Sentence]:
    """Read lines ``{"text": ..., "class": ..., "region": ...}``; empty lines are passed over.

    ``class`` may be null where ``region`` is given; other keys are ignored.

    Raises:
        UserError: no such file, no lines, or what is wrong in the first bad line, by number.
    """
    sentences = [_sentence(file.name, number, text) for number, text in _lines(file)]
    if not sentences:
        raise DataError("evaluation.no_lines", name=file.name)
    return sentences


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        content = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("evaluation.not_utf8", name=file.name) from error
    except OSError as error:
        raise DataError("evaluation.no_file", path=file) from error
    # Not splitlines(): U+2028 and the like may stand inside a JSON string.
    lines = enumerate(content.split("\n"), 1)
    return ((number, line) for number, line in lines if line.strip())


def _sentence(name: str, line: int, content: str) -> Sentence:
    try:
        row = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError("evaluation.line", name=name, line=line) from error
    text = row.get("text") if isinstance(row, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise DataError("evaluation.line", name=name, line=line)
    class_name = _known(row, "class", CLASSES, name, line)
    allowed = (region_of(class_name),) if class_name else REGIONS
    region = _known(row, "region", allowed, name, line)
    if class_name is None and region is None:
        raise DataError("evaluation.line_unlabelled", name=name, line=line)
    return Sentence(text, region or allowed[0], class_name)


def _known(
    row: dict[str, Any], field: str, known: tuple[str, ...], name: str, line: int
) -> str | None:
    """The row's value if it is one of ``known``, None if it is null or not given."""
    value = row.get(field)
    if value is None or value in known:
        return value
    raise DataError(
        "evaluation.line_value", name=name, line=line, field=field, value=value,
        known=", ".join(known),
    )  # fmt: skip
