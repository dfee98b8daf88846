"""The report of an ablation: tables in Markdown and all figures in JSON.

Tables stand between two marks of ``ablation.md``; what a person writes outside them stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from research.ablation.measure import Figures
from research.ablation.plan import LOW_DATA, Group
from research.ablation.variants import Variant

MARKDOWN = "ablation.md"
JSON = "ablation.json"
LADDER_PLOT = "ablation.png"
LOW_DATA_PLOT = "low-data.png"
FRAMES = "ablation-frames.jpg"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"

_HEADS = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "ece": "ECE",
    "image_recall@1": "image R@1",
    "image_mrr": "image MRR",
    "text_recall@1": "text R@1",
    "text_mrr": "text MRR",
}
_NONE = "–"
_TITLE = "# What each component brings\n\n"

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Finished:
    """The figures of a group.

    Attributes:
        group: what was compared.
        seeds: of the runs.
        figures: by variant, shots and seed.
    """

    group: Group
    seeds: tuple[int, ...]
    figures: dict[tuple[str, int, int], Figures]

    def values(self, variant: Variant, shots: int, name: str) -> Values:
        """[seeds] of one figure; empty where the variant has none."""
        rows = [self.figures[variant.name, shots, seed] for seed in self.seeds]
        return np.array([row[name] for row in rows if name in row])


def write_document(output: Path, about: str, finished: Sequence[Finished]) -> None:
    """Write ``ablation.md`` and ``ablation.json``.

    Args:
        output: folder.
        about: what the runs share, as Markdown.
        finished: groups, in order.
    """
    output.mkdir(parents=True, exist_ok=True)
    parts = [BEGIN, about, *(_section(own) for own in finished), END]
    _between_marks(output / MARKDOWN, "\n\n".join(parts))
    rows = [
        {"group": own.group.title, "name": name, "shots": shots, "seed": seed, **figures}
        for own in finished
        for (name, shots, seed), figures in own.figures.items()
    ]
    (output / JSON).write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _between_marks(path: Path, tables: str) -> None:
    old = path.read_text("utf-8") if path.exists() else f"{_TITLE}{BEGIN}{END}\n"
    before, _, rest = old.partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(before + tables + after, "utf-8")


def _section(own: Finished) -> str:
    if own.group.title == LOW_DATA:
        return f"## {LOW_DATA}\n\n![accuracy by frames]({LOW_DATA_PLOT})\n\n{_curve_table(own)}"
    return f"## {own.group.title}\n\n{_table(own)}"


def _table(own: Finished) -> str:
    """One row a variant; the change of accuracy is paired by seed."""
    group, shots = own.group, own.group.shots[0]
    against = "row above" if group.baseline is None else group.baseline.name
    lines = [f"| method | {' | '.join(_HEADS.values())} | accuracy against {against} |"]
    lines.append("|---" + "|---:" * (len(_HEADS) + 1) + "|")
    previous: Variant | None = None
    for variant in group.variants:
        cells = [spread(own.values(variant, shots, name)) for name in _HEADS]
        base = group.baseline or previous
        change = _NONE if base in (None, variant) else _change(own, variant, base, shots)
        lines.append(f"| {variant.name} | {' | '.join(cells)} | {change} |")
        previous = variant
    return "\n".join(lines)


def _change(own: Finished, variant: Variant, base: Variant | None, shots: int) -> str:
    if base is None:
        return _NONE
    pairs = own.values(variant, shots, "accuracy") - own.values(base, shots, "accuracy")
    return paired(pairs)


def _curve_table(own: Finished) -> str:
    shots = own.group.shots
    lines = [f"| frames a class | {' | '.join(map(str, shots))} |"]
    lines.append("|---" + "|---:" * len(shots) + "|")
    for variant in own.group.variants:
        cells = [spread(own.values(variant, number, "accuracy")) for number in shots]
        lines.append(f"| {variant.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def spread(values: Values) -> str:
    """Mean and standard deviation over seeds, for example ``0.812 ± 0.010``."""
    if not len(values):
        return _NONE
    mean = f"{values.mean():.3f}"
    return f"{mean} ± {values.std(ddof=1):.3f}" if len(values) > 1 else mean


def paired(changes: Values) -> str:
    """Mean of each seed's change and its 95 % interval by Student's t: ``+0.03 [+0.01, +0.05]``."""
    mean = changes.mean()
    if len(changes) < 2:
        return f"{mean:+.3f}"
    half = t.ppf(0.975, len(changes) - 1) * changes.std(ddof=1) / len(changes) ** 0.5
    return f"{mean:+.3f} [{mean - half:+.3f}, {mean + half:+.3f}]"
