"""Are findings told better than by their base rate, and with which curves?

``python -m benchmarks.findings REAL OPEN [--drawn 700] [--seed 515] [--weights W] [--write]``
compares frames with the names of their region's findings, see ``inference.findings``, and prints a
row for each finding and source: positives of n, AUROC, Brier score, and that of always stating the
source's own base rate, with the 95 % interval of what is gained, by resampling groups of frames.
Only frames whose region is found count, as in the app.

Curves are fitted on drawn frames of another seed, and those of findings that OPEN labels on these
and OPEN, either with half the weight; OPEN is judged by five folds of whole groups. REAL is
measured on and nothing else. A finding is told where its AUROC is at least .8 and its Brier score
below the base rate's in every source, real ones with the whole interval; one that no real source
labels is not told. ``--write`` puts the curves of those into the package, for these weights.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from entdemo.boundary import guarded
from entdemo.cli.bundle import open_encoder
from entdemo.data.dataset import read_items
from entdemo.evaluation.bootstrap import Interval, mean_interval
from entdemo.image.frame import Frame, frame_from_array, load_frame
from entdemo.inference import findings
from entdemo.inference.encoder import Encoder
from entdemo.inference.findings import Curve, directions
from entdemo.phantom.folder import iter_phantoms
from entdemo.settings import Settings
from entdemo.taxonomy import REGIONS, region_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LABELS: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {
    "ear-open": {
        ("ear", "normal"): ("Normal",),
        ("ear", "wax"): ("Earwax plug",),
        ("ear", "plaque"): ("Myringosclerosis",),
        ("ear", "perforation"): ("Chronic otitis media",),
    },
    "nose-a": {
        ("nose", "normal"): ("NOR",),
        ("nose", "adenoid"): ("AH",),
        ("nose", "mass"): ("NPC",),
        ("nose", "polyp"): ("CRP",),
        ("nose", "deviation"): ("DNS",),
        ("nose", "pallor"): ("AR",),
        ("nose", "swelling"): ("RHI", "AR"),
    },
}
"""What the sources' own labels mean, by region and key of the finding. Chronic otitis media is
taken for its commonest sign, a perforation; it may come without."""

FITTED_ON = "ear-open"
_FIT_FRAMES, _FIT_SEED = 1_400, 616
_FOLDS = 5
_LEAST_AUROC = 0.8
_BATCH = 32
_DRAWN = "drawn"


@dataclass(frozen=True)
class Labelled:
    """N frames of one source whose region is found.

    Attributes:
        source: its name.
        region: the region of each.
        vectors: float32 [N, D].
        keys: the keys of the findings that each shows, or the source's own label.
        groups: int64 [N]; frames of a group are alike.
    """

    source: str
    region: NDArray[np.str_]
    vectors: NDArray[np.float32]
    keys: list[frozenset[str]]
    groups: NDArray[np.int64]

    def shows(self, region: str, key: str) -> Bools | None:
        """[M] whether each frame of the region shows the finding; None where it is not labelled."""
        meant = (key,) if self.source == _DRAWN else LABELS[self.source].get((region, key))
        if meant is None:
            return None
        rows = np.flatnonzero(self.region == region)
        return np.array([not self.keys[row].isdisjoint(meant) for row in rows], bool)


class Told(NamedTuple):
    """How well a finding is told in one source; see the module for its columns."""

    region: str
    key: str
    source: str
    positives: int
    n: int
    auroc: float
    brier: float
    base_brier: float
    gain: Interval | None

    @property
    def better(self) -> bool:
        """Better than its base rate; in real frames not by chance."""
        if self.auroc < _LEAST_AUROC or self.brier >= self.base_brier:
            return False
        return self.source == _DRAWN or (self.gain is not None and self.gain[0] > 0)


def drawn_frames(encoder: Encoder, n: int, seed: int) -> Labelled:
    """Drawn frames with all that they show."""
    keys, regions, pictures = [], [], []
    for it in iter_phantoms(n, seed):
        shown = frozenset(seen.key for seen in it.facts.observations)
        keys.append(shown or frozenset(("normal",)))
        regions.append(region_of(it.facts.class_name))
        pictures.append(frame_from_array(it.rgb))
    return _encoded(encoder, _DRAWN, pictures, regions, keys, [str(at) for at in range(n)])


def real_frames(encoder: Encoder, folder: Path, source: str) -> Labelled:
    """The frames of one source with their labels."""
    items = [it for it in read_items(folder) if it.source == source and it.finding]
    pictures = [load_frame(it.file) for it in items]
    labels = [frozenset((it.finding,)) for it in items]
    regions, groups = [it.region for it in items], [it.group or it.name for it in items]
    return _encoded(encoder, source, pictures, regions, labels, groups)


def _encoded(
    encoder: Encoder,
    source: str,
    pictures: Sequence[Frame],
    regions: Sequence[str],
    keys: Sequence[frozenset[str]],
    groups: Sequence[str],
) -> Labelled:
    starts = range(0, len(pictures), _BATCH)
    parts = [encoder.frames(encoder.squares(pictures[at : at + _BATCH])) for at in starts]
    vectors = np.concatenate([it.vectors for it in parts])
    found = np.concatenate([it.regions for it in parts]).argmax(1)
    rows = [row for row, region in enumerate(regions) if REGIONS[found[row]] == region]
    return Labelled(
        source,
        np.array(regions)[rows],
        vectors[rows],
        [keys[row] for row in rows],
        np.unique([groups[row] for row in rows], return_inverse=True)[1].astype(np.int64),
    )


def fit(parts: Sequence[tuple[Floats, Bools]]) -> Curve:
    """The logistic curve of greatest likelihood; each part counts the same, whatever its size."""
    products, shown = (np.concatenate(column) for column in zip(*parts, strict=True))
    weights = np.concatenate([np.full(len(it), len(products) / len(it)) for it, _ in parts])
    scale = float(products.std()) or 1.0
    found = LogisticRegression(C=1e3).fit(products[:, None] / scale, shown, weights)
    return Curve(float(found.coef_[0, 0]) / scale, float(found.intercept_[0]))


def judged(
    name: tuple[str, str, str], shown: Bools, stated: Floats, groups: NDArray[np.int64]
) -> Told:
    """Compare stated probabilities with always stating the base rate."""
    base = shown.mean()
    squared, of_base = (stated - shown) ** 2, (base - shown) ** 2
    gain = mean_interval(of_base - squared, groups)
    auroc = float(roc_auc_score(shown, stated))
    counts = int(shown.sum()), len(shown)
    return Told(*name, *counts, auroc, float(squared.mean()), float(of_base.mean()), gain)


def measure(
    encoder: Encoder, fitting: Labelled, opened: Labelled, asked: Sequence[Labelled]
) -> Iterator[tuple[Curve, list[Told]]]:
    """The curve of each finding, and how well it tells it in each source that labels it."""
    for region in REGIONS:
        for key, towards in directions(region, encoder.text_embeddings).items():
            parts = [
                part for it in (fitting, opened) if (part := _products(it, region, key, towards))
            ]
            curve, rows = fit(parts), []
            for it in asked:
                part = _products(it, region, key, towards)
                if part is None or not 1 < part[1].sum() < len(part[1]):
                    continue
                groups = it.groups[it.region == region]
                stated = _by_folds(parts[0], part, groups) if it is opened else curve.at(part[0])
                rows.append(judged((region, key, it.source), part[1], stated, groups))
            yield curve, rows


def _products(
    it: Labelled, region: str, key: str, towards: NDArray[np.float32]
) -> tuple[Floats, Bools] | None:
    """[M] products with a finding's direction, and whether it is shown; None if not labelled."""
    shown = it.shows(region, key)
    if shown is None:
        return None
    return (it.vectors[it.region == region] @ towards).astype(np.float64), shown


def _by_folds(
    always: tuple[Floats, Bools], part: tuple[Floats, Bools], groups: NDArray[np.int64]
) -> Floats:
    """[M] what a curve states that was fitted on ``always`` and the other folds of ``part``."""
    products, shown = part
    stated = np.zeros(len(products))
    for learn, judge in GroupKFold(_FOLDS).split(products, shown, groups):
        stated[judge] = fit([always, (products[learn], shown[learn])]).at(products[judge])
    return stated


def is_told(rows: Sequence[Told]) -> bool:
    """Whether a finding is told better than its base rate everywhere, real frames among it."""
    return any(row.source != _DRAWN for row in rows) and all(row.better for row in rows)


def table(measured: Sequence[tuple[Curve, list[Told]]]) -> Table:
    """One row a finding and source."""
    shown = Table(title="findings within the region found", title_justify="left")
    for column in ("finding", "source", "positives / n", "AUROC", "Brier", "base rate", "gain"):
        shown.add_column(column)
    shown.add_column("told")
    for _, rows in measured:
        for row in rows:
            gain = "–" if row.gain is None else "{:+.3f} to {:+.3f}".format(*row.gain)
            shown.add_row(
                f"{row.region}/{row.key}", row.source, f"{row.positives} / {row.n}",
                f"{row.auroc:.3f}", f"{row.brier:.3f}", f"{row.base_brier:.3f}", gain,
                "yes" if is_told(rows) else "",
            )  # fmt: skip
    return shown


def write_curves(embedder_id: str, measured: Sequence[tuple[Curve, list[Told]]]) -> None:
    """Keep the curves of the findings that are told, in place of those of other weights."""
    curves: dict[str, dict[str, dict[str, float]]] = {}
    for curve, rows in measured:
        if is_told(rows):
            rounded = {name: round(value, 4) for name, value in curve._asdict().items()}
            curves.setdefault(rows[0].region, {})[rows[0].key] = rounded
    file = Path(findings.__file__).with_name(findings.CURVES_FILE)
    file.write_text(json.dumps({embedder_id: curves}, indent=1) + "\n", "utf-8")


def main(
    real: Annotated[Path, typer.Argument(help="Folder with the source nose-a.")],
    opened: Annotated[Path, typer.Argument(metavar="OPEN", help="Folder with ear-open.")],
    drawn: Annotated[int, typer.Option(min=70, help="Drawn frames to measure on.")] = 700,
    seed: Annotated[int, typer.Option(help="Of those drawn frames.")] = 515,
    weights: Annotated[str, typer.Option()] = Settings().weights,
    *,
    write: Annotated[bool, typer.Option("--write", help="Keep the curves.")] = False,
) -> None:
    """Print the table."""
    encoder = open_encoder(weights, Settings().device)
    fitting = drawn_frames(encoder, _FIT_FRAMES, _FIT_SEED)
    ears = real_frames(encoder, opened, FITTED_ON)
    asked = [drawn_frames(encoder, drawn, seed), ears, real_frames(encoder, real, "nose-a")]
    measured = list(measure(encoder, fitting, ears, asked))
    Console(width=110).print(table(measured))
    if write:
        write_curves(encoder.bundle.info.embedder_id, measured)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
