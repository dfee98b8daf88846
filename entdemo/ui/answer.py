"""A prediction as HTML: its verdict in words, the seven probabilities, the nearest cases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING

from entdemo.errors import UserError
from entdemo.inference.prediction import Prediction
from entdemo.inference.spoken import Kind, advice, grade_name, headline
from entdemo.locale import LANGUAGES
from entdemo.locale.numbers import percent
from entdemo.taxonomy import CLASSES
from entdemo.text.findings import finding_names
from entdemo.text.terms import stems
from entdemo.ui.cases import class_title, grouped_cards, size_slider
from entdemo.ui.crop import turn_hint
from entdemo.ui.findings import likely_findings
from entdemo.ui.i18n import both, said, spans, word

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery

_QUOTED = 60
_IN_LINE = 2
"""Classes whose probability is told before the bars are opened."""


def answer(
    prediction: Prediction,
    gallery: Gallery,
    kind: Kind,
    text: str = "",
    *,
    filtered: bool = False,
    notice: UserError | None = None,
) -> str:
    """The whole answer.

    Args:
        prediction: the answer.
        gallery: where its cases lie.
        kind: whether a frame or a description was asked with.
        text: the description, or the words that were added to a frame.
        filtered: whether filters may have left cases out.
        notice: what the visitor should know of the frame.
    """
    found = grouped_cards(
        prediction.neighbours,
        gallery,
        stems(text),
        none="answer.filtered_out" if filtered else "answer.none",
    )
    judged = prediction.judgement
    refused = judged.grade == "refused"
    body = _anyway(found) if refused else _body(prediction, kind, text, found, filtered=filtered)
    return (
        f'<section class="answer {judged.grade}">'
        f'<div class="verdict" role="status">{verdict(prediction, kind)}{_note(notice)}'
        f"{_upright(prediction, kind)}</div>"
        f"{body}</section>"
    )


def _body(prediction: Prediction, kind: Kind, text: str, found: str, *, filtered: bool) -> str:
    """What stands below a verdict: the probabilities, the findings and the cases."""
    weak = "" if filtered else _all_weak(prediction)
    stated = prediction.judgement.class_name
    return (
        f"{_folded(prediction.probabilities, stated)}"
        f"{likely_findings(prediction)}"
        f'<div class="cases-head"><h3>{_heading(kind, text, about=prediction.about)}</h3>'
        f'<p class="hint small">{both("answer.number")}{weak}</p>{size_slider()}</div>'
        f"{found}{_tools(prediction, kind, text)}"
    )


def _anyway(found: str) -> str:
    """The cases nearest to what was refused, a click away: they are no answer to it."""
    return (
        f'<details class="anyway"><summary>{both("answer.anyway")}</summary>'
        f'<p class="hint small">{both("answer.no_answer")}</p>{found}</details>'
    )


def _heading(kind: Kind, text: str, *, about: bool) -> str:
    if kind == "text":
        return both("answer.described", text=_short(text))
    return both("answer.combined", text=_short(text)) if text and about else both("answer.cases")


def _short(text: str) -> str:
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1].rstrip() + "…"


def _note(notice: UserError | None) -> str:
    if notice is None:
        return ""
    return f'<p class="hint">{said(notice)}</p>'


def _upright(prediction: Prediction, kind: Kind) -> str:
    """A way to turn the frame, where the answer holds only for an upright one."""
    stated = prediction.judgement.class_name or ""
    return turn_hint() if kind == "frame" and stated.startswith("ear") else ""


def _all_weak(prediction: Prediction) -> str:
    near = prediction.neighbours
    return f" {both('answer.all_weak')}" if near and all(one.weak for one in near) else ""


def _tools(prediction: Prediction, kind: Kind, text: str) -> str:
    """What can be done with an answer, with its figures."""
    told = {
        "kind": kind,
        "text": text,
        "judgement": asdict(prediction.judgement),
        "probabilities": {name: round(p, 4) for name, p in prediction.probabilities.items()},
        "cases": [[near.case_id, near.similarity] for near in prediction.neighbours],
    }
    return (
        f'<div class="answer-tools" data-answer="{escape(json.dumps(told))}">'
        f'<button type="button" class="quiet" data-sheet-open>{both("sheet.open")}</button></div>'
    )


def verdict(prediction: Prediction, kind: Kind) -> str:
    """The headline with its grade above it and the advice below it."""
    judged = prediction.judgement
    grade = spans(*(grade_name(judged, language) for language in LANGUAGES))
    said = spans(*(headline(judged, kind, language) for language in LANGUAGES))
    more = spans(*(advice(judged, language) for language in LANGUAGES))
    told = "".join(f'<p class="hint">{note}</p>' for note in _notes(prediction, kind))
    return f'<p class="grade">{grade}</p><h2>{said}</h2><p class="hint">{more}</p>{told}'


def _notes(prediction: Prediction, kind: Kind) -> Iterator[str]:
    """What the visitor should know of how the description was read."""
    if kind == "frame" and not prediction.about:
        yield both("spoken.refused_text")
    for typed, read in prediction.reading.corrections if prediction.reading else ():
        yield both("answer.corrected", typed=typed, read=read)
    if prediction.absent_findings and prediction.judgement.grade != "refused":
        names = [finding_names()[key] for key in prediction.absent_findings]
        english, vietnamese = (", ".join(spoken) for spoken in zip(*names, strict=True))
        yield spans(
            word("answer.absent", "en", names=english),
            word("answer.absent", "vi", names=vietnamese),
        )
    if prediction.text_cut:
        yield both("answer.cut")


def _folded(probabilities: Mapping[str, float], stated: str | None) -> str:
    """The classes that come first in one line, which opens to the bars of all."""
    first = sorted(probabilities, key=probabilities.__getitem__, reverse=True)[:_IN_LINE]
    told = " · ".join(
        f"{class_title(name)} {escape(percent(probabilities[name]))}" for name in first
    )
    return (
        f'<details class="probabilities"><summary><strong>{both("answer.probabilities")}</strong> '
        f"{told}</summary>{bars(probabilities, stated)}</details>"
    )


def bars(probabilities: Mapping[str, float], stated: str | None = None) -> str:
    """All seven classes in their fixed order, so that answers can be compared by eye.

    Args:
        probabilities: of each class.
        stated: the class that the verdict states, which stands out.
    """
    rows = "".join(_bar(name, probabilities[name], best=name == stated) for name in CLASSES)
    return f'<ul class="bars">{rows}</ul>'


def _bar(name: str, probability: float, *, best: bool) -> str:
    return (
        f'<li class="{"best" if best else ""}" data-class="{name}">'
        f'<span class="bar-name">{class_title(name)}</span>'
        f'<span class="bar" aria-hidden="true"><span style="width:{100 * probability:.1f}%">'
        f'</span></span><span class="bar-number">{escape(percent(probability))}</span></li>'
    )
