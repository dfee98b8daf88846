"""What the Gallery tab shows: filters and a page of cases."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from entdemo.locale.numbers import count
from entdemo.taxonomy import (
    CLASSES,
    LABELS,
    REGION_NAMES,
    REGIONS,
    STATED_NAMES,
    findings_of,
    region_of,
)
from entdemo.ui.cases import basket, case_heading, case_picture, origin, sheet, size_slider
from entdemo.ui.i18n import attribute, attribute_of, both, capital, spans, word

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case

PAGE = 24
TEXTS = ("finding", "caption_en", "caption_vi", "source", "licence")
"""Columns of a case that tell of it; its class and those of ``teaching`` are added to them."""
Option = tuple[str, str, str, str]
"""Value, English, Vietnamese, and the region that it belongs to or nothing."""


def filters(cases: Sequence[Case], *, own: bool) -> str:
    """The form that narrows the cases.

    Args:
        cases: those of the gallery, for the findings and sources that it holds.
        own: whether the visitor may have cases of their own.
    """
    tick = (
        f'<label class="tick"><input type="checkbox" name="own">{both("gallery.own_only")}</label>'
        if own
        else ""
    )
    return (
        f'<form id="gallery-filter" class="filter" role="search" '
        f"{attribute_of('aria-label', 'gallery.filters')}>"
        f'<div class="filter-part filter-text"><label for="gallery-text">{both("gallery.text")}'
        "</label>"
        '<input type="search" id="gallery-text" name="text" autocomplete="off" maxlength="200" '
        'aria-describedby="gallery-text-hint">'
        f'<p class="hint small" id="gallery-text-hint">{both("gallery.text_hint")}</p>'
        "</div>"
        f"{_select('region', _regions())}{_select('class', _classes(cases))}"
        f"{_finding_select(cases)}{_select('source', _sources(cases))}{tick}"
        f'<button type="reset" class="link">{both("gallery.clear")}</button></form>'
    )


def _select(name: str, options: Iterable[Option]) -> str:
    return _labelled(name, "".join(map(_option, options)))


def _labelled(name: str, options: str) -> str:
    first = _option(("", word("gallery.any", "en"), word("gallery.any", "vi"), ""))
    return (
        f'<div class="filter-part"><label for="gallery-{name}">{both(f"gallery.{name}")}</label>'
        f'<select id="gallery-{name}" name="{name}">{first}{options}</select></div>'
    )


def _option(option: Option) -> str:
    """An ``option`` cannot hold both languages, so its label is an attribute that turns."""
    value, english, vietnamese, region = option
    of = f' data-region="{region}"' if region else ""
    label = attribute("label", english, vietnamese)
    return f'<option value="{escape(value)}"{of} {label}>{escape(english)}</option>'


def _regions() -> list[Option]:
    names = REGION_NAMES
    return [(key, capital(names[key]["en"]), capital(names[key]["vi"]), "") for key in REGIONS]


def _classes(cases: Sequence[Case]) -> list[Option]:
    """The classes, and what the gallery's cases state in place of one."""
    names, held = STATED_NAMES, {case.class_name for case in cases}
    return [
        (key, capital(names[key]["en"]), capital(names[key]["vi"]), region_of(key))
        for key in LABELS
        if key in CLASSES or key in held
    ]


def _finding_select(cases: Sequence[Case]) -> str:
    """The findings that the gallery holds, by region; a teacher's own ones come last."""
    held = {(case.region, case.finding) for case in cases if case.finding}
    groups = ""
    for region in REGIONS:
        known = [finding for finding in findings_of(region) if (region, finding.key) in held]
        held -= {(region, finding.key) for finding in known}
        names = (capital(REGION_NAMES[region][language]) for language in ("en", "vi"))
        groups += _group(
            attribute("label", *names),
            [(f"{region}/{f.key}", capital(f.en), capital(f.vi), region) for f in known],
        )
    others = sorted({finding for _, finding in held})
    label = attribute_of("label", "gallery.own_findings")
    return _labelled("finding", groups + _group(label, [(o, o, o, "") for o in others]))


def _group(label: str, options: Sequence[Option]) -> str:
    return f"<optgroup {label}>{''.join(map(_option, options))}</optgroup>" if options else ""


def _sources(cases: Sequence[Case]) -> list[Option]:
    found = sorted({case.source for case in cases if case.source})
    return [(source, source, source, "") for source in found]


def page_of_cases(
    found: Sequence[Case], everything: int, page: int, removable: Collection[str]
) -> str:
    """One page of the cases that were found.

    Args:
        found: all cases that fit.
        everything: how many cases the gallery holds.
        page: from 1; out of range means the nearest page.
        removable: ids of the cases that the visitor may change and remove.
    """
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    numbers = (
        word("gallery.count", code, found=count(len(found), code), all=count(everything, code))
        for code in ("en", "vi")
    )
    head = f'<p class="found" role="status" tabindex="-1">{spans(*numbers)}</p>'
    if not shown:
        return f'{head}<p class="hint">{both("gallery.none")}</p>'
    items = "".join(case_card(case, removable=case.case_id in removable) for case in shown)
    return (
        f'<div class="cases-head">{head}{size_slider()}</div>'
        f'<ul class="cards" data-cases>{items}</ul>{_pager(page, pages)}'
    )


def case_card(case: Case, *, removable: bool) -> str:
    """A case as a button that carries its sheet, with those to change or remove it where that may
    be."""
    change = changing(case) if removable else ""
    own = " own" if removable else ""
    return f'<li class="card{own}">{case_button(case)}{basket(case.case_id)}{change}</li>'


def changing(case: Case) -> str:
    """The buttons that change an own case, and that remove it."""
    return (
        f'<button type="button" class="link" data-revise="{escape(case.case_id)}" '
        f'data-texts="{escape(json.dumps(texts_of(case), ensure_ascii=False))}" '
        f"{attribute_of('aria-label', 'edit.revise_case', case=case.case_id)}>"
        f"{both('edit.revise')}</button>"
        f'<button type="button" class="link" data-remove="{escape(case.case_id)}" '
        f"{attribute_of('aria-label', 'edit.remove_case', case=case.case_id)}>"
        f"{both('edit.remove')}</button>"
    )


def texts_of(case: Case) -> dict[str, str]:
    """What may be changed of a case, by the names of the columns."""
    told = {name: str(getattr(case, name)) for name in TEXTS}
    return told | {"class": case.class_name} | case.teaching._asdict()


def case_button(case: Case) -> str:
    """The button that opens a case."""
    picture = case_picture(case.case_id, case.class_name, case.finding, "small")
    return (
        f'<button type="button" data-case="{escape(case.case_id)}" '
        f'data-sheet="{escape(sheet(case))}">{picture}'
        f'<span class="card-line">{case_heading(case.class_name, case.finding)}</span>'
        f'<span class="card-caption">{spans(case.caption_en, case.caption_vi)}</span>'
        f"{origin(case)}</button>"
    )


def _pager(page: int, pages: int) -> str:
    if pages == 1:
        return ""
    return (
        f'<nav class="pager" {attribute_of("aria-label", "gallery.pages")}>'
        f"{_turn('gallery.previous', page - 1, page > 1)}"
        f"<span>{both('gallery.page', page=page, pages=pages)}</span>"
        f"{_turn('gallery.following', page + 1, page < pages)}</nav>"
    )


def _turn(key: str, page: int, there: bool) -> str:
    state = "" if there else " disabled"
    return f'<button type="button" class="quiet" data-page="{page}"{state}>{both(key)}</button>'
