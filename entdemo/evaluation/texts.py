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
from entdemo.locale import LANGUAGES
from entdemo.storage.names import comparable_label
from entdemo.taxonomy import CLASSES, REGIONS, region_of
from entdemo.text.letters import unreadable_letter
from entdemo.text.wording import is_vietnamese, normalise


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
        file: JSON lines, see ``read_sentences``.
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
    """Read lines ``{"text": ..., "class": ..., "region": ...}``; empty lines are passed over.

    ``class`` may be null where ``region`` is given, and ``"about": false`` stands in place of both
    where the text is about something else; other keys are ignored.

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
    letter = unreadable_letter(text)
    if letter is not None:
        raise DataError("evaluation.line_unreadable", name=name, line=line, letter=letter)
    if row.get("about") is False:
        return Sentence(text, None, None)
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
    if value is None or value == "":
        return None
    spelt = comparable_label(str(value))
    if spelt in known:
        return spelt
    raise DataError(
        "evaluation.line_value", name=name, line=line, field=field, value=value,
        known=", ".join(known),
    )  # fmt: skip
