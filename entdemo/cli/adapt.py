"""``adapt``: weights and a user's labelled frames -> new weights."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entdemo.cli.bundle import open_bundle
from entdemo.cli.output import Json, Weights, err, out, print_json, rows, tell_taken
from entdemo.cli.parts import needs_extra

if TYPE_CHECKING:
    from entdemo.adaptation.frames import Taken
    from entdemo.adaptation.judge import Judged
    from entdemo.adaptation.learn import Depth

_DEPTHS: dict[bool | None, Depth] = {True: "fast", False: "full", None: "best"}
_SHOWN = 10
"""Doubtful labels that are named."""


def adapt(
    frames: Annotated[Path, typer.Argument(help="A sub-folder a label, ENTRep, or a gallery.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the new weights.")],
    weights: Weights,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Write them even if they are not surely better.")
    ] = False,
    fast: Annotated[
        bool | None,
        typer.Option(
            "--fast/--full",
            help="The head alone, in seconds, or the upper blocks too, in minutes; without either "
            "whichever cross-validation says, fast when in doubt.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Learn from your own labelled frames and write new weights.

    They are written only if cross-validation over whole examinations shows that they are better.
    """
    from entdemo.adaptation.adapt import adapt as learn

    depth: Depth = _DEPTHS[fast]
    taken: list[Taken] = []
    try:
        with nullcontext() if depth == "fast" else needs_extra("train"):
            adapted = learn(open_bundle(weights), frames, to, anyway, taken.append, depth)
        if json:
            counted = {"output": str(to), "n": len(adapted.frames)}
            print_json({**counted, **adapted.info.metrics["adaptation"]})
        else:
            _tell(adapted.learned.own, adapted.learned.drawn, to)
            shares = ", ".join(f"{it} {rate:.3f}" for it, rate in adapted.learned.depths.items())
            out.print(f"Learned {adapted.learned.depth}; right by cross-validation: {shares}.")
    finally:
        for it in taken:
            _tell_taken(it)


def _tell_taken(taken: Taken) -> None:
    tell_taken(taken.count, taken.skipped)
    if taken.unlabelled:
        err.print(f"Frames left out, as nothing is stated of them: {taken.unlabelled}")


def _tell(own: Judged, drawn: Judged, to: Path) -> None:
    lines = {**own.by_label(), "all": own, "drawn frames, by the new weights": drawn}
    title = "Right, each own frame judged by weights that had not seen it"
    columns = ["label", "n", "before", "after", "change (95 %)"]
    out.print(rows(title, columns, [_cells(*line) for line in lines.items()]))
    for it in own.doubtful[:_SHOWN]:
        said = f"labelled {it.label}, looks like {it.looks_like}"
        out.print(f"Please check {it.name}: {said}.", markup=False)
    if own.ece:
        out.print("Calibration error of the region {:.3f} before, {:.3f} after.".format(*own.ece))
    out.print(f"Wrote {to}.")


def _cells(name: str, judged: Judged) -> list[str]:
    (before, after), (low, high) = judged.rates, judged.change
    return [
        name, str(len(judged.before)), f"{before:.3f}", f"{after:.3f}", f"{low:+.3f} to {high:+.3f}"
    ]  # fmt: skip
