"""What a teacher says of a case beyond its caption: history, points, differential, a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from entdemo.errors import DataError
from entdemo.locale import Language, in_language

LINK = re.compile(r"(https?://[^\s/]\S*)?")
"""Nothing, or an address that a browser may be sent to."""


class Teaching(NamedTuple):
    """Texts of one line each, any of them empty; the fields stand in the order of the columns.

    Attributes:
        history_en: what brought the patient, told with the question; likewise in Vietnamese.
        points_en: what to learn from the case.
        differential_en: what else it could be.
        link: to a paper or a page.
    """

    history_en: str = ""
    history_vi: str = ""
    points_en: str = ""
    points_vi: str = ""
    differential_en: str = ""
    differential_vi: str = ""
    link: str = ""

    def both(self, name: str) -> tuple[str, str]:
        """A text in English and in Vietnamese; one that lacks a language is taken in the other."""
        english, vietnamese = (getattr(self, f"{name}_{code}") for code in ("en", "vi"))
        return in_language(english, vietnamese, "en"), in_language(english, vietnamese, "vi")

    def one(self, name: str, language: Language) -> str:
        """The same in one language."""
        return self.both(name)[language == "vi"]

    def told(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Names of the texts that there are, the link's apart, with both languages."""
        for name in ("history", "points", "differential"):
            if any(texts := self.both(name)):
                yield name, texts


COLUMNS = Teaching._fields
NOTHING = Teaching()


def teaching_of(cells: Mapping[str, str]) -> Teaching:
    """The texts of a row or a form; what it lacks is empty.

    Raises:
        UserError: the link is none.
    """
    found = Teaching(*(cells.get(column, "") for column in COLUMNS))
    if not LINK.fullmatch(found.link):
        raise DataError("teaching.link", value=found.link)
    return found
