"""A report as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from entdemo.evaluation.bootstrap import Interval
from entdemo.evaluation.by_source import BySource
from entdemo.evaluation.metrics import ClassFigures, Swap, swap_rate_in_pair
from entdemo.evaluation.report import ClassReport, Report, RetrievalFigures

_NONE = "–"


def report_table(report: Report) -> RenderableType:
    """All that a report holds."""
    parts: list[RenderableType] = [_figures(report), _sources(report.by_source)]
    if report.classes:
        parts += [_per_class(report.classes.per_class), _confusion(report.classes.confusion)]
        swaps = report.classes.sides + report.classes.cord_states
        if swaps:
            parts.append(_swaps(swaps))
    if report.retrieval:
        parts.append(_retrieval(report))
    return Group(*parts)


def _table(title: str, first: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _figures(report: Report) -> Table:
    table = _table(f"{report.n} frames", "figure", ("frames", "value", "95 % interval"))
    if report.classes:
        _add_class_figures(table, report.classes)
    region_ends = _ends(report.region_accuracy_ci95)
    region = _share(report.region_accuracy)
    table.add_row("region accuracy", str(report.region_frames), region, region_ends)
    label_ends = _ends(report.label_accuracy_ci95)
    table.add_row("within the label", str(report.n), _share(report.label_accuracy), label_ends)
    table.add_row("in distribution", str(report.n), _share(report.in_distribution), _NONE)
    return table


def _add_class_figures(table: Table, classes: ClassReport) -> None:
    frames = str(classes.frames)
    table.add_row("accuracy", frames, _share(classes.accuracy), _ends(classes.accuracy_ci95))
    table.add_row("macro-F1", frames, _share(classes.macro_f1), _ends(classes.macro_f1_ci95))
    table.add_row("calibration error (ECE)", frames, _share(classes.ece), _NONE)


def _sources(figures: BySource) -> Table:
    """Every source with its own number of frames, then the mean over regions."""
    columns = ("frames", "region", "stated", "ECE", "class", "of", "refused")
    table = _table("By source", "source", columns)
    for row in figures.sources:
        regions = "\n".join(f"{region} {count}" for region, count in row.regions.items())
        table.add_row(
            Text.assemble(row.source or "(not stated)", "\n", (regions, "dim")),
            str(row.n),
            *(_share(it) for it in (row.region_accuracy, row.region_confidence, row.region_ece)),
            _share(row.class_accuracy),
            str(row.class_frames or _NONE),
            _share(row.refused),
        )
    table.add_section()
    for region, recall in figures.region_recall.items():
        table.add_row(f"all {region}", "", _share(recall))
    for region in figures.not_measured:
        table.add_row(f"all {region}", "0", "not measured")
    balanced = _share(figures.balanced_region_accuracy)
    table.add_row("mean over regions", "", balanced, "", _share(figures.region_ece))
    return table


def _per_class(rows: Sequence[ClassFigures]) -> Table:
    table = _table("Classes", "class", ("frames", "precision", "recall", "F1"))
    for row in rows:
        shares = (_share(value) for value in (row.precision, row.recall, row.f1))
        table.add_row(row.class_name, str(row.frames), *shares)
    return table


def _confusion(counts: dict[str, dict[str, int]]) -> Table:
    """Headers stand in two lines, so that seven columns fit a narrow terminal."""
    headers = [name.replace("-", "-\n") for name in counts]
    table = _table("Confusion: true class, then as what it is taken", "true class", headers)
    for true, row in counts.items():
        if any(row.values()):
            table.add_row(true, *(str(count or "·") for count in row.values()))
    return table


def _swaps(swaps: Sequence[Swap]) -> Table:
    columns = ("frames", "count", "rate", "rate if of this pair")
    table = _table("Sides and cord states", "mistaken", columns)
    for swap in swaps:
        name = f"{swap.true} taken for {swap.predicted}"
        in_pair = swap_rate_in_pair([swap])
        cells = (_share(swap.rate), _share(in_pair))
        table.add_row(name, str(swap.frames), str(swap.count), *cells)
    return table


def _retrieval(report: Report) -> Table:
    columns = ("queries", "recall@1", "recall@5", "MRR")
    table = _table("Retrieval, each query left out", "query to answer: same", columns)
    for name, figures in report.retrieval.items():
        table.add_row(name, *_retrieval_cells(figures))
    return table


def _retrieval_cells(figures: RetrievalFigures) -> tuple[str, ...]:
    return (
        str(figures.queries),
        f"{_share(figures.recall_1)}\n{_ends(figures.recall_1_ci95)}",
        _share(figures.recall_5),
        f"{_share(figures.mrr)}\n{_ends(figures.mrr_ci95)}",
    )


def _share(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3f}"


def _ends(interval: Interval | None) -> str:
    """An interval without width would claim a certainty that it has not."""
    if interval is None or interval[0] == interval[1]:
        return _NONE
    return f"{interval[0]:.3f} to {interval[1]:.3f}"
