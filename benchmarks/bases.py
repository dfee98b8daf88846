"""Which models of open_clip can be the base, and why each other one cannot.

``python -m benchmarks.bases [--json]`` needs no network: it reads configurations, and lists with
each base how many published weights fit its activation.
"""

from __future__ import annotations

import json as jsonlib
from collections import defaultdict
from typing import Annotated

import open_clip
import typer
from rich.console import Console
from rich.table import Table

from entdemo.boundary import guarded
from entdemo.errors import BundleError
from entdemo.model.base import base_shape, is_hybrid
from entdemo.model.published import expected_of, pretrained_tags


def refused() -> dict[str, list[str]]:
    """Names of the models that cannot be used, by the reason."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in open_clip.list_models():
        try:
            base_shape(name)
        except BundleError as error:
            found[str(error.values["reason"])].append(name)
    return dict(found)


def usable() -> dict[str, list[str]]:
    """For each model that can be used, the tags of the published weights that fit it."""
    others = {name for names in refused().values() for name in names}
    return {
        name: [
            tag
            for tag in pretrained_tags(name)
            if expected_of(name, tag).quick_gelu == base_shape(name).quick_gelu
        ]
        for name in open_clip.list_models()
        if name not in others
    }


def main(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the models that can be a base, and those that cannot."""
    if json:
        print(jsonlib.dumps({"usable": usable(), "refused": refused()}, indent=1))
        return
    bases = Table(title="Bases that can be used", title_justify="left")
    bases.add_column("base")
    bases.add_column("published weights that fit")
    for name, tags in usable().items():
        bases.add_row(name, "trained here" if is_hybrid(name) else ", ".join(tags) or "none")
    others = Table(title="Models that are refused", title_justify="left")
    for column in ("reason", "models", "names"):
        others.add_column(column)
    for reason, names in refused().items():
        others.add_row(reason, str(len(names)), ", ".join(names))
    Console().print(bases, others)


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
