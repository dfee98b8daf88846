"""What the Quiz tab shows: the choice before it starts, a question, what it was, the score."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from entdemo.inference.spoken import headline
from entdemo.locale import LANGUAGES
from entdemo.taxonomy import (
    CLASS_NAMES,
    CLASSES,
    REGION_NAMES,
    REGIONS,
    finding_names,
    findings_of,
    region_of,
)
from entdemo.ui.cases import cards, class_title, origin, taught
from entdemo.ui.gallery_tab_views import case_button
from entdemo.ui.i18n import attribute, attribute_of, both, capital, spans, word
from entdemo.ui.quiz import GAPS, LEVELS, Answer, Round, Score, scores
from entdemo.ui.quiz_sheet import sheet_link

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case
    from entdemo.gallery.store import Gallery
    from entdemo.inference.prediction import Prediction

_SIDE = 480


def setup() -> str:
    """What to ask for."""
    regions = {"": both("quiz.any_region")} | {
        name: spans(*(capital(text) for text in REGION_NAMES[name].values())) for name in REGIONS
    }
    levels = {"": both("quiz.any_level")} | {level: both(f"quiz.{level}") for level in LEVELS}
    return (
        f'<form class="quiz quiz-setup" data-quiz="begin"><h2 tabindex="-1">{both("quiz.title")}'
        f'</h2><p class="hint">{both("quiz.about")}</p>'
        f"{_choice('region', 'quiz.region', regions)}{_choice('level', 'quiz.level', levels)}"
        f'<p class="hint small">{both("quiz.level_hint")}</p>'
        '<label class="tick"><input type="checkbox" name="finding">'
        f"{both('quiz.with_finding')}</label>"
        f'<button type="submit" class="primary">{both("quiz.start")}</button>'
        f'<p class="hint small with-mouse">{both("quiz.keys")}</p></form>'
    )


def _choice(name: str, legend: str, options: dict[str, str]) -> str:
    chips = "".join(
        f'<label class="pick"><input type="radio" name="{name}" value="{escape(value)}"'
        f"{'' if value else ' checked'}>{label}</label>"
        for value, label in options.items()
    )
    return (
        f'<fieldset class="picks"><legend class="subhead">{both(legend)}</legend>{chips}</fieldset>'
    )


def question(state: Round, case: Case, picture: str) -> str:
    """The current item without a word of what it is.

    Args:
        state: a round with a current item.
        case: that item's case, of which only the origin is told.
        picture: its frame as an address that says nothing of it.
    """
    alt = attribute_of("alt", "quiz.picture")
    findings = "".join(map(_findings, REGIONS)) if state.asks_finding else ""
    return (
        f'<form class="quiz quiz-ask" data-quiz="answer"><div class="quiz-head">'
        f'<h2 tabindex="-1">{both("quiz.question")}</h2><p class="hint">{_progress(state)}</p>'
        "</div>"
        f'{_picture(case, picture, alt)}<div class="quiz-side"><fieldset class="quiz-classes">'
        f'<legend class="unseen">{both("quiz.classes")}</legend>'
        f"{''.join(_option(n, name) for n, name in enumerate(CLASSES, 1))}</fieldset>{findings}"
        f'<div class="quiz-actions"><button type="submit" class="primary">{both("quiz.confirm")}'
        f"</button>{_button('finish', 'quiz.finish')}</div></div></form>"
    )


def _picture(case: Case, address: str, alt: str) -> str:
    return (
        f'<div class="quiz-picture"><img src="{address}" {alt} width="{_SIDE}" height="{_SIDE}">'
        f"{origin(case)}</div>"
    )


def _progress(state: Round) -> str:
    first = [given for given in state.answers if given.first]
    right = sum(given.mistake == "none" for given in first)
    parts = [both("quiz.number", number=len(state.answers) + 1)]
    if first:
        parts.append(both("quiz.tally", right=right, cases=len(first)))
    if any(given.item == state.current for given in first):
        parts.append(f"<strong>{both('quiz.again')}</strong>")
    return " · ".join(parts)


def _option(number: int, class_name: str) -> str:
    return (
        f'<label class="pick"><input type="radio" name="class" value="{class_name}" '
        f'data-region="{region_of(class_name)}" data-key="{number}">'
        f'<kbd aria-hidden="true">{number}</kbd>{class_title(class_name)}</label>'
    )


def _findings(region: str) -> str:
    """The findings of a region; the page shows those of the class that is chosen."""
    chips = "".join(
        f'<label class="pick"><input type="radio" name="finding-{region}" value="{finding.key}">'
        f"{spans(capital(finding.en), capital(finding.vi))}</label>"
        for finding in findings_of(region)
    )
    return (
        f'<fieldset class="picks" data-findings="{region}" hidden><legend class="subhead">'
        f"{both('quiz.which_finding')}</legend>{chips}</fieldset>"
    )


def reveal(state: Round, case: Case, picture: str, prediction: Prediction, gallery: Gallery) -> str:
    """What the case is, how the answer compares, and what the model says."""
    given = state.answers[-1]
    names = (CLASS_NAMES[case.class_name][language] for language in ("en", "vi"))
    alt = attribute("alt", *names)
    last = not (state.fresh or state.waiting)
    label = both("quiz.result" if last else "quiz.next")
    return (
        f'<form class="quiz quiz-ask" data-quiz="proceed"><div class="quiz-head {given.mistake}">'
        f'<h2 tabindex="-1">{_verdict(given)}</h2><p class="hint">{_remarks(state)}</p></div>'
        f'{_picture(case, picture, alt)}<div class="quiz-side">'
        f'<p class="caption">{spans(case.caption_en, case.caption_vi)}</p>'
        f"{_facts(case, prediction)}"
        f'<div class="quiz-actions"><button type="submit" class="primary">{label}</button>'
        f"{_button('finish', 'quiz.finish')}</div></div></form>"
        f'<h3 class="subhead">{both("quiz.similar")}</h3>{cards(prediction.neighbours, gallery)}'
    )


def _verdict(given: Answer) -> str:
    key = "quiz.right" if given.mistake == "none" else "quiz.wrong"
    names = CLASS_NAMES[given.item.class_name]
    return spans(word(key, "en", name=names["en"]), word(key, "vi", name=names["vi"]))


def _remarks(state: Round) -> str:
    given = state.answers[-1]
    parts = []
    if given.mistake != "none":
        key, names = f"quiz.{given.mistake}", CLASS_NAMES[given.class_name]
        parts.append(spans(*(word(key, code, said=names[code]) for code in ("en", "vi"))))
    if given.finding_right is False:
        names = finding_names(given.class_name, given.finding)
        parts.append(
            spans(*(word("quiz.finding_wrong", code, said=names[code]) for code in ("en", "vi")))
        )
    elif given.finding_right:
        parts.append(both("quiz.finding_right"))
    box = next((wait.box for wait in state.waiting if wait.item == given.item), None)
    if box is not None and state.fresh:
        parts.append(both("quiz.returns", count=GAPS[box]))
    return " ".join(parts) or "&nbsp;"


def _facts(case: Case, prediction: Prediction) -> str:
    finding = finding_names(case.class_name, case.finding)
    model = spans(*(headline(prediction.judgement, "frame", code) for code in LANGUAGES))
    rows = [("case.finding", spans(finding["en"], finding["vi"]) if case.finding else "")]
    rows += [("quiz.model", model), *taught(case.teaching), ("case.id", escape(case.case_id))]
    items = "".join(f"<div><dt>{both(k)}</dt><dd>{v}</dd></div>" for k, v in rows if v)
    return f'<dl class="facts">{items}</dl>'


def score(state: Round, gallery: Gallery) -> str:
    """The score by class, the cases that were missed, and the score sheet."""
    found = scores(state.answers)
    cases, right = sum(row.cases for row in found), sum(row.right for row in found)
    more = _button("proceed", "quiz.go_on") if state.current else ""
    if not cases:
        head, body = both("quiz.no_score"), ""
    else:
        head = both("quiz.score", right=right, cases=cases)
        body = f"{_hints(state)}{_table(found)}<p>{sheet_link(state.answers)}</p>"
        body += _missed(state, gallery)
    return (
        f'<section class="quiz quiz-score"><h2 tabindex="-1">{head}</h2>{body}'
        f'<div class="quiz-actions"><button type="button" class="primary" data-quiz="new">'
        f"{both('quiz.new')}</button>{more}</div></section>"
    )


def _missed(state: Round, gallery: Gallery) -> str:
    """The cases whose first answer was wrong, to look at again."""
    ids = {it.item.case_id for it in state.answers if it.first and it.mistake != "none"}
    there = [case for case in gallery.cases if case.case_id in ids]
    if not there:
        return ""
    items = "".join(f'<li class="card">{case_button(case)}</li>' for case in there)
    return (
        f'<h3 class="subhead">{both("quiz.missed")}</h3><ul class="cards" data-cases>{items}</ul>'
    )


def _hints(state: Round) -> str:
    lines = [both("quiz.score_hint")]
    again = [given.mistake == "none" for given in state.answers if not given.first]
    if again:
        lines.append(both("quiz.again_score", right=sum(again), cases=len(again)))
    named = [given.finding_right for given in state.answers if given.finding_right is not None]
    if named:
        lines.append(both("quiz.findings_score", right=sum(named), cases=len(named)))
    return f'<p class="hint">{" ".join(lines)}</p>'


def _table(found: list[Score]) -> str:
    heads = ("case.class", "quiz.cases", "quiz.rights", "quiz.sides", "quiz.others")
    cells = "".join(f'<th scope="col">{both(key)}</th>' for key in heads)
    rows = "".join(
        _line(class_title(row.class_name), (row.cases, row.right, row.side, row.other))
        for row in found
    )
    totals = (
        sum(getattr(row, name) for row in found) for name in ("cases", "right", "side", "other")
    )
    return (
        f'<table class="scores"><caption class="unseen">{both("quiz.by_class")}</caption>'
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody>"
        f"<tfoot>{_line(both('quiz.all'), totals)}</tfoot></table>"
    )


def _line(title: str, numbers: Iterable[int]) -> str:
    cells = "".join(f"<td>{number}</td>" for number in numbers)
    return f'<tr><th scope="row">{title}</th>{cells}</tr>'


def _button(action: str, key: str) -> str:
    return f'<button type="button" class="quiet" data-quiz="{action}">{both(key)}</button>'
