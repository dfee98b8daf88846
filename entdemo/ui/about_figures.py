"""The figures of a weight bundle as HTML: a table with intervals, and who is taken for whom."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from entdemo.locale import Language
from entdemo.locale.numbers import count
from entdemo.taxonomy import CLASS_NAMES, CLASSES, REGION_NAMES, REGIONS
from entdemo.ui.i18n import attribute_of, both, spans, word

_ROWS = (
    "accuracy",
    "macro_f1",
    "region_accuracy",
    "ece",
    "image_recall@1",
    "image_mrr",
    "text_recall@1",
    "text_mrr",
)
_SETS = {"phantom_test": "about.phantom"}
_SOURCE_HEADS = ("source", "frames", "region_right", "stated", "class_right")
_NO_FIGURE = "–"

Metrics = Mapping[str, Any]


def figures(metrics: Metrics) -> str:
    """Everything that a bundle says of its quality; a bundle need not say all."""
    if not any(name in metrics for name in (*_SETS, "real_frames")):
        return f"<p>{both('about.no_figures')}</p>"
    confusion = metrics.get("phantom_test", {}).get("confusion")
    return (
        f"{_table(metrics)}{real_frames(metrics.get('real_frames', {}).get('by_source', {}))}"
        f"{_sentences(metrics)}"
        f'<p class="hint small">{both("about.figures_note")}</p>'
        f"{confusion_table(confusion) if confusion else ''}"
    )


def figure_of(measured: Metrics, name: str) -> tuple[float, tuple[float, float] | None] | None:
    """A figure by its row's name, and its 95 % interval where one was computed."""
    kind, _, inner = name.partition("_")
    retrieval = measured.get(f"{kind}_retrieval", {})
    value = retrieval.get(inner) if inner in retrieval else measured.get(name)
    if value is None:
        return None
    interval = measured.get("ci95", {}).get(name)
    return float(value), (float(interval[0]), float(interval[1])) if interval else None


def _table(metrics: Metrics) -> str:
    sets = [(key, metrics[key]) for key in _SETS if key in metrics]
    if not sets:
        return ""
    heads = "".join(f'<th scope="col">{_set_name(key, measured)}</th>' for key, measured in sets)
    rows = "".join(_row(name, [measured for _, measured in sets]) for name in _ROWS)
    return _scrolling(
        "about.figures",
        f'<thead><tr><th scope="col">{both("about.figure")}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody>",
        "figures",
    )


def _set_name(key: str, measured: Metrics) -> str:
    number = int(measured.get("n", 0))
    return spans(
        word(_SETS[key], "en", n=count(number, "en")), word(_SETS[key], "vi", n=count(number, "vi"))
    )


def _row(name: str, sets: list[Metrics]) -> str:
    cells = "".join(f"<td>{_cell(name, measured)}</td>" for measured in sets)
    return f'<tr><th scope="row">{both(f"figure.{name}")}</th>{cells}</tr>'


def _cell(name: str, measured: Metrics) -> str:
    found = figure_of(measured, name)
    if found is None:
        return _NO_FIGURE
    value, interval = found
    return spans(*(_written(value, interval, language) for language in ("en", "vi"))) + (
        "" if name == "ece" else _interval(value, interval)
    )


def _written(value: float, interval: tuple[float, float] | None, language: Language) -> str:
    if interval is None:
        return three_decimals(value, language)
    low, high = (three_decimals(end, language) for end in interval)
    return f"{three_decimals(value, language)} [{low}{';' if language == 'vi' else ','} {high}]"


def three_decimals(value: float, language: Language) -> str:
    """A figure with the language's own decimal sign."""
    plain = f"{value:.3f}"
    return plain.replace(".", ",") if language == "vi" else plain


def _interval(value: float, interval: tuple[float, float] | None) -> str:
    """The figure as a dot on a line from 0 to 1, its interval as a thicker stretch."""
    low, high = interval or (value, value)
    return (
        '<svg class="interval" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<line x1="0" x2="100" y1="5" y2="5"/>'
        f'<rect x="{100 * low:.1f}" y="2" width="{max(100 * (high - low), 0.6):.1f}" height="6"/>'
        f'<rect class="dot" x="{100 * value - 0.5:.1f}" y="0" width="1" height="10"/></svg>'
    )


def real_frames(figures: Metrics) -> str:
    """Real frames, a row a source and a row a region; what was not measured is said so.

    A stranger's bundle may state anything; figures of another form are left out.
    """
    try:
        return _real_frames(figures) if figures else ""
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


def _real_frames(figures: Metrics) -> str:
    heads = "".join(f'<th scope="col">{both(f"about.{name}")}</th>' for name in _SOURCE_HEADS)
    rows = "".join(_source_row(row) for row in figures["sources"])
    rows += "".join(_region_row(region, figures["region_recall"]) for region in REGIONS)
    table = _scrolling(
        "about.real", f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>", "figures"
    )
    return f"<h3>{both('about.real')}</h3><p>{both('about.real_note')}</p>{table}"


def _source_row(row: Metrics) -> str:
    names = ", ".join(str(region) for region in row["regions"])
    known = row["class_accuracy"]
    cells = (
        count(int(row["n"]), "en"),
        _both_languages(row["region_accuracy"]),
        _both_languages(row["region_confidence"]),
        both("about.not_measured") if known is None else _both_languages(known),
    )
    head = f'<th scope="row">{escape(str(row["source"]))} <small>{escape(names)}</small></th>'
    return f"<tr>{head}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _region_row(region: str, recall: Mapping[str, float]) -> str:
    told = _both_languages(recall[region]) if region in recall else both("about.not_measured")
    head = f'<th scope="row">{spans(*REGION_NAMES[region].values())}</th>'
    return f"<tr>{head}<td></td><td>{told}</td><td></td><td></td></tr>"


def _both_languages(value: float) -> str:
    return spans(*(three_decimals(float(value), language) for language in ("en", "vi")))


def _sentences(metrics: Metrics) -> str:
    own = metrics.get("sentences", {})
    if not {"en", "vi"} <= own.keys():
        return ""
    texts = (
        word(
            "about.sentences",
            language,
            en=three_decimals(own["en"]["accuracy"], language),
            vi=three_decimals(own["vi"]["accuracy"], language),
            n_en=own["en"]["n"],
            n_vi=own["vi"]["n"],
        )
        for language in ("en", "vi")
    )
    return f"<p>{spans(*texts)}</p>"


def confusion_table(confusion: Mapping[str, Mapping[str, int]]) -> str:
    """Counts by true class (rows) and answered class (columns), darker for more."""
    names = [name for name in CLASSES if name in confusion]
    heads = "".join(f'<th scope="col">{spans(*CLASS_NAMES[name].values())}</th>' for name in names)
    rows = "".join(_confusion_row(name, confusion[name], names) for name in names)
    table = _scrolling(
        "about.confusion",
        f'<thead><tr><th scope="col">{both("about.true")}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody>",
        "confusion",
    )
    return f"<h3>{both('about.confusion')}</h3>{table}"


def _confusion_row(name: str, row: Mapping[str, int], names: list[str]) -> str:
    total = max(sum(row.values()), 1)
    cells = "".join(
        f'<td style="--share:{100 * row.get(other, 0) / total:.0f}%">{row.get(other, 0)}</td>'
        for other in names
    )
    return f'<tr><th scope="row">{spans(*CLASS_NAMES[name].values())}</th>{cells}</tr>'


def _scrolling(label: str, rows: str, kind: str) -> str:
    """A table in a place of its own that scrolls sideways on a phone, by keyboard as well."""
    return (
        f'<div class="scrolling" role="region" tabindex="0" {attribute_of("aria-label", label)}>'
        f'<table class="{kind}">{rows}</table></div>'
    )
