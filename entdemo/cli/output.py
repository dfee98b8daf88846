"""What commands print: JSON for machines on stdout, tables and progress for people."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from entdemo.gallery.store import Progress as Report
from entdemo.settings import Settings, read_settings
from entdemo.storage.skipped import Skipped, skipped_lines

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def from_settings(name: str, otherwise: str) -> dict[str, Any]:
    """Arguments of an option that the environment gives where the command line does not."""
    return {
        "default_factory": lambda: getattr(read_settings(Settings), name),
        "show_default": f"ENTDEMO_{name.upper()}, else {otherwise}",
    }


WEIGHTS = from_settings("weights", "own or shipped weights")

Weights = Annotated[str, typer.Option(help="Folder, or Hub repo owner/name@revision.", **WEIGHTS)]
Gallery = Annotated[
    str,
    typer.Option(
        help="Folder of the gallery.", **from_settings("gallery", "own or shipped gallery")
    ),
]
Device = Annotated[
    str, typer.Option(help="auto, cpu, mps, cuda or cuda:N.", **from_settings("device", "auto"))
]
Precision = Annotated[
    str,
    typer.Option(
        help="auto, fp32, bf16, fp16 on a GPU, or int8 on a CPU.",
        **from_settings("precision", "auto"),
    ),
]
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

Count = Annotated[int, typer.Option("--k", min=1, max=1000, help="How many cases.")]

out = Console(markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)


def print_json(data: dict[str, Any]) -> None:
    """One JSON object on stdout; letters that its encoding lacks as JSON escapes them."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(data, indent=2)
    typer.echo(text)


def shown(text: str) -> str:
    """Text of other people for a terminal: without control characters, which would steer it."""
    return "".join(letter for letter in text if letter == "\n" or not is_control(letter))


def is_control(letter: str) -> bool:
    """Whether a character is a control, a lone surrogate or one that turns the reading order."""
    return unicodedata.category(letter) in ("Cc", "Cs") or letter in _TURNS


def rows(title: str, columns: list[str], lines: list[list[str]]) -> Table:
    """A table with a title; cells are shown as they are written, without control characters."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for line in lines:
        table.add_row(*(Text(shown(cell)) for cell in line))
    return table


def tell_taken(count: int, skipped: Sequence[Skipped]) -> None:
    """How many pictures of a folder were taken, and what was left out and why, on stderr."""
    err.print(f"Taken: {count}. Left out: {len(skipped)}.", highlight=False)
    for line in skipped_lines(skipped):
        err.print(shown(line), highlight=False, soft_wrap=True)


def bar_columns() -> tuple[ProgressColumn, ...]:
    """What every bar shows: title, bar, done of total, time left."""
    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )


@contextmanager
def progress_bar(title: str) -> Iterator[Report]:
    """A bar on stderr; yields a function of (done, total or None)."""
    with Progress(*bar_columns(), console=err, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class EmbeddingBar(Progress):
    """A bar on stderr while a gallery is embedded, and once in a line how long that takes.

    Nothing is shown where no frame is embedded.
    """

    def __init__(self) -> None:
        super().__init__(*bar_columns(), console=err, transient=True, disable=not err.is_terminal)
        self._task = self.add_task("embedding the gallery", total=None, visible=False)
        self._known: int | None = None
        self._start = 0.0
        self._said = False

    def report(self, done: int, total: int | None) -> None:
        """Called with how many frames have their vectors, before the first and after each batch."""
        if self._known is None:
            self._known, self._start = done, time.monotonic()
        elif total is not None and not self._said:
            self._said = True
            took = time.monotonic() - self._start
            left = took / (done - self._known) * (total - done)
            self.console.print(
                f"Other weights made the gallery's vectors: embedding {total - self._known} frames "
                f"once with these, about {took + left:.0f} s; they are kept for the next time.",
                style="yellow",
                highlight=False,
            )
        self.update(self._task, completed=done, total=total, visible=True)


def open_predictor(weights: str, gallery: str, device: str, precision: str) -> Predictor:
    """The predictor that the options name, with a bar where a gallery is embedded for it.

    Raises:
        UserError: whatever is missing or broken, named.
    """
    from entdemo.predictor import Predictor

    with EmbeddingBar() as bar:
        predictor = Predictor.open(weights, gallery, device, precision, bar.report)
    if predictor.notice is not None:
        err.print(str(predictor.notice), style="yellow")
    return predictor
