"""The command line: commands, and how errors are told."""

from __future__ import annotations

import logging
import os
import sys

import typer

from entdemo.boundary import guarded
from entdemo.cli import (
    ablate,
    adapt,
    bench,
    clip,
    datasets,
    evaluate,
    gallery,
    handout,
    phantom,
    predict,
    serve,
    submit,
    train,
    weights,
)
from entdemo.surroundings import make_usable

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Class and similar teaching cases for ear, nose and throat endoscopy. "
    "For teaching, not for diagnosis.",
)
app.command()(predict.predict)
app.command()(predict.search)
app.command()(clip.clip)
app.command()(handout.handout)
app.command()(serve.serve)
app.command()(evaluate.evaluate)
app.command()(evaluate.robustness)
app.command()(evaluate.texts)
app.command()(submit.submit)
app.command()(train.train)
app.command()(adapt.adapt)
app.command()(datasets.datasets)
app.command()(ablate.ablate)
app.command()(phantom.phantom)
app.command()(bench.bench)
app.add_typer(gallery.app, name="gallery")
app.add_typer(weights.app, name="weights")


def main() -> None:
    """Run a command; what stops it is one line on stderr, see ``boundary``."""
    logging.disable(logging.WARNING)
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    make_usable()
    sys.exit(guarded(app))
