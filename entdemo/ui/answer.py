"""A prediction as HTML: one worded sentence, the seven probabilities, the nearest cases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Literal

from entdemo.errors import Language
from entdemo.predictor import Prediction
from entdemo.taxonomy import CLASS_NAMES, CLASSES
from entdemo.ui.cases import cards, class_title
from entdemo.ui.i18n import both, spans, word

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery

Kind = Literal["frame", "text"]
_MOST_NAMED = 3


def answer(prediction: Prediction, gallery: Gallery, kind: Kind, text: str = "") -> str:
    """The whole answer to a frame or a description; ``text`` is the description."""
    heading = both("answer.cases" if kind == "frame" else "answer.described")
    return (
        f'<section class="answer {prediction.verdict}">'
        f'<div class="verdict" role="status">{verdict(prediction, kind)}</div>'
        f"<h3>{both('answer.probabilities')}</h3>{bars(prediction.probabilities)}"
        f'<div class="cases-head"><h3>{heading}</h3>'
        f'<p class="hint small">{both("answer.number")}</p></div>'
        f"{cards(prediction.neighbours, gallery)}{_tools(prediction, kind, text)}</section>"
    )


def _tools(prediction: Prediction, kind: Kind, text: str) -> str:
    """What can be done with an answer, with its figures."""
    told = {
        "kind": kind,
        "text": text,
        "in_distribution": prediction.in_distribution,
        "probabilities": {name: round(p, 4) for name, p in prediction.probabilities.items()},
        "cases": [[near.case_id, near.similarity] for near in prediction.neighbours],
    }
    return (
        f'<div class="answer-tools" data-answer="{escape(json.dumps(told))}">'
        f'<button type="button" class="quiet" data-sheet-open>{both("sheet.open")}</button></div>'
    )


def verdict(prediction: Prediction, kind: Kind) -> str:
    """The headline with a line below it."""
    english, vietnamese = (sentence(prediction, kind, language) for language in ("en", "vi"))
    more = (hint(prediction, language) for language in ("en", "vi"))
    cut = f'<p class="hint">{both("answer.cut")}</p>' if prediction.text_cut else ""
    return f'<h2>{spans(english, vietnamese)}</h2><p class="hint">{spans(*more)}</p>{cut}'


def sentence(prediction: Prediction, kind: Kind, language: Language) -> str:
    """The answer in one sentence that says how sure it is."""
    if prediction.verdict == "not-endoscopy":
        return word("answer.no_frame" if kind == "frame" else "answer.no_text", language)
    if prediction.verdict == "unsure":
        named = prediction.alternatives[:_MOST_NAMED]
        return word("answer.unsure", language, names=_joined(named, language))
    return word("answer.likely", language, name=CLASS_NAMES[prediction.class_name][language])


def hint(prediction: Prediction, language: Language) -> str:
    """What to make of the sentence."""
    if prediction.verdict == "not-endoscopy":
        return word("answer.no_trust", language)
    if prediction.verdict == "unsure":
        return word("answer.unsure_hint", language)
    others = [name for name in prediction.alternatives if name != prediction.class_name]
    if not others:
        return word("answer.alone", language)
    return word("answer.also", language, names=_joined(others[: _MOST_NAMED - 1], language))


def _joined(names: tuple[str, ...] | list[str], language: Language) -> str:
    words = [CLASS_NAMES[name][language] for name in names]
    if len(words) == 1:
        return words[0]
    return "; ".join(words[:-1]) + word("answer.or", language) + words[-1]


def bars(probabilities: Mapping[str, float]) -> str:
    """All seven classes in their fixed order, so that answers can be compared by eye."""
    best = max(probabilities, key=probabilities.__getitem__, default=None)
    rows = "".join(_bar(name, probabilities.get(name), best=name == best) for name in CLASSES)
    return f'<ul class="bars">{rows}</ul>'


def _bar(name: str, probability: float | None, *, best: bool) -> str:
    return (
        f'<li class="{"best" if best else ""}" data-class="{name}">'
        f'<span class="bar-name">{class_title(name)}</span>'
        f'<span class="bar" aria-hidden="true"><span style="width:{100 * (probability or 0):.1f}%">'
        f'</span></span><span class="bar-number">{_percent(probability)}</span></li>'
    )


def _percent(probability: float | None) -> str:
    if probability is None:
        return ""
    return "&lt; 1 %" if probability < 0.01 else f"{100 * probability:.0f} %"
