"""Many frames at once: the pictures of a folder or a ZIP, answered one by one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from entdemo.errors import DataError, FrameError, UserError
from entdemo.gallery.tree import has_picture_name, is_passed, picture_tree
from entdemo.image.decode import MAX_BYTES, check_bytes
from entdemo.image.frame import Frame, FrameSource, load_frame
from entdemo.inference.prediction import Prediction, prediction_json
from entdemo.storage.skipped import Skipped
from entdemo.storage.table import csv_bytes

MOST_PICTURES = 5_000

_START = 4096
"""Bytes by which a file's kind is told."""

COLUMNS = (
    "file", "verdict", "reasons", "stated_region", "stated_class", "class", "region", "probability",
    "doubt", "nearest_case", "nearest_class", "similarity", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A picture that is read when its turn comes; ``name`` is its path below what holds it."""

    name: str
    read: Callable[[], FrameSource]


@dataclass(frozen=True)
class Holding:
    """The pictures of a folder or a ZIP, and what else it holds."""

    pictures: Sequence[Picture]
    left_out: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True)
class Answered:
    """What came of a picture.

    Attributes:
        name: of the picture.
        prediction: the answer; None where the picture is no frame that can be used.
        note: why not, or what is to be known of the frame.
    """

    name: str
    prediction: Prediction | None
    note: UserError | None

    @property
    def doubt(self) -> float:
        """1 less the greatest probability; 1 where there is no answer to rely on."""
        if self.prediction is None or not self.prediction.in_distribution:
            return 1.0
        return 1 - max(self.prediction.probabilities.values())


def holds_many(path: Path) -> bool:
    """Whether a path is a folder or a ZIP, told by content."""
    if not path.is_file():
        return path.is_dir()
    try:
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return False  # told when it is read as a picture


@contextmanager
def opened(path: Path, page: int | None = None) -> Iterator[Holding]:
    """The pictures below a folder or in a ZIP by name; anything else is one picture.

    Nothing of a ZIP is written to the disk, and one picture of it is in memory at a time.

    Args:
        path: a folder, a ZIP or a picture.
        page: which picture of one file that holds several, see ``load_frame``.

    Raises:
        UserError: there is no picture or too many, the ZIP is damaged, or a page is named of a
            folder or a ZIP.
    """
    if page is not None and holds_many(path):
        raise DataError("batch.page", name=path.name)
    if path.is_dir():
        tree = picture_tree(path)
        found = [Picture(name, partial(_itself, file)) for name, file in tree.pictures.items()]
        yield _checked(path, Holding(found, tree.left_out))
    elif holds_many(path):
        with _archive(path) as archive:
            yield _checked(path, _held(archive))
    else:
        yield Holding([Picture(path.name, partial(load_frame, path, page))])


def _checked(path: Path, held: Holding) -> Holding:
    count = len(held.pictures)
    if not count:
        raise DataError("batch.no_pictures", name=path.name)
    if count > MOST_PICTURES:
        raise DataError("batch.too_many", name=path.name, count=count, most=MOST_PICTURES)
    return held


def _itself(file: Path) -> FrameSource:
    return file


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError("batch.zip_damaged", name=path.name) from error


def _held(archive: zipfile.ZipFile) -> Holding:
    pictures, left_out = [], []
    for entry in archive.infolist():
        name = entry.filename.replace("\\", "/")  # as some programs on Windows pack
        parts = PurePosixPath(name).parts
        if entry.is_dir() or any(is_passed(part) for part in parts):
            continue
        reason = None if has_picture_name(parts[-1]) else _why_no_picture(archive, entry)
        if reason is None:
            pictures.append(Picture(name, partial(_unpacked, archive, entry)))
        else:
            left_out.append(Skipped(name, reason))
    return Holding(sorted(pictures, key=lambda it: it.name), left_out)


def _why_no_picture(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> UserError | None:
    try:
        check_bytes(_unpacked(archive, entry, _START), entry.file_size)
    except UserError as error:
        return error
    return None


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int | None = None) -> bytes:
    """An entry's bytes, at most so many or as a picture may have, whatever its header says."""
    if entry.flag_bits & 1:
        raise FrameError("batch.encrypted")
    try:
        with archive.open(entry) as file:
            data = file.read(MAX_BYTES + 1 if most is None else most)
    except Exception as error:  # each compression raises errors of its own on damage
        raise FrameError("frame.truncated") from error
    return data


def answers(pictures: Sequence[Picture], ask: Callable[[Frame], Prediction]) -> Iterator[Answered]:
    """Each picture's answer as soon as it is there; one that cannot be read stops nothing."""
    for picture in pictures:
        try:
            frame = load_frame(picture.read())
        except UserError as error:
            yield Answered(picture.name, None, error)
        else:
            yield Answered(picture.name, ask(frame), frame.notice)


def batch_json(answered: Sequence[Answered], left_out: Sequence[Skipped] = ()) -> dict[str, Any]:
    """All answers for programs, in the order given, and the files that are no pictures."""
    return {
        "frames": [_row_json(it) for it in answered],
        "answered": sum(it.prediction is not None for it in answered),
        "unreadable": sum(it.prediction is None for it in answered),
        "left_out": [{"file": it.name, "reason": str(it.reason)} for it in left_out],
    }


def _row_json(it: Answered) -> dict[str, Any]:
    note = None if it.note is None else str(it.note)
    if it.prediction is None:
        return {"file": it.name, "error": note}
    told = {"doubt": round(it.doubt, 4), "notice": note}
    return {"file": it.name, **told, **prediction_json(it.prediction)}


def batch_csv(answered: Sequence[Answered]) -> bytes:
    """All answers for a spreadsheet, a row a picture."""
    return csv_bytes(COLUMNS, [cells(it) for it in answered])


def cells(it: Answered) -> list[str]:
    """A picture's row for a spreadsheet, in the order of ``COLUMNS``."""
    note = "" if it.note is None else str(it.note)
    if it.prediction is None:
        return [it.name, "unreadable", *[""] * (len(COLUMNS) - 3), note]
    found, judged = it.prediction, it.prediction.judgement
    told = [it.name, judged.grade, " ".join(judged.reasons)]
    if judged.grade == "refused":  # it has a best class as well, which would be read as its answer
        return [*told, *[""] * 5, f"{it.doubt:.4f}", *[""] * 3, note]
    case = [
        cell
        for near in found.neighbours[:1]
        for cell in (near.case_id, near.class_name, f"{near.similarity:.4f}")
    ]
    probability = f"{max(found.probabilities.values()):.4f}"
    told += [judged.region or "", judged.class_name or ""]
    told += [found.class_name, found.region, probability, f"{it.doubt:.4f}"]
    return [*told, *(case or [""] * 3), note]
