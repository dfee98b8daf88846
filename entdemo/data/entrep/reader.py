"""An ENTRep folder -> distinct frames with class, captions and examination."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from entdemo.data.entrep.captions import caption_language, one_line
from entdemo.data.entrep.files import (
    CLASSES_FILE,
    PAIRS_FILE,
    PHRASES_FILE,
    PUBLIC_FILE,
    TEST_FILES,
    Pictures,
    is_entrep,
    read_list,
    read_pairs,
    read_records,
)
from entdemo.data.entrep.report import ReadReport
from entdemo.data.skipped import Skipped
from entdemo.errors import DataError, FrameError, UserError
from entdemo.gallery.cases import class_of
from entdemo.image.frame import load_frame
from entdemo.taxonomy import CLASSES

_LEADING_NUMBER = re.compile(r"(\d+)_")


@dataclass(frozen=True)
class EntrepItem:
    """A distinct frame.

    Attributes:
        file: one of the picture's files.
        class_name: one of ``taxonomy.CLASSES``, None where the folder tells none.
        caption_en: one line, None where there is none; so is ``caption_vi``.
        group: running name of the examination, the same for all its frames.
    """

    file: Path
    class_name: str | None
    caption_en: str | None
    caption_vi: str | None
    group: str


@dataclass(frozen=True)
class EntrepSet:
    """What an ENTRep folder holds.

    Attributes:
        items: distinct frames of ``train`` and ``public``.
        i2i: pairs of frames that the challenge calls similar, by ``EntrepItem.file``.
        t2i: phrases as they were written, and the frames they describe.
        tests: by track 1 to 3, what ``test`` asks for; without the lists that are missing.
        report: what was read and skipped, and why.
    """

    items: list[EntrepItem]
    i2i: list[tuple[Path, Path]]
    t2i: list[tuple[str, Path]]
    tests: dict[int, list[str]]
    report: ReadReport

    @property
    def labelled(self) -> list[EntrepItem]:
        """Frames with a class."""
        return [item for item in self.items if item.class_name]


def read_entrep(folder: Path) -> EntrepSet:
    """Read ``train``, ``public`` and the test lists; test frames are not opened.

    A picture that occurs under several names is one item; examinations that share a picture are
    one group. What cannot be used is skipped and reported, not raised: a picture that is missing
    or damaged, a class that is none of the seven, copies with contradicting classes.

    Raises:
        UserError: no such folder, none of ENTRep's files in it, a list or JSON file that cannot
            be read or is empty, or no frame at all although there are entries.
    """
    if not folder.is_dir():
        raise DataError("folder.missing", path=folder)
    if not is_entrep(folder):
        raise DataError("entrep.no_files", path=folder)
    return _Reader(folder).read()


@dataclass
class _Entry:
    """What the JSON files say of one picture's file.

    ``name`` tells the part and the file; ``file`` is where it lies.
    """

    name: str
    file: Path
    digest: str
    classes: list[str] = field(default_factory=list)
    captions: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Collects what the files say by part and file name, then merges copies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures = {name: Pictures(folder / name) for name in ("train", "public")}
        self.entries: dict[Path, _Entry] = {}
        self.listed: dict[str, int] = {}
        self.skipped: dict[str, Skipped] = {}

    def read(self) -> EntrepSet:
        self._read_classes()
        pairs = list(self._read_pairs())
        phrases = list(self._read_phrases())
        self._read_public()
        tests = {
            track: read_list(self.folder, name)
            for track, name in TEST_FILES.items()
            if (self.folder / name).is_file()
        }
        if self.listed and not self.entries:
            first = next(iter(self.skipped.values()))
            raise DataError("entrep.nothing", name=first.name, reason=first.reason)
        items, kept = self._merge()
        for track, found in tests.items():
            self.listed[TEST_FILES[track]] = len(found)
        return EntrepSet(
            items=items,
            i2i=[(kept[a], kept[b]) for a, b in pairs if a in kept and b in kept],
            t2i=[(phrase, kept[file]) for phrase, file in phrases if file in kept],
            tests=tests,
            report=self._report(items),
        )

    def _read_classes(self) -> None:
        for name, label in self._pairs(CLASSES_FILE):
            self._label(self._entry("train", name), label)

    def _read_pairs(self) -> Iterator[tuple[Path, Path]]:
        for first, second in self._pairs(PAIRS_FILE):
            found = self._entry("train", first), self._entry("train", str(second))
            if found[0] and found[1]:
                yield found[0].file, found[1].file

    def _read_phrases(self) -> Iterator[tuple[str, Path]]:
        for phrase, name in self._pairs(PHRASES_FILE):
            entry = self._entry("train", str(name))
            if entry:
                _describe(entry, caption_language(phrase), phrase)
                yield phrase, entry.file

    def _read_public(self) -> None:
        records = read_records(self.folder, PUBLIC_FILE)
        if records:
            self.listed[PUBLIC_FILE] = len(records)
        for number, record in enumerate(records, 1):
            name = record.get("Path")
            if not isinstance(name, str) or not name:
                self._skip(f"{PUBLIC_FILE}, {number}", DataError("entrep.no_path"))
                continue
            entry = self._entry("public", name)
            if record.get("Classification"):
                self._label(entry, record["Classification"])
            if entry:
                _describe(entry, "vi", record.get("Description"))
                _describe(entry, "en", record.get("DescriptionEN"))

    def _pairs(self, name: str) -> list[tuple[str, Any]]:
        pairs = read_pairs(self.folder, name)
        if pairs:
            self.listed[name] = len(pairs)
        return pairs

    def _entry(self, part: str, name: str) -> _Entry | None:
        """The entry of a file name; None, and a note, where its picture cannot be used."""
        file = self.pictures[part].find(name)
        if file is None:
            self._skip(f"{part}/{name}", FrameError("frame.missing", name=name))
            return None
        name = f"{part}/{file.name}"
        if file not in self.entries and name not in self.skipped:
            try:
                self.entries[file] = _Entry(name, file, load_frame(file).digest)
            except UserError as error:
                self._skip(name, error)
        return self.entries.get(file)

    def _label(self, entry: _Entry | None, label: object) -> None:
        if entry is None:
            return
        class_name = _class(label)
        if class_name:
            entry.classes.append(class_name)
        else:
            known = ", ".join(CLASSES)
            self._skip(entry.name, DataError("entrep.unknown_class", value=label, known=known))

    def _skip(self, name: str, reason: UserError) -> None:
        self.skipped.setdefault(name, Skipped(name, reason))

    def _merge(self) -> tuple[list[EntrepItem], dict[Path, Path]]:
        """Items, and for each file that of its item."""
        copies: dict[str, list[_Entry]] = defaultdict(list)
        for entry in self.entries.values():
            copies[entry.digest].append(entry)
        groups = _joined_groups(copies.values())
        items: list[EntrepItem] = []
        kept: dict[Path, Path] = {}
        for own in copies.values():
            classes = {name for entry in own for name in entry.classes}
            if len(classes) > 1:
                both = ", ".join(sorted(classes))
                self._skip(own[0].name, DataError("entrep.two_classes", classes=both))
                continue
            items.append(_item(own, classes, groups[_group(own[0])]))
            kept |= {entry.file: own[0].file for entry in own}
        return items, kept

    def _report(self, items: list[EntrepItem]) -> ReadReport:
        classes = [item.class_name for item in items]
        return ReadReport(
            listed=self.listed,
            frames=len(items),
            copies=len(self.entries) - len({entry.digest for entry in self.entries.values()}),
            examinations=len({item.group for item in items}),
            classes={name: classes.count(name) for name in CLASSES},
            captions_en=sum(item.caption_en is not None for item in items),
            captions_vi=sum(item.caption_vi is not None for item in items),
            captions_both=sum(bool(item.caption_en and item.caption_vi) for item in items),
            skipped=list(self.skipped.values()),
        )


def _class(label: object) -> str | None:
    """The class of a label, which is its name or its number in the challenge's order."""
    text = str(label).strip()
    if text in map(str, range(len(CLASSES))):
        return CLASSES[int(text)]
    return class_of(text)


def _describe(entry: _Entry, language: str, text: object) -> None:
    if isinstance(text, str) and one_line(text):
        entry.captions.setdefault(language, one_line(text))


def _group(entry: _Entry) -> str:
    """What tells a file's examination; a name without a leading number is one of its own."""
    number = _LEADING_NUMBER.match(entry.file.name)
    return number[1] if number else entry.name


def _joined_groups(copies: Iterable[list[_Entry]]) -> dict[str, str]:
    """Running name of each examination; those that share a picture get the same."""
    parents: dict[str, str] = {}

    def root(label: str) -> str:
        parents.setdefault(label, label)
        while parents[label] != label:
            label = parents[label]
        return label

    for own in copies:
        first = root(_group(own[0]))
        for entry in own[1:]:
            parents[root(_group(entry))] = first
    running: dict[str, str] = {}
    return {label: running.setdefault(root(label), f"g-{len(running) + 1}") for label in parents}


def _item(copies: list[_Entry], classes: set[str], group: str) -> EntrepItem:
    captions: dict[str, str] = {}
    for entry in copies:
        captions = entry.captions | captions
    return EntrepItem(
        file=copies[0].file,
        class_name=next(iter(classes), None),
        caption_en=captions.get("en"),
        caption_vi=captions.get("vi"),
        group=group,
    )
