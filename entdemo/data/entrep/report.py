"""What was read of an ENTRep folder, what was skipped, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from entdemo.storage.skipped import Skipped


@dataclass(frozen=True)
class ReadReport:
    """Counts; examinations are counted, their numbers are kept nowhere.

    Attributes:
        listed: entries of each of the folder's files that was read.
        frames: distinct frames, with a class or without.
        copies: pictures that are the same as another one under another name.
        near_copies: frames that look like another one, only saved otherwise; both stay in one
            examination.
        respelt: entries whose picture has another spelling or ending on the disk.
        unlisted: pictures that no file names; they are not used.
        classes: frames of each class.
        captions_en: frames with an English caption; ``captions_vi`` and ``captions_both`` alike.
        skipped: entries that were not used, by file name.
    """

    listed: Mapping[str, int]
    frames: int
    copies: int
    near_copies: int
    respelt: int
    unlisted: int
    examinations: int
    classes: Mapping[str, int]
    captions_en: int
    captions_vi: int
    captions_both: int
    skipped: list[Skipped]

    @property
    def one_language(self) -> int:
        """Frames whose caption is missing in one language."""
        return self.captions_en + self.captions_vi - 2 * self.captions_both

    def lines(self) -> Iterator[str]:
        """What was read, for people, a line a fact."""
        yield "Read: " + ", ".join(f"{name} {count}" for name, count in self.listed.items()) + "."
        labelled = sum(self.classes.values())
        yield (
            f"{self.frames} distinct frames of {self.examinations} examinations, {labelled} with "
            f"a class; {self.copies} copies under other names merged."
        )
        yield (
            f"{self.near_copies} look like another frame, only saved otherwise, and share its "
            f"examination; {self.respelt} entries were found under another spelling; "
            f"{self.unlisted} pictures are named nowhere and not used."
        )
        yield ", ".join(f"{name} {count}" for name, count in self.classes.items()) + "."
        yield (
            f"Captions: {self.captions_en} English, {self.captions_vi} Vietnamese; "
            f"{self.one_language} in one language only."
        )
