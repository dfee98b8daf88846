"""A prediction as HTML: one worded sentence, the seven probabilities, the nearest cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from entdemo.errors import Language
from entdemo.predictor import Prediction
from entdemo.taxonomy import CLASS_NAMES
from entdemo.ui.cases import cards, class_names
from entdemo.ui.i18n import both, spans, word

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery

Kind = Literal["frame", "text"]
_MOST_NAMED = 3


def answer(prediction: Prediction, gallery: Gallery, kind: Kind) -> str:
    """The whole answer to a frame or a description."""
    heading = both("answer.cases" if kind == "frame" else "answer.described")
    return (
        f'<section class="answer {prediction.verdict}">'
        f'<div class="verdict" role="status">{verdict(prediction, kind)}</div>'
        f'<h3>{both("answer.probabilities")}</h3>{bars(prediction)}'
        f"<h3>{heading}</h3>{cards(prediction.neighbours, gallery)}</section>"
    )


def verdict(prediction: Prediction, kind: Kind) -> str:
    """The headline with a line below it."""
    english, vietnamese = (sentence(prediction, kind, language) for language in ("en", "vi"))
    more = (hint(prediction, language) for language in ("en", "vi"))
    return f'<h2>{spans(english, vietnamese)}</h2><p class="hint">{spans(*more)}</p>'


def sentence(prediction: Prediction, kind: Kind, language: Language) -> str:
    """The answer in one sentence that says how sure it is."""
    if prediction.verdict == "not-endoscopy":
        return word("answer.no_frame" if kind == "frame" else "answer.no_text", language)
    if prediction.verdict == "unsure":
        named = prediction.alternatives[:_MOST_NAMED]
        return word("answer.unsure", language, names=_joined(named, language))
    return word("answer.likely", language, name=class_names(prediction.class_name)[language])


def hint(prediction: Prediction, language: Language) -> str:
    """What to make of the sentence; empty where there is nothing to add."""
    if prediction.verdict == "not-endoscopy":
        return word("answer.no_trust", language)
    if prediction.verdict == "unsure":
        return word("answer.unsure_hint", language)
    others = [name for name in prediction.alternatives if name != prediction.class_name]
    if not others:
        return ""
    return word("answer.also", language, names=_joined(others[: _MOST_NAMED - 1], language))


def _joined(names: tuple[str, ...] | list[str], language: Language) -> str:
    return word("answer.or", language).join(class_names(name)[language] for name in names)


def bars(prediction: Prediction) -> str:
    """All seven classes in their fixed order, so that answers can be compared by eye."""
    rows = "".join(
        _bar(name, probability, best=name == prediction.class_name)
        for name, probability in prediction.probabilities.items()
    )
    return f'<ul class="bars">{rows}</ul>'


def _bar(name: str, probability: float, *, best: bool) -> str:
    names = CLASS_NAMES[name]
    percent = 100 * probability
    return (
        f'<li class="{"best" if best else ""}" data-class="{name}">'
        f'<span class="bar-name">{spans(names["en"], names["vi"])}</span>'
        f'<span class="bar" aria-hidden="true"><span style="width:{percent:.1f}%"></span></span>'
        f'<span class="bar-number">{_percent(percent)}</span></li>'
    )


def _percent(percent: float) -> str:
    return "&lt; 1 %" if percent < 1 else f"{percent:.0f} %"
