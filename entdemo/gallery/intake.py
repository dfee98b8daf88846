"""A picture and what is said of it -> a stored frame and a case.

No names, no metadata, no burned-in text are kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.errors import BadPictureError, FrameError, UserError
from entdemo.gallery.cases import Case
from entdemo.gallery.journal import Entry, Journal
from entdemo.gallery.manifest import FRAMES
from entdemo.gallery.teaching import NOTHING, Teaching
from entdemo.image.frame import Frame, load_frame
from entdemo.image.pixels import MIN_SIDE
from entdemo.storage.atomic import write_atomically
from entdemo.storage.files import read_regular, sha256
from entdemo.storage.skipped import Skipped
from entdemo.storage.table import tidy
from entdemo.taxonomy import LABELS

STORED_SIDE = 480
_QUALITY = 88
_GROUP = re.compile(r"g-(\d+)")


@dataclass(frozen=True)
class NewCase:
    """A case to take up; ``picture`` is a frame, a picture file's bytes or its path.

    ``class_name`` is one of ``taxonomy.LABELS``. ``group`` names the examination; only a running
    number of it is kept.
    """

    picture: Frame | bytes | str | Path
    class_name: str
    finding: str = ""
    caption_en: str = ""
    caption_vi: str = ""
    source: str = ""
    licence: str = ""
    group: str = ""
    teaching: Teaching = NOTHING

    @property
    def name(self) -> str:
        """What to call it in a message; never stored."""
        if isinstance(self.picture, str | Path):
            return Path(self.picture).name
        return self.caption_en or self.class_name


class Groups:
    """Running numbers in place of examination numbers, which may identify a patient."""

    def __init__(self, cases: Sequence[Case]) -> None:
        numbers = [_GROUP.fullmatch(case.group) for case in cases]
        self._last = max((int(match[1]) for match in numbers if match), default=0)
        self._names: dict[str, str] = {}

    def name(self, label: str) -> str:
        """``g-N``, the same for the same label; empty for an empty label."""
        if not label:
            return ""
        if label not in self._names:
            self._last += 1
            self._names[label] = f"g-{self._last}"
        return self._names[label]


def read_pictures(items: Iterable[NewCase]) -> Iterator[Frame]:
    """The cases' frames.

    Raises:
        BadPictureError: at the end, naming all that cannot be read.
    """
    bad = []
    for item in items:
        try:
            yield load_frame(item.picture)
        except FrameError as error:
            bad.append(Skipped(item.name, error))
    if bad:
        raise bad_pictures(bad)


def bad_pictures(bad: Sequence[Skipped]) -> BadPictureError:
    """One error that names all pictures that cannot be read."""
    each = [BadPictureError("gallery.bad_picture", name=it.name, reason=it.reason) for it in bad]
    if len(each) == 1:
        return each[0]
    return BadPictureError("gallery.bad_pictures", count=len(each), each=each)


@dataclass(frozen=True)
class Taken:
    """A picture whose frame lies in the gallery's folder.

    Attributes:
        item: what was said of it.
        entry: where it lies.
        frame: as it is read from there; None where ``vector`` is known.
        vector: [D] float32 that an earlier ingest computed, or None.
        notice: what the person who sent it should know.
    """

    item: NewCase
    entry: Entry
    frame: Frame | None
    vector: NDArray[np.float32] | None = None
    notice: UserError | None = None


def take_in(item: NewCase, folder: Path, journal: Journal) -> Taken:
    """Store a picture's frame; safe to call from several threads.

    The id is made of the frame's pixels, so that the same frame is recognised; the file name also
    of the stored bytes, so that no file is ever overwritten by another encoding of its frame.

    Raises:
        FrameError: if the picture cannot be read.
        StorageError: if its frame cannot be written.
        ValueError: if the class is none of ``taxonomy.LABELS``.
    """
    if item.class_name not in LABELS:
        raise ValueError(f"{item.class_name!r} is not one of the classes")
    source = _source_hash(item)
    known = journal.find(source)
    if known and _lies_there(folder, known[0]):
        return Taken(item, known[0], None, known[1])
    frame = load_frame(item.picture)
    jpeg = stored_jpeg(frame)
    case_id, digest = f"c-{frame.digest[:12]}", sha256(jpeg)
    file = f"{FRAMES}/{case_id}-{digest[:8]}.jpg"
    entry = Entry(source, case_id, file, len(jpeg), digest)
    if not _holds(folder / file, jpeg):
        write_atomically(folder / file, jpeg)
    return Taken(item, entry, load_frame(jpeg), notice=frame.warning)


def make_case(taken: Taken, groups: Groups) -> Case:
    """The row of ``cases.csv``."""
    item = taken.item
    return Case(
        case_id=taken.entry.case_id,
        file=taken.entry.file,
        class_name=item.class_name,
        finding=tidy(item.finding),
        caption_en=tidy(item.caption_en),
        caption_vi=tidy(item.caption_vi),
        source=tidy(item.source),
        licence=tidy(item.licence),
        group=groups.name(tidy(item.group)),
        teaching=Teaching(*map(tidy, item.teaching)),
    )


def _source_hash(item: NewCase) -> str:
    """Of the picture's bytes or pixels; empty where they cannot be read, which is told later."""
    if isinstance(item.picture, Frame):
        return f"frame-{item.picture.digest}"
    if isinstance(item.picture, bytes):
        return sha256(item.picture)
    path = Path(item.picture)
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _holds(file: Path, data: bytes) -> bool:
    try:
        return read_regular(file) == data
    except OSError:
        return False


def _lies_there(folder: Path, entry: Entry) -> bool:
    try:
        return (folder / entry.file).stat().st_size == entry.size
    except OSError:
        return False


def stored_jpeg(frame: Frame) -> bytes:
    """The frame's content as it is stored; ``load_frame`` reads it again whatever its shape.

    What surrounds the endoscope's picture is left out: patients' names are often burned in there.
    """
    image = Image.fromarray(frame.content())
    if max(image.size) > STORED_SIDE:
        image.thumbnail((STORED_SIDE, STORED_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    width, height = (max(MIN_SIDE, side) for side in image.size)
    file = BytesIO()
    image.crop((0, 0, width, height)).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
