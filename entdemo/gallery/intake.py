"""A picture and what is said of it -> a case: no names, no metadata, no burned-in text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from entdemo.decode import MIN_SIDE
from entdemo.errors import UserError
from entdemo.frame import Frame, load_frame
from entdemo.gallery.cases import Case
from entdemo.gallery.files import sha256
from entdemo.gallery.manifest import FRAMES
from entdemo.gallery.table import tidy
from entdemo.taxonomy import CLASSES

STORED_SIDE = 480
_QUALITY = 88
_GROUP = re.compile(r"g-(\d+)")


@dataclass(frozen=True)
class NewCase:
    """A case to take up; ``picture`` is a frame, a picture file's bytes or its path.

    ``group`` names the examination; only a running number of it is kept.
    """

    picture: Frame | bytes | str | Path
    class_name: str
    finding: str = ""
    caption_en: str = ""
    caption_vi: str = ""
    source: str = ""
    licence: str = ""
    group: str = ""

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


def read_picture(item: NewCase) -> Frame:
    """The case's frame.

    Raises:
        UserError: if it cannot be read, with its name and the reason.
    """
    if isinstance(item.picture, Frame):
        return item.picture
    try:
        return load_frame(item.picture)
    except UserError as error:
        raise UserError("gallery.bad_picture", name=item.name, reason=error) from error


def make_case(item: NewCase, frame: Frame, jpeg: bytes, groups: Groups) -> Case:
    """The row of ``cases.csv``.

    The id is made of the frame's pixels, so that the same frame is recognised; the file name also
    of the stored bytes, so that no file is ever overwritten by another encoding of its frame.

    Raises:
        ValueError: if the class is none of the seven.
    """
    if item.class_name not in CLASSES:
        raise ValueError(f"{item.class_name!r} is not one of the classes")
    case_id = f"c-{frame.digest[:12]}"
    return Case(
        case_id=case_id,
        file=f"{FRAMES}/{case_id}-{sha256(jpeg)[:8]}.jpg",
        class_name=item.class_name,
        finding=tidy(item.finding),
        caption_en=tidy(item.caption_en),
        caption_vi=tidy(item.caption_vi),
        source=tidy(item.source),
        licence=tidy(item.licence),
        group=groups.name(tidy(item.group)),
    )


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
