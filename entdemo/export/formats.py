"""The kinds of file that a handout can be written as."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from entdemo.errors import DataError, StorageError
from entdemo.export.archive import handout_csv, handout_zip
from entdemo.export.handout import Handout

Format = Literal["pdf", "pptx", "apkg", "csv", "zip"]
FORMATS: tuple[Format, ...] = get_args(Format)

MEDIA_TYPES: dict[Format, str] = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "apkg": "application/octet-stream",
    "csv": "text/csv",
    "zip": "application/zip",
}


def format_of(path: Path) -> Format:
    """The kind that a file's ending asks for.

    Raises:
        UserError: it is none of them.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise DataError("export.format", name=path.name, known=", ".join(FORMATS))
    return ending


def new_target(path: Path) -> Format:
    """The kind that a file's ending asks for, where no such file is there yet.

    Raises:
        UserError: it is none of them, or there is.
    """
    kind = format_of(path)
    if path.exists():
        raise StorageError("storage.in_use", path=path)
    return kind


def written(handout: Handout, kind: Format) -> bytes:
    """The bytes of the file.

    Raises:
        UserError: this kind cannot hold such a handout.
    """
    # Libraries are imported where they are needed: no visitor's first page should wait for them.
    if kind == "pdf":
        from entdemo.export.pdf import handout_pdf

        return handout_pdf(handout)
    if kind == "pptx":
        from entdemo.export.slides import handout_slides

        return handout_slides(handout)
    if kind == "apkg":
        from entdemo.export.deck import handout_deck

        return handout_deck(handout)
    return handout_zip(handout) if kind == "zip" else handout_csv(handout)
