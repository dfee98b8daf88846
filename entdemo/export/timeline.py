"""The timeline of a clip as a handout: the best frame of each stretch and the case most like it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from entdemo.clip.timeline import Stretch, Timeline
from entdemo.errors import DataError
from entdemo.export.handout import Handout, HandoutCase
from entdemo.image.frame import Frame, load_frame
from entdemo.inference.prediction import Neighbour
from entdemo.locale import Language, in_language, page_text
from entdemo.locale.numbers import clock, decimal

Nearest = Callable[[Frame], Sequence[Neighbour]]


def timeline_handout(timeline: Timeline, nearest: Nearest, language: Language) -> Handout:
    """A handout with a stretch a case; what does not look like endoscopy is left out.

    Args:
        timeline: of a clip, whose name is not told.
        nearest: cases like a frame, most similar first.
        language: of all words.

    Raises:
        UserError: no stretch shows a structure.
    """
    cases = tuple(
        _case(it, it.class_name, nearest(load_frame(it.best)), language)
        for it in timeline.stretches
        if it.class_name is not None
    )
    if not cases:
        raise DataError("export.no_structure")
    notes = "" if timeline.notice is None else timeline.notice.text(language)
    title = page_text("handout.timeline", language)
    return Handout(language, title, cases, notes=notes, kind="stretch")


def _case(
    it: Stretch, class_name: str, near: Sequence[Neighbour], language: Language
) -> HandoutCase:
    times = {"start": clock(it.start), "end": clock(it.end), "best": clock(it.best_at)}
    doubt = decimal(it.doubt, language)
    told = [page_text("handout.stretch_times", language, doubt=doubt, **times)]
    for case in near[:1]:
        caption = in_language(case.caption_en, case.caption_vi, language)
        values = {"case": case.case_id, "caption": caption}
        told.append(page_text("handout.stretch_near", language, **values))
    best = page_text("handout.stretch_frame", language, best=times["best"])
    return HandoutCase(
        case_id=f"s-{round(1000 * it.start)}",
        class_name=class_name,
        finding="",
        caption=told[0],
        source=best,
        licence="",
        jpeg=it.best,
        note="\n".join(told[1:]),
    )
