"""``submit``: answers to a track of the ENTRep challenge, and whether a file of them is valid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entdemo.cli.bundle import open_encoder
from entdemo.cli.output import (
    Device,
    Json,
    Weights,
    out,
    print_json,
    progress_bar,
)
from entdemo.errors import DataError


def submit(
    folder: Annotated[Path, typer.Argument(help="The ENTRep folder, with its lists in test/.")],
    track: Annotated[
        int,
        typer.Option(min=1, max=3, help="1 classes, 2 frame to frame, 3 phrase to frame."),
    ],
    *,
    to: Annotated[Path | None, typer.Option("--out", help="Zip file to write.")] = None,
    validate: Annotated[
        Path | None, typer.Option(help="Check this zip file in place of writing one.")
    ] = None,
    weights: Weights,
    device: Device,
    json: Json = False,
) -> None:
    """Answer a track's test list into a zip file, or check one; exit code 1 if it is wrong."""
    if (to is None) == (validate is None):
        raise DataError("submit.out_or_validate")
    if not folder.is_dir():
        raise DataError("folder.missing", path=folder)
    if to is not None:
        from entdemo.evaluation.submission import answer_track, write_submission

        with progress_bar("frames") as progress:
            answers = answer_track(open_encoder(weights, device), folder, track, progress)
        write_submission(answers, track, to)
        _tell(len(answers), track, to, json)
    if validate is not None:
        _validate(folder, track, validate, json)


def _tell(count: int, track: int, to: Path, json: bool) -> None:
    if json:
        print_json({"file": str(to), "track": track, "answers": count})
    else:
        out.print(f"{count} answers of track {track} in {to}.")


def _validate(folder: Path, track: int, file: Path, json: bool) -> None:
    from entdemo.evaluation.submission_check import validate_submission

    problems = [str(problem) for problem in validate_submission(file, folder, track)]
    if json:
        print_json({"ok": not problems, "problems": problems})
    else:
        typer.echo("\n".join(problems) or f"A valid submission of track {track}.")
    raise typer.Exit(1 if problems else 0)
