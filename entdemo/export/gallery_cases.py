"""Cases of a gallery for a handout: which ones, and how they look in it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from entdemo.errors import DataError
from entdemo.export.handout import HandoutCase
from entdemo.gallery.browse import browse
from entdemo.gallery.cases import Case
from entdemo.gallery.collection import Collection
from entdemo.gallery.filters import CaseFilter
from entdemo.gallery.store import Gallery
from entdemo.gallery.teaching import Teaching
from entdemo.image.frame import load_frame
from entdemo.image.jpeg import encode_jpeg
from entdemo.locale import Language, in_language, page_text
from entdemo.taxonomy import finding_names

MOST_CASES = 200
"""In one handout; all of their pictures are in memory at a time."""

SHEET_SIDE, HANDOUT_SIDE = 480, 960
"""Longer side of a case's picture in pixels: three in a row of a page, and filling a slide."""


def chosen_cases(
    gallery: Gallery,
    case_ids: Sequence[str],
    where: CaseFilter,
    text: str = "",
    most: int | None = None,
    seed: int = 0,
) -> list[Case]:
    """Cases in the order of the ids, else of the gallery.

    Args:
        gallery: where they are.
        case_ids: those to choose from; all of the gallery where there are none.
        where: which of them may be taken.
        text: words that each must hold, see ``browse``.
        most: draw so many by chance, in the order of the draw; None takes all.
        seed: of the draw.

    Raises:
        UserError: an id that no case has, no case or too many.
    """
    named = [gallery.case(case_id) for case_id in dict.fromkeys(case_ids)]
    found = browse(named or gallery.cases, where, text)
    if most is not None and most < len(found):
        found = random.Random(seed).sample(found, most)
    if not found:
        raise DataError("export.no_cases")
    if len(found) > MOST_CASES:
        raise DataError("export.too_many", count=len(found), most=MOST_CASES)
    return found


def collected(gallery: Gallery, collection: Collection) -> list[tuple[Case, str]]:
    """Cases of a collection with their notes, in its order; those that the gallery lacks are not.

    Raises:
        UserError: the gallery has none of them.
    """
    entries = ((gallery.find(it.case_id), it.note) for it in collection.cases)
    found = [(case, note) for case, note in entries if case]
    if not found:
        raise DataError("export.no_cases")
    return found


def handout_case(
    gallery: Gallery,
    case: Case,
    language: Language,
    side: int,
    similarity: float | None = None,
    note: str = "",
) -> HandoutCase:
    """A case with its picture, words in one language.

    Args:
        gallery: that holds it.
        case: one of its cases.
        language: of finding and caption; a caption that lacks it is taken in the other one.
        side: the picture's longer side in pixels, at most.
        similarity: to what was asked.
        note: what the teacher wrote on it.

    Raises:
        UserError: its picture cannot be read.
    """
    return HandoutCase(
        case_id=case.case_id,
        class_name=case.class_name,
        finding=finding_names(case.class_name, case.finding)[language],
        caption=in_language(case.caption_en, case.caption_vi, language),
        source=case.source,
        licence=case.licence,
        jpeg=encode_jpeg(load_frame(gallery.frame_path(case)).rgb, side),
        similarity=similarity,
        note=note,
        history=case.teaching.one("history", language),
        taught=tuple(_taught(case.teaching, language)),
    )


def _taught(teaching: Teaching, language: Language) -> Iterator[str]:
    """Paragraphs of what is taught of a case, the history apart."""
    for name in ("points", "differential"):
        if text := teaching.one(name, language):
            yield f"{page_text(f'case.{name}', language)}: {text}"
    if teaching.link:
        yield teaching.link
