"""Cards of gallery cases, and the sheet that opens from a card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from entdemo.gallery.teaching import Teaching
from entdemo.inference.prediction import Neighbour
from entdemo.locale import LANGUAGES, Language
from entdemo.locale.numbers import decimal
from entdemo.taxonomy import STATED_NAMES, finding_names, region_of
from entdemo.ui.i18n import attribute, attribute_of, both, capital, spans, word
from entdemo.ui.marks import marked_spans
from entdemo.ui.pictures import SIDES, Size, picture_url

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case
    from entdemo.gallery.store import Gallery


def class_title(class_name: str) -> str:
    """A class, or what is stated in its place, in both languages, as a title."""
    names = STATED_NAMES[class_name]
    return spans(capital(names["en"]), capital(names["vi"]))


def case_heading(class_name: str, finding: str) -> str:
    """What a case shows: its finding with the class below it, or the class where there is none."""
    names = finding_names(class_name, finding)
    if not names["en"]:
        return f'<span class="card-title">{class_title(class_name)}</span>'
    return (
        f'<span class="card-title">{spans(capital(names["en"]), capital(names["vi"]))}'
        f'<span class="card-class">{class_title(class_name)}</span></span>'
    )


def origin_names(case: Case) -> dict[str, str]:
    """By language: that a case's frame is drawn, or its source and licence."""
    if case.is_drawn:
        return {code: word("case.drawn", code) for code in LANGUAGES}
    return {code: case.credit or word("case.no_source", code) for code in LANGUAGES}


def origin(case: Case) -> str:
    """What stands with every picture of a case, so that no drawing is taken for a patient."""
    names = origin_names(case)
    return f'<span class="origin">{spans(names["en"], names["vi"])}</span>'


def case_picture(case_id: str, class_name: str, finding: str, size: Size) -> str:
    """An ``img`` of a case that takes its place before it has loaded."""
    alt = attribute("alt", *(_alt(class_name, finding, language) for language in LANGUAGES))
    side = SIDES[size]
    return (
        f'<img src="{escape(picture_url(case_id, size))}" {alt} width="{side}" height="{side}" '
        'loading="lazy" decoding="async">'
    )


def _alt(class_name: str, finding: str, language: Language) -> str:
    parts = (STATED_NAMES[class_name][language], finding_names(class_name, finding)[language])
    return ": ".join(part for part in parts if part)


def grouped_cards(
    neighbours: Iterable[Neighbour],
    gallery: Gallery,
    wanted: frozenset[str] = frozenset(),
    none: str = "answer.none",
) -> str:
    """Cards under their findings; real cases come before drawn ones, then the most similar.

    Args:
        neighbours: what was found, most similar first.
        gallery: where.
        wanted: stems of the query's words, which are marked in captions.
        none: key of what is said where nothing was found.
    """
    first = sorted(neighbours, key=lambda near: gallery.case(near.case_id).is_drawn)
    groups: dict[tuple[str, str], list[Neighbour]] = {}
    for near in first:
        groups.setdefault((region_of(near.class_name), near.finding), []).append(near)
    if not groups:
        return f'<p class="hint">{both(none)}</p>'
    html = "".join(_group(group, gallery, wanted) for group in groups.values())
    return f'<div class="case-groups" data-cases>{html}</div>'


def _group(neighbours: Sequence[Neighbour], gallery: Gallery, wanted: frozenset[str]) -> str:
    """The cases of one finding; the page gives each group as many columns as it has cases."""
    first = neighbours[0]
    names = finding_names(first.class_name, first.finding)
    named = spans(capital(names["en"]), capital(names["vi"])) if names["en"] else both("case.plain")
    items = "".join(card(near, gallery, wanted) for near in neighbours)
    return (
        f'<section class="case-group" style="--cases: {len(neighbours)}">'
        f'<h4>{named} <span class="hint">{len(neighbours)}</span></h4>'
        f'<ul class="cards">{items}</ul></section>'
    )


def size_slider() -> str:
    """How large cases are shown; the page remembers it for all tabs."""
    return (
        f'<label class="case-size small">{both("case.size")} <input type="range" min="-2" max="3" '
        'step="1" value="0" data-case-size></label>'
    )


def cards(neighbours: Iterable[Neighbour], gallery: Gallery) -> str:
    """A list of the cards of what was found, most similar first."""
    items = "".join(card(neighbour, gallery) for neighbour in neighbours)
    if not items:
        return f'<p class="hint">{both("answer.none")}</p>'
    return f'<ul class="cards" data-cases>{items}</ul>'


def card(neighbour: Neighbour, gallery: Gallery, wanted: frozenset[str] = frozenset()) -> str:
    """One case as a button that carries its sheet, so that opening it needs no server."""
    case = gallery.case(neighbour.case_id)
    picture = case_picture(neighbour.case_id, neighbour.class_name, neighbour.finding, size="small")
    return (
        f'<li class="card{" weak" if neighbour.weak else ""}">'
        f'<button type="button" data-case="{escape(neighbour.case_id)}" '
        f'data-sheet="{escape(sheet(case))}">'
        f"{picture}{_badges(neighbour)}"
        f'<span class="card-line">{case_heading(neighbour.class_name, neighbour.finding)}'
        f"{_similarity(neighbour.similarity)}</span>"
        f'<span class="card-caption">'
        f"{marked_spans(neighbour.caption_en, neighbour.caption_vi, wanted)}</span>"
        f"{origin(case)}</button>"
        f"{basket(neighbour.case_id)}</li>"
    )


def basket(case_id: str) -> str:
    """The switch beside a card that puts its case into the collection; the page knows its state."""
    return (
        f'<button type="button" class="basket" data-basket="{escape(case_id)}" '
        f'aria-pressed="false" '
        f"{attribute_of('aria-label', 'collection.basket', case=case_id)}></button>"
    )


def _badges(neighbour: Neighbour) -> str:
    """What to know of a match before its words are read."""
    weak = f"<span>{both('answer.weak')}</span>" if neighbour.weak else ""
    count = len(neighbour.folded)
    alike = f"<span>{both('answer.alike', count=count)}</span>" if count else ""
    return f'<span class="badges">{weak}{alike}</span>' if weak or alike else ""


def _similarity(similarity: float) -> str:
    number = spans(decimal(similarity, "en"), decimal(similarity, "vi"))
    return (
        f'<span class="card-number"><span class="unseen">{both("answer.similarity")} </span>'
        f"{number}</span>"
    )


def sheet(case: Case) -> str:
    """Everything about a case; the page moves it into the viewer."""
    rows = (
        "".join(_row(key, html) for key, html in taught(case.teaching))
        + _row("case.source", escape(case.source))
        + _row("case.licence", escape(case.licence))
        + _row("case.id", escape(case.case_id))
    )
    return (
        '<div class="sheet-picture" tabindex="0" role="group" '
        f"{attribute_of('aria-label', 'case.picture')}>"
        f"{case_picture(case.case_id, case.class_name, case.finding, size='large')}</div>"
        f'<div class="sheet-text"><h2 tabindex="-1">'
        f"{case_heading(case.class_name, case.finding)}</h2>"
        f'<p class="caption">{spans(case.caption_en, case.caption_vi)}</p>'
        f"<p>{origin(case)}</p><dl>{rows}</dl>"
        f'<div class="ways"><button type="button" class="primary" '
        f'data-similar="{escape(case.case_id)}">{both("case.similar")}</button>'
        f'<button type="button" class="quiet" data-compare="{escape(case.case_id)}">'
        f"{both('compare.open')}</button>"
        f'<button type="button" class="quiet" data-basket="{escape(case.case_id)}" '
        f'aria-pressed="false">{both("collection.take")}</button></div></div>'
    )


def taught(teaching: Teaching) -> Iterator[tuple[str, str]]:
    """What is taught of a case: key of each heading, and HTML."""
    for name, texts in teaching.told():
        yield f"case.{name}", spans(*texts)
    if teaching.link:
        link = escape(teaching.link)
        yield "case.link", f'<a href="{link}" rel="noopener noreferrer" target="_blank">{link}</a>'


def _row(key: str, value: str) -> str:
    return f"<div><dt>{both(key)}</dt><dd>{value}</dd></div>" if value else ""
