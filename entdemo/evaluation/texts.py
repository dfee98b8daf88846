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

from entdemo.errors import DataError, UserError, in_one
from entdemo.inference.encoder import BATCH, EncodedBatch, Encoder, Progress
from entdemo.locale import LANGUAGES
from entdemo.storage.encoding import decoded, no_text
from entdemo.storage.json_places import Place, entry_places
from entdemo.storage.table import read_table
from entdemo.taxonomy import CLASSES, REGIONS, region_of
from entdemo.text.letters import comparable_label, unreadable_letter
from entdemo.text.wording import is_vietnamese, normalise

_TABLES = (".csv", ".tsv")
_COLUMNS = ("text", "class", "region", "about", "lang")
_NO = ("false", "no", "0", "không")
"""What stands in a table's column ``about`` where a text is about something else."""


@dataclass(frozen=True)
class Sentence:
    """A text and where it belongs.

    Attributes:
        text: what was typed.
        region: its region; None where it is not about ear, nose and throat endoscopy.
        class_name: its class; None where only the region is known.
    """

    text: str
    region: str | None
    class_name: str | None

    @property
    def language(self) -> str:
        """``vi`` for Vietnamese, with diacritics or without, else ``en``."""
        return "vi" if is_vietnamese(normalise(self.text)) else "en"


@dataclass(frozen=True)
class TextReport:
    """Result; a figure that no sentence gives is None.

    Attributes:
        n: number of sentences.
        accuracy: over those with a class.
        region_accuracy: over those with a region.
        region_accuracy_by_language: likewise of the English and of the Vietnamese ones.
        refused: share of those with a region that were taken for something else.
        refused_by_language: likewise of the English and of the Vietnamese ones.
        recognised: share of those about something else that were taken for such.
        recognised_by_language: likewise of the English and of the Vietnamese ones.
        elsewhere: number of those about something else.
    """

    n: int
    accuracy: float | None
    region_accuracy: float | None
    region_accuracy_by_language: dict[str, float | None]
    refused: float | None
    refused_by_language: dict[str, float | None]
    recognised: float | None
    recognised_by_language: dict[str, float | None]
    elsewhere: int

    def to_json(self) -> dict[str, Any]:
        """The figures by name."""
        return asdict(self)

    def table(self) -> RenderableType:
        """The figures for a terminal."""
        table = Table(
            "figure", "all", "English", "Vietnamese",
            title=f"Texts: {self.n}", title_justify="left",
        )  # fmt: skip
        table.add_row("accuracy", _share(self.accuracy), "", "")
        for name, whole, parts in (
            ("region accuracy", self.region_accuracy, self.region_accuracy_by_language),
            ("refused", self.refused, self.refused_by_language),
            (
                f"recognised as something else, of {self.elsewhere}",
                self.recognised,
                self.recognised_by_language,
            ),
        ):
            table.add_row(name, _share(whole), *(_share(parts[key]) for key in LANGUAGES))
        return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def evaluate_texts(encoder: Encoder, file: Path, progress: Progress | None = None) -> TextReport:
    """Classify each sentence.

    Args:
        encoder: of the weights.
        file: see ``read_sentences``.
        progress: told after each batch.

    Raises:
        UserError: see ``read_sentences``.
    """
    sentences = read_sentences(file)
    encoded = _encoded(encoder, [row.text for row in sentences], progress)
    classes = [CLASSES[label] for label in encoded.probabilities.argmax(1)]
    regions = [REGIONS[label] for label in encoded.regions.argmax(1)]
    rows = list(zip(sentences, classes, regions, encoded.about.tolist(), strict=True))
    ours = [row for row in rows if row[0].region]
    found = [(it.language, it.region == region) for it, _, region, _ in ours]
    refused = [(it.language, not about) for it, *_, about in ours]
    recognised = [(it.language, not about) for it, *_, about in rows if not it.region]
    return TextReport(
        n=len(rows),
        accuracy=_mean([it.class_name == name for it, name, _, _ in ours if it.class_name]),
        region_accuracy=_mean([hit for _, hit in found]),
        region_accuracy_by_language=_by_language(found),
        refused=_mean([hit for _, hit in refused]),
        refused_by_language=_by_language(refused),
        recognised=_mean([hit for _, hit in recognised]),
        recognised_by_language=_by_language(recognised),
        elsewhere=len(recognised),
    )


def _mean(hits: list[bool]) -> float | None:
    return float(np.mean(hits)) if hits else None


def _by_language(hits: list[tuple[str, bool]]) -> dict[str, float | None]:
    return {
        language: _mean([hit for spoken, hit in hits if spoken == language])
        for language in LANGUAGES
    }


def _encoded(encoder: Encoder, texts: list[str], progress: Progress | None) -> EncodedBatch:
    parts = []
    for start in range(0, len(texts), BATCH):
        parts.append(encoder.texts(texts[start : start + BATCH]))
        if progress:
            progress(min(start + BATCH, len(texts)), len(texts))
    return EncodedBatch.joined(parts)


def read_sentences(file: Path) -> list[Sentence]:
    """Read lines ``{"text": ..., "class": ..., "region": ...}``, an array of such objects, or a
    table ``.csv`` or ``.tsv`` with these columns; empty lines are passed over.

    ``class`` may be null where ``region`` is given, and ``"about": false`` stands in place of both
    where the text is about something else; other keys are ignored.

    Raises:
        UserError: no such file, no lines, or all that is wrong in its lines, by number.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DataError("evaluation.no_file", path=file) from error
    sentences, wrong = [], list[UserError]()
    for place, row in _rows(file.name, data):
        try:
            sentences.append(_sentence(file.name, place, row))
        except DataError as error:
            wrong.append(error)
    if wrong:
        raise in_one(wrong)
    if not sentences:
        raise DataError("evaluation.no_lines", name=file.name)
    return sentences


def _rows(name: str, data: bytes) -> Iterator[tuple[Place, Any]]:
    """Line, column and content of each row; None for a line that is no JSON."""
    if name.lower().endswith(_TABLES):
        for row in read_table(data, name, _COLUMNS, ("text",)).rows():
            about = row.cells["about"].lower() not in _NO
            yield Place(row.number, 1), {**row.cells, "about": about}
        return
    try:
        content = decoded(data)
    except UnicodeDecodeError as error:
        raise no_text("evaluation.not_utf8", name, data) from error
    listed = _json(content)
    if isinstance(listed, list):
        yield from zip(entry_places(content), listed, strict=True)
        return
    # Not splitlines(): U+2028 and the like may stand inside a JSON string.
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            column, row = _json_line(line)
            yield Place(number, column), row


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _json_line(line: str) -> tuple[int, Any]:
    """Column where a line's JSON begins, or where it is none, and its content."""
    column = len(line) - len(line.lstrip()) + 1
    try:
        return column, json.loads(line)
    except json.JSONDecodeError as error:
        return error.colno, None
    except (ValueError, RecursionError):
        return column, None


def _sentence(name: str, place: Place, row: Any) -> Sentence:
    text = row.get("text") if isinstance(row, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise DataError("evaluation.line", name=name, **place._asdict())
    letter = unreadable_letter(text)
    if letter is not None:
        raise DataError("evaluation.line_unreadable", name=name, letter=letter, **place._asdict())
    if row.get("about") is False:
        return Sentence(text, None, None)
    class_name = _known(row, "class", CLASSES, name, place)
    allowed = (region_of(class_name),) if class_name else REGIONS
    region = _known(row, "region", allowed, name, place)
    if class_name is None and region is None:
        raise DataError("evaluation.line_unlabelled", name=name, **place._asdict())
    return Sentence(text, region or allowed[0], class_name)


def _known(
    row: dict[str, Any], field: str, known: tuple[str, ...], name: str, place: Place
) -> str | None:
    """The row's value if it is one of ``known``, None if it is null or not given."""
    value = row.get(field)
    if value is None or value == "":
        return None
    spelt = comparable_label(str(value))
    if spelt in known:
        return spelt
    raise DataError(
        "evaluation.line_value", name=name, field=field, value=value, known=", ".join(known),
        **place._asdict(),
    )  # fmt: skip
