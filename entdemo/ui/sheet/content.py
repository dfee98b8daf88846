"""What a case sheet holds; it names no person and no date."""

from __future__ import annotations

from dataclasses import dataclass

from entdemo.locale import Language


@dataclass(frozen=True)
class SheetCase:
    """A neighbour as the sheet shows it.

    Attributes:
        case_id: its id in the gallery.
        similarity: to the query, -1 to 1.
        class_name: one of ``taxonomy.CLASSES``.
        finding: in the sheet's language.
        caption: in the sheet's language.
        source: where the frame comes from.
        licence: under which terms.
        jpeg: the picture.
    """

    case_id: str
    similarity: float
    class_name: str
    finding: str
    caption: str
    source: str
    licence: str
    jpeg: bytes


@dataclass(frozen=True)
class CaseSheet:
    """Everything on a sheet.

    Attributes:
        language: of all words.
        answer: the answer in one sentence.
        probabilities: of the seven classes, 0 to 1, in taxonomy order.
        cases: most similar first.
        weights: name of the weights that answered.
        jpeg: the query picture, empty if a description was asked for.
        text: the description, empty if a picture was asked for.
        notes: what the teacher wrote, line by line.
    """

    language: Language
    answer: str
    probabilities: dict[str, float]
    cases: tuple[SheetCase, ...]
    weights: str
    jpeg: bytes = b""
    text: str = ""
    notes: str = ""
