"""The filters beside a query: which cases may be found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Literal

import gradio as gr

from entdemo.errors import PageError
from entdemo.gallery.filters import CaseFilter, finding_keys
from entdemo.taxonomy import LABELS, REGION_NAMES, REGIONS, STATED_NAMES, finding_names
from entdemo.ui.i18n import attribute_of, both, capital, spans

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case
    from entdemo.gallery.store import Gallery

Place = Literal["frame", "describe"]
_SETS = ("regions", "classes", "findings", "sources")
_MOST_VALUES = 200
_STEP = 0.05


def read_filter(data: object) -> CaseFilter:
    """The filter that the page sent.

    Args:
        data: what the browser says; it may be anything.

    Raises:
        UserError: unless it is a filter.
    """
    if data is None:
        return CaseFilter()
    if not isinstance(data, Mapping):
        raise PageError("ui.unexpected")
    least = data.get("min", 0)
    if isinstance(least, bool) or not isinstance(least, int | float):
        raise PageError("ui.unexpected")
    regions, classes, findings, sources = (_values(data.get(name, ())) for name in _SETS)
    return CaseFilter(
        regions, classes, findings, sources, min_similarity=float(least) if least else -1.0
    )


def _values(data: object) -> frozenset[str]:
    if not isinstance(data, list | tuple) or len(data) > _MOST_VALUES:
        raise PageError("ui.unexpected")
    if not all(isinstance(value, str) for value in data):
        raise PageError("ui.unexpected")
    return frozenset(data)


def build_filters(gallery: Gallery, place: Place) -> None:
    """Place the panel; its choices travel with the tab's queries."""
    gr.HTML(
        panel(gallery.cases, place),
        js_on_load="entdemo.mountFilters(element)",
        apply_default_css=False,
        elem_classes="refine",
    )


def panel(cases: Iterable[Case], place: Place) -> str:
    """The choices that the cases leave, in a part that folds."""
    known = list(cases)
    return (
        f'<details data-filters="{place}"><summary>{both("filters.title")}'
        '<span class="badge" data-count hidden></span></summary><div class="refine-body">'
        f"{_regions(known)}{_classes(known)}{_findings(known)}{_sources(known)}{_least()}"
        f'<div class="refine-foot"><button type="button" class="quiet" data-clear>'
        f'{both("filters.clear")}</button><p class="hint small" role="status" data-found></p>'
        "</div></div></details>"
    )


def _regions(cases: list[Case]) -> str:
    held = {case.region for case in cases}
    picks = [(name, _titled(REGION_NAMES[name])) for name in REGIONS if name in held]
    return _choices("regions", "filters.region", picks)


def _classes(cases: list[Case]) -> str:
    held = {case.class_name for case in cases}
    picks = [(name, _titled(STATED_NAMES[name])) for name in LABELS if name in held]
    return _choices("classes", "case.class", picks)


def _findings(cases: list[Case]) -> str:
    """One group a region, so that a polyp of the nose is not one of the cords."""
    groups = "".join(_findings_of(region, cases) for region in REGIONS)
    return f"<fieldset><legend>{both('case.finding')}</legend>{groups}</fieldset>" if groups else ""


def _findings_of(region: str, cases: list[Case]) -> str:
    named: dict[str, str] = {}
    for case in cases:
        if case.region == region and case.finding:
            names = finding_names(case.class_name, case.finding)
            named.setdefault(finding_keys(case)[1], _titled(names))
    if not named:
        return ""
    picks = _picks("findings", list(named.items()))
    title = _titled(REGION_NAMES[region])
    return f'<details data-region="{region}"><summary>{title}</summary>{picks}</details>'


def _sources(cases: list[Case]) -> str:
    held = sorted({case.source for case in cases if case.source})
    return _choices("sources", "case.source", [(name, escape(name)) for name in held])


def _least() -> str:
    return (
        f'<label class="slide">{both("filters.least")} <span data-now>{both("filters.any")}</span>'
        f'<input type="range" name="min" min="0" max="1" step="{_STEP}" value="0" '
        f"{attribute_of('aria-valuetext', 'filters.any')}></label>"
    )


def _choices(name: str, legend: str, picks: list[tuple[str, str]]) -> str:
    if not picks:
        return ""
    return f"<fieldset><legend>{both(legend)}</legend>{_picks(name, picks)}</fieldset>"


def _picks(name: str, picks: list[tuple[str, str]]) -> str:
    items = "".join(
        f'<li><label class="pick"><input type="checkbox" name="{name}" value="{escape(value)}">'
        f"<span>{title}</span></label></li>"
        for value, title in picks
    )
    return f'<ul class="picks">{items}</ul>'


def _titled(names: Mapping[str, str]) -> str:
    return spans(capital(names["en"]), capital(names["vi"]))
