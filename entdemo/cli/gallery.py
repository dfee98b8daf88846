"""``gallery build|add|remove|export|import|verify|map``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from entdemo.cli.bundle import open_bundle
from entdemo.cli.output import (
    Device,
    Json,
    Precision,
    Weights,
    err,
    out,
    print_json,
    progress_bar,
    shown,
    tell_taken,
)
from entdemo.errors import BadPictureError, DataError, GalleryLockedError

if TYPE_CHECKING:
    from entdemo.gallery.folder import FolderCases
    from entdemo.gallery.store import Gallery

Made = TypeVar("Made")

app = typer.Typer(no_args_is_help=True, help="Build and keep galleries of teaching cases.")

Folder = Annotated[Path, typer.Argument(help="Folder of the gallery.")]
_FROM = typer.Option("--from", help="Frames: a sub-folder a class, and captions.csv.")
Source = Annotated[Path, _FROM]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Go on without pictures that cannot be read.")
]


@app.command()
def build(
    gallery: Folder,
    *,
    source: Annotated[Path | None, _FROM] = None,
    dataset: Annotated[
        str | None, typer.Option(help="What --from is a copy of, see the command datasets.")
    ] = None,
    weights: Weights,
    device: Device,
    precision: Precision,
    skip_bad: SkipBad = False,
    json: Json = False,
) -> None:
    """Make a gallery from a folder of frames, in place of the one that is there.

    Without --from the gallery keeps its own frames, and the weights compute their vectors again.
    Several processes share the work: torchrun --nproc-per-node 8 -m entdemo gallery build ...
    """
    from entdemo.data.public.catalogue import read_public
    from entdemo.gallery.build import build_gallery, embed_again
    from entdemo.gallery.folder import read_folder
    from entdemo.gallery.shards import together

    if dataset is not None and source is None:
        raise DataError("dataset.no_folder", name=dataset)
    if source is None:
        _told(_write(partial(embed_again, gallery), weights, device, precision), json)
        return
    found = read_public(dataset, source) if dataset else read_folder(source)
    change = partial(together, build_gallery, gallery, found.cases, skip_bad=skip_bad)
    _take_in(change, found, weights, device, precision, json)


@app.command()
def add(
    gallery: Folder,
    source: Source,
    weights: Weights,
    device: Device,
    precision: Precision,
    skip_bad: SkipBad = False,
    json: Json = False,
) -> None:
    """Add the frames of a folder to a gallery."""
    from entdemo.gallery.build import add_cases
    from entdemo.gallery.folder import read_folder
    from entdemo.gallery.shards import together

    found = read_folder(source)
    change = partial(together, add_cases, gallery, found.cases, skip_bad=skip_bad)
    _take_in(change, found, weights, device, precision, json)


@app.command()
def remove(
    gallery: Folder,
    case_ids: Annotated[list[str], typer.Argument(help="Ids of cases to remove.")],
    json: Json = False,
) -> None:
    """Remove cases from a gallery."""
    from entdemo.gallery.build import remove_cases

    _told(_when_free(partial(remove_cases, gallery, case_ids)), json)


@app.command()
def export(
    gallery: Folder,
    target: Annotated[Path, typer.Argument(help="New folder, or new file ending in .zip.")],
    json: Json = False,
) -> None:
    """Write cases and frames for another installation, which makes its own vectors of them."""
    from entdemo.gallery.exchange import export_gallery

    cases = export_gallery(gallery, target)
    if json:
        print_json({"cases": cases, "file": str(target)})
    else:
        out.print(f"{cases} cases in {target}.")


@app.command("import")
def import_(
    gallery: Folder,
    source: Annotated[Path, typer.Option("--from", help="Folder or zip that export wrote.")],
    weights: Weights,
    device: Device,
    precision: Precision,
    json: Json = False,
) -> None:
    """Make a gallery of an exported one, in place of the one that is there."""
    from entdemo.gallery.exchange import import_gallery

    _told(_write(partial(import_gallery, gallery, source), weights, device, precision), json)


@app.command()
def verify(gallery: Folder, json: Json = False) -> None:
    """Check every file of a gallery; exit code 1 if anything is wrong."""
    from entdemo.gallery.verify import verify_gallery

    problems = [str(problem) for problem in verify_gallery(gallery)]
    if json:
        print_json({"ok": not problems, "problems": problems})
    else:
        out.print("\n".join(problems) or "The gallery is whole.")
    raise typer.Exit(1 if problems else 0)


@app.command("map")
def make_map(gallery: Folder, json: Json = False) -> None:
    """Make the map that the app shows, so that its first visitor need not wait for it."""
    from entdemo.gallery.projection import gallery_map
    from entdemo.gallery.store import Gallery

    shown = len(gallery_map(Gallery.open(gallery)).rows)
    if json:
        print_json({"cases": shown})
    else:
        out.print(f"{shown} cases on the map in {gallery}.")


def _take_in(
    change: Callable[..., Gallery | None],
    found: FolderCases,
    weights: str,
    device: str,
    precision: str,
    json: bool,
) -> None:
    """Make a change with a folder's cases, and tell what was taken of the folder."""
    try:
        made = _write(change, weights, device, precision)
    except BadPictureError:
        err.print("Mend or remove them, or go on without them: --skip-bad")
        raise
    if made is not None:  # the first of several processes tells
        _told(made, json)
        tell_taken(len(found.cases) - len(made.left_out), [*found.left_out, *made.left_out])


def _write(change: Callable[..., Made], weights: str, device: str, precision: str) -> Made:
    from entdemo.inference.device import pick_device
    from entdemo.predictor import frame_embedder

    embedder = frame_embedder(open_bundle(weights), pick_device(device), precision)
    with progress_bar("frames") as progress:
        return _when_free(partial(change, embedder, progress=progress))


def _when_free(change: Callable[[], Made]) -> Made:
    """Make a change as soon as no other process is at one."""
    while True:
        try:
            return change()
        except GalleryLockedError:
            err.print("Another process is changing this gallery; waiting for it. Ctrl-C gives up.")


def _told(gallery: Gallery, json: bool) -> None:
    for note in gallery.notes:
        err.print(shown(note), highlight=False, soft_wrap=True)
    if json:
        print_json({"cases": len(gallery.cases), "dim": int(gallery.vectors.shape[1])})
    else:
        out.print(f"{len(gallery.cases)} cases in {gallery.folder}.")
