"""What learning from own cases shows: what there is, before and after, and the frames behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from entdemo.locale import Language
from entdemo.taxonomy import CLASSES, label_names
from entdemo.ui.gallery_tab_form import shown_folder
from entdemo.ui.gallery_tab_views import case_button, changing
from entdemo.ui.header import running_line
from entdemo.ui.i18n import attribute_of, both, capital, spans, word

if TYPE_CHECKING:
    from entdemo.adaptation.judge import Judged
    from entdemo.gallery.cases import Case
    from entdemo.predictor import Predictor
    from entdemo.ui.learning import Improbable, Learning, Outcome

_SHOWN = 12
"""Frames that are shown of those to check, and of those that change sides."""
_ROUND_S = 5
_LONG_S = 90


def survey(predictor: Predictor, learning: Learning) -> str:
    """What there is to learn from, how long that takes, and what can be done."""
    labels = [item.label for item in learning.labelled()]
    names = [*CLASSES, *sorted(set(labels) - set(CLASSES))]
    rows = "".join(_row(_title(name), str(labels.count(name))) for name in names)
    folder = shown_folder(learning.folder)
    undo = f"<p>{both('learn.serves')} {_button('undo', 'quiet')}</p>" if learning.kept else ""
    named = f"<p>{both('learn.named', folder=folder)}</p>" if undo and learning.named else ""
    return (
        f"<h2>{both('learn.title')}</h2><p>{both('learn.what')}</p>{undo}{named}"
        f"{_table(('learn.label', 'learn.frames'), rows)}{_start(learning, len(labels))}"
        f"<template>{running_line(predictor)}</template>"
    )


def _start(learning: Learning, frames: int) -> str:
    """How long it takes in each depth, and the buttons that start it."""
    if not frames:
        return f"<p>{both('learn.none')}</p>"
    seconds = -(-int(learning.seconds(frames)) // _ROUND_S) * _ROUND_S
    time = (
        both("learn.minutes", count=frames, minutes=-(-seconds // 60))
        if seconds > _LONG_S
        else both("learn.seconds", count=frames, seconds=seconds)
    )
    fast = f"<p>{time}</p>{_button('learn', 'primary')}"
    if not learning.can_learn_in_full:
        return fast
    minutes = -(-int(learning.seconds(frames, "full")) // 60)
    return f"{fast}<p>{both('learn.in_full', minutes=minutes)}</p>{_button('full', 'quiet')}"


def to_check(found: Sequence[Improbable]) -> str:
    """The frames whose labels should be looked at."""
    if not found:
        return ""
    items = "".join(
        _card(
            one.case,
            "learn.labelled_looks",
            changing(one.case),
            label=one.case.class_name,
            looks=one.looks_like,
        )
        for one in found[:_SHOWN]
    )
    return (
        f'<h3>{both("learn.check")}</h3><p class="hint">{both("learn.check_how")}</p>'
        f'<ul class="cards">{items}</ul>{_more(len(found))}'
    )


def progress_bar(key: str, done: int, of: int | None, *, cancel: bool) -> str:
    """How far the work is, and where it may be the button that ends it."""
    label = attribute_of("aria-label", key)
    bar = f'<progress max="{of}" value="{done}" {label}></progress> {done} / {of}' if of else ""
    button = _button("cancel", "quiet") if cancel else ""
    return f'<div class="learn-progress"><p role="status">{both(key)} {bar}</p>{button}</div>'


def done(key: str) -> str:
    """What came of a change."""
    return f'<p class="edit-done" role="status">{both(key)}</p>'


def outcome(found: Outcome) -> str:
    """Before and after, the frames that change sides, and whether that is to be kept."""
    own, drawn = found.own, found.learned.drawn
    rows = "".join(_compared(_title(name), one) for name, one in own.by_label().items())
    rows += _compared(both("learn.all"), own) + _compared(both("learn.drawn"), drawn)
    heads = ("learn.label", "learn.frames", "learn.before", "learn.after")
    choice = _button("discard", "quiet")
    if found.learned.is_better:
        choice = f"{_button('keep', 'primary')}{choice}"
    return (
        f'<section class="learn-outcome"><h3 role="status">{_verdict(found)}</h3>'
        f'<p class="hint">{both("learn.how_judged")}</p>{_table(heads, rows)}'
        f'<p class="hint">{_sureness(own)}</p>'
        f'<div class="learn-choice">{choice}</div>{_turned(found)}</section>'
    )


def _verdict(found: Outcome) -> str:
    """Whether the frames make the answers better beyond doubt, or what would help."""
    own = found.own
    counts = {"before": int(own.before.sum()), "after": int(own.after.sum()), "of": len(own.after)}
    if found.learned.is_better:
        return both("learn.better", **counts)
    rare = list(found.frames.counts().items())[:3]
    return _told(
        "learn.not_better",
        lambda code: {
            **counts,
            "wanted": ", ".join(f"{label_names(name)[code]} ({n})" for name, n in rare),
        },
    )


def _sureness(own: Judged) -> str:
    """By how much stated probabilities of the region differ from how often they are right."""
    if not own.ece:
        return ""
    before, after = (f"{100 * error:.0f} %" for error in own.ece)
    return both("learn.sureness", before=before, after=after)


def _turned(found: Outcome) -> str:
    """The frames whose class changes, with what was said and what is said now."""
    own, rows = found.own, found.own.turned
    if not rows:
        return f'<p class="hint">{both("learn.none_turned")}</p>'
    before, after = own.classes
    items = "".join(
        _card(
            found.cases[row],
            "learn.turned_right" if own.after[row] else "learn.turned_wrong",
            "",
            label=own.labels[row],
            was=CLASSES[before[row]],
            now=CLASSES[after[row]],
        )
        for row in rows[:_SHOWN]
    )
    return f'<h3>{both("learn.turned")}</h3><ul class="cards">{items}</ul>{_more(len(rows))}'


def _card(case: Case, key: str, change: str, **labels: str) -> str:
    """A case with a line that names classes, regions or sides, and the buttons that change it."""
    said = _told(key, lambda code: {name: label_names(it)[code] for name, it in labels.items()})
    own = " own" if change else ""
    return f'<li class="card{own}"><p class="learn-said">{said}</p>{case_button(case)}{change}</li>'


def _more(count: int) -> str:
    left = count - _SHOWN
    return f'<p class="hint">{both("learn.more", count=left)}</p>' if left > 0 else ""


def _compared(title: str, judged: Judged) -> str:
    cells = (len(judged.after), int(judged.before.sum()), int(judged.after.sum()))
    return _row(title, *map(str, cells))


def _table(heads: Sequence[str], rows: str) -> str:
    cells = "".join(f'<th scope="col">{both(key)}</th>' for key in heads)
    return (
        f'<table class="learn-table"><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(title: str, *cells: str) -> str:
    return f'<tr><th scope="row">{title}</th>{"".join(f"<td>{it}</td>" for it in cells)}</tr>'


def _title(label: str) -> str:
    names = label_names(label)
    return spans(capital(names["en"]), capital(names["vi"]))


def _button(way: str, kind: str) -> str:
    return (
        f'<button type="button" class="{kind}" data-learn="{way}">{both(f"learn.{way}")}</button>'
    )


def _told(key: str, values: Callable[[Language], dict[str, object]]) -> str:
    """Words whose fields are words themselves."""
    return spans(word(key, "en", **values("en")), word(key, "vi", **values("vi")))
