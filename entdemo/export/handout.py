"""What a handout holds; it names no person and no date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from entdemo.gallery.cases import credit
from entdemo.locale import Language, page_text
from entdemo.taxonomy import STATED_NAMES


@dataclass(frozen=True)
class HandoutCase:
    """A case as a handout shows it, its words in the handout's language.

    Attributes:
        case_id: its id in the gallery.
        class_name: one of ``taxonomy.LABELS``.
        finding: in words, may be empty.
        caption: may be empty.
        source: where the frame comes from.
        licence: under which terms.
        jpeg: the picture.
        similarity: to what was asked, -1 to 1; None where nothing was.
        note: what the teacher wrote on it.
        history: what brought the patient; it is told with the question.
        taught: what else is taught of it, paragraph by paragraph.
    """

    case_id: str
    class_name: str
    finding: str
    caption: str
    source: str
    licence: str
    jpeg: bytes
    similarity: float | None = None
    note: str = ""
    history: str = ""
    taught: tuple[str, ...] = ()

    @property
    def credit(self) -> str:
        """Source and licence, as they stand below the picture wherever it is shown."""
        return credit(self.source, self.licence)


@dataclass(frozen=True)
class Asked:
    """The query whose nearest cases a case sheet shows.

    Attributes:
        answer: in words.
        advice: how far it can be relied on, in words.
        probabilities: of the seven classes, 0 to 1, in taxonomy order.
        weights: name of the weights that answered.
        jpeg: the query picture, empty if a description was asked for.
        text: the description, empty if a picture was asked for.
    """

    answer: str
    advice: str
    probabilities: dict[str, float]
    weights: str
    jpeg: bytes = b""
    text: str = ""


@dataclass(frozen=True)
class Handout:
    """Cases to teach with, in their order.

    Attributes:
        language: of all words.
        title: of the whole.
        cases: as they are numbered, from 1.
        asked: what the cases are similar to, on a case sheet.
        notes: what the teacher wrote, line by line.
        answers: whether it tells what the cases are; else it only shows and asks.
        kind: what is counted, cases or the stretches of a clip.
    """

    language: Language
    title: str
    cases: tuple[HandoutCase, ...]
    asked: Asked | None = None
    notes: str = ""
    answers: bool = True
    kind: Literal["case", "stretch"] = "case"

    def word(self, key: str, **values: object) -> str:
        """Words of the catalogue's table ``handout``."""
        return page_text(f"handout.{key}", self.language, **values)

    def number(self, number: int) -> str:
        """How a case is called before its answer is told; ``number`` counts from 1."""
        return self.word(self.kind, number=number)

    def answer(self, case: HandoutCase) -> str:
        """Class and finding of a case in one line."""
        parts = (STATED_NAMES[case.class_name][self.language], case.finding)
        return ": ".join(part for part in parts if part)

    def alternative(self, number: int, case: HandoutCase) -> str:
        """Alternative text of a case's picture, which gives no answer away before its time."""
        return self.answer(case) if self.answers else self.number(number)

    def lines(self, case: HandoutCase) -> list[str]:
        """What is to be said of a case below its answer, paragraph by paragraph."""
        parts = (case.history, case.caption, *case.taught, case.note)
        return [part for part in parts if part.strip()]

    def question(self, case: HandoutCase) -> list[str]:
        """What is said of a case while it is asked for."""
        return [part for part in (case.history, self.word("question")) if part.strip()]
