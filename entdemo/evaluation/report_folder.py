"""A report as a folder: JSON with every figure, Markdown, and figures as PNG."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entdemo.evaluation.bootstrap import Interval
from entdemo.evaluation.evaluate import Examined
from entdemo.evaluation.examples import frame_examples, text_examples
from entdemo.evaluation.figures import (
    confusion_figure,
    examples_figure,
    reliability_figure,
    require_matplotlib,
)
from entdemo.evaluation.metrics import swap_rate_in_pair
from entdemo.evaluation.report import ClassReport, Report
from entdemo.inference.encoder import Encoder
from entdemo.storage.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKDOWN = "report.md"
JSON = "report.json"
_DPI = 110
_PICTURES = {
    "confusion.png": "Confusion",
    "reliability.png": "Reliability",
    "frame-search.png": "Frames by frame: one query a class, green where the class is the same",
    "text-search.png": "Frames by description, likewise",
}
_NOTICE = (
    "The pictures of searches show frames of the evaluated folder. If these are patients' frames, "
    "handle this folder as you handle them."
)


def write_report(folder: Path, title: str, encoder: Encoder, examined: Examined) -> None:
    """Write ``report.json``, ``report.md`` and its pictures.

    Args:
        folder: made where it does not exist; files of an earlier report are replaced.
        title: what was evaluated on what.
        encoder: encodes the example descriptions.
        examined: what to report.

    Raises:
        UserError: matplotlib is not installed, or a file cannot be written.
    """
    require_matplotlib()
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PICTURES:
        (folder / name).unlink(missing_ok=True)
    figures = dict(_figures(encoder, examined))
    for name, figure in figures.items():
        figure.savefig(folder / name, dpi=_DPI)
    content = json.dumps(details(examined.report), ensure_ascii=False, indent=1)
    write_atomically(folder / JSON, content.encode())
    write_atomically(folder / MARKDOWN, markdown(title, examined.report, list(figures)).encode())


def _figures(encoder: Encoder, examined: Examined) -> Iterator[tuple[str, Figure]]:
    classes = examined.report.classes
    if classes is None:
        return
    yield "confusion.png", confusion_figure(classes.confusion)
    yield "reliability.png", reliability_figure(classes.reliability, classes.ece)
    if examined.report.retrieval:
        yield "frame-search.png", examples_figure(frame_examples(examined.pool))
        texts = text_examples(encoder, examined.pool)
        if texts:
            yield "text-search.png", examples_figure(texts)


def details(report: Report) -> dict[str, Any]:
    """The keys of ``Report.to_json`` and all other figures."""
    classes = report.classes
    swaps = (*classes.sides, *classes.cord_states) if classes else ()
    return report.to_json() | {
        "in_distribution": report.in_distribution,
        "per_class": [asdict(row) for row in classes.per_class] if classes else None,
        "swaps": [asdict(swap) for swap in swaps],
        "reliability": [asdict(row) for row in classes.reliability] if classes else None,
        "retrieval": {name: asdict(figures) for name, figures in report.retrieval.items()},
        "skipped": [{"name": it.name, "reason": str(it.reason)} for it in report.skipped],
        "notes": report.notes,
    }


def markdown(title: str, report: Report, pictures: Sequence[str]) -> str:
    """The report as Markdown.

    Args:
        title: heading.
        report: figures.
        pictures: file names beside it.
    """
    parts = [f"# {title}", *report.notes, _summary(report)]
    if report.classes:
        parts += [_classes(report.classes), _swaps(report.classes)]
    if report.retrieval:
        parts.append(_retrieval(report))
    parts += [f"## {_PICTURES[name]}\n\n![{_PICTURES[name]}]({name})" for name in pictures]
    if report.retrieval:
        parts.append(_NOTICE)
    if report.skipped:
        lines = [f"- {it.name}: {it.reason}" for it in report.skipped]
        parts.append("\n".join([f"## Left out: {len(lines)}\n", *lines]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(heads), "---" + " | ---:" * (len(heads) - 1)]
    lines += [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _summary(report: Report) -> str:
    frames = str(report.n)
    fits = _with_ends(report.label_accuracy, report.label_accuracy_ci95)
    rows = [("within the label", frames, fits)]
    if report.region_accuracy is not None:
        region = _with_ends(report.region_accuracy, report.region_accuracy_ci95)
        rows.insert(0, ("region accuracy", str(report.region_frames), region))
    rows.append(("taken for endoscopy", frames, f"{report.in_distribution:.3f}"))
    if own := report.classes:
        known = str(own.frames)
        rows = [
            ("accuracy", known, _with_ends(own.accuracy, own.accuracy_ci95)),
            ("macro-F1", known, _with_ends(own.macro_f1, own.macro_f1_ci95)),
            ("expected calibration error", known, f"{own.ece:.3f}"),
            *rows,
        ]
    heads = ("figure", "frames", "value [95 % interval]")
    return _table(heads, rows)


def _classes(own: ClassReport) -> str:
    rows = [
        (
            row.class_name,
            str(row.frames),
            *(f"{x:.3f}" for x in (row.precision, row.recall, row.f1)),
        )
        for row in own.per_class
    ]
    return "## Classes\n\n" + _table(("class", "frames", "precision", "recall", "F1"), rows)


def _swaps(own: ClassReport) -> str:
    """Sides and cord states; empty where no class of a pair occurs."""
    rows = []
    for swap in (*own.sides, *own.cord_states):
        in_pair = swap_rate_in_pair([swap])
        rate = "–" if in_pair is None else f"{in_pair:.3f}"
        name = f"{swap.true} taken for {swap.predicted}"
        rows.append((name, str(swap.frames), str(swap.count), f"{swap.rate:.3f}", rate))
    heads = ("mistaken", "frames", "count", "rate", "rate if of this pair")
    return "## Sides and cord states\n\n" + _table(heads, rows) if rows else ""


def _retrieval(report: Report) -> str:
    rows = [
        (
            name,
            str(own.queries),
            _with_ends(own.recall_1, own.recall_1_ci95),
            f"{own.recall_5:.3f}",
            _with_ends(own.mrr, own.mrr_ci95),
        )
        for name, own in report.retrieval.items()
    ]
    heads = ("query to answer: same", "queries", "Recall@1", "Recall@5", "MRR")
    return "## Retrieval, each query left out\n\n" + _table(heads, rows)


def _with_ends(value: float, ends: Interval | None) -> str:
    """An interval without width would claim a certainty that it has not."""
    if ends is None or ends[0] == ends[1]:
        return f"{value:.3f}"
    return f"{value:.3f} [{ends[0]:.3f}, {ends[1]:.3f}]"
