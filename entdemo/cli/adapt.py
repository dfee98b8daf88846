"""``adapt``: weights and a user's labelled frames -> new weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entdemo.cli.bundle import open_bundle
from entdemo.cli.output import Json, Weights, err, out, print_json, rows


def adapt(
    frames: Annotated[Path, typer.Argument(help="A sub-folder a label, ENTRep, or a gallery.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the new weights.")],
    weights: Weights,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Write them even if they are not surely better.")
    ] = False,
    json: Json = False,
) -> None:
    """Learn from your own labelled frames, in seconds, and write new weights.

    They are written only if cross-validation over whole examinations shows that they are better.
    """
    from entdemo.adaptation.adapt import adapt as learn

    adapted = learn(open_bundle(weights), frames, to, anyway)
    judged, found = adapted.judged, adapted.frames
    if found.skipped:
        err.print(f"Pictures skipped, as they cannot be read: {found.skipped}")
    if found.unlabelled:
        err.print(f"Frames left out, as nothing is stated of them: {found.unlabelled}")
    if json:
        print_json({"output": str(to), "n": len(found), **adapted.info.metrics["adaptation"]})
        return
    lines = [
        [label, str(n), f"{before:.3f}", f"{after:.3f}"]
        for label, (n, before, after) in judged.by_label(found.labels).items()
    ]
    whole = [f"{judged.before.mean():.3f}", f"{judged.after.mean():.3f}"]
    title = "Right, each frame judged by weights that had not seen it"
    out.print(
        rows(title, ["label", "n", "before", "after"], [*lines, ["all", str(len(found)), *whole]])
    )
    low, high = judged.change
    out.print(f"Change {low:+.3f} to {high:+.3f} (95 %). Wrote {to}.")
