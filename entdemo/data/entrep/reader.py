"""An ENTRep folder -> distinct frames with class, captions and examination."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from entdemo.data.entrep.captions import caption_language, one_line
from entdemo.data.entrep.files import (
    CLASSES_FILE,
    PAIRS_FILE,
    PHRASES_FILE,
    PUBLIC_FILE,
    TEST_FILES,
    Entry,
    Pictures,
    is_entrep,
    read_files,
    values_of,
)
from entdemo.data.entrep.near_copies import Look, look_alikes, look_of
from entdemo.data.entrep.report import ReadReport
from entdemo.errors import DataError, FrameError, UserError
from entdemo.gallery.cases import class_of
from entdemo.image.frame import load_frame
from entdemo.locale import LANGUAGES
from entdemo.storage.skipped import Skipped
from entdemo.taxonomy import CLASSES

_LEADING_NUMBER = re.compile(r"(\d+)_")
_UUID = re.compile(r"([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})(?![0-9a-f])", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"(\d+)(?:\.0+)?", re.ASCII)


@dataclass(frozen=True)
class EntrepItem:
    """A distinct frame.

    Attributes:
        file: one of the picture's files.
        class_name: one of ``taxonomy.CLASSES``, None where the folder tells none.
        caption_en: one line with every caption of the frame, None where there is none; so is
            ``caption_vi``.
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
        UserError: no such folder, none of ENTRep's files in it, all lists and JSON files that
            cannot be read or are empty, or no frame at all although there are entries.
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
    look: Look
    classes: list[str] = field(default_factory=list)
    captions: dict[str, list[str]] = field(default_factory=lambda: {"en": [], "vi": []})


class _Reader:
    """Collects what the files say by part and file name, then merges copies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures = {name: Pictures(folder / name) for name in ("train", "public")}
        self.entries: dict[Path, _Entry] = {}
        self.listed: dict[str, int] = {}
        self.skipped: dict[str, Skipped] = {}
        self.respelt = 0
        self.near_copies = 0

    def read(self) -> EntrepSet:
        files = read_files(self.folder)
        self.listed = {name: len(entries) for name, entries in files.entries.items() if entries}
        self._read_classes(files.entries[CLASSES_FILE])
        pairs = list(self._read_pairs(files.entries[PAIRS_FILE]))
        phrases = list(self._read_phrases(files.entries[PHRASES_FILE]))
        self._read_public(files.entries[PUBLIC_FILE])
        tests = files.tests
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

    def _read_classes(self, entries: list[Entry]) -> None:
        for name, labels, place in entries:
            for label in values_of(labels):
                self._label(self._entry("train", name, place), label, place)

    def _read_pairs(self, entries: list[Entry]) -> Iterator[tuple[Path, Path]]:
        for first, others, place in entries:
            for second in values_of(others):
                names = (first, str(second))
                found = [self._entry("train", name, place) for name in names]
                if found[0] and found[1]:
                    yield found[0].file, found[1].file

    def _read_phrases(self, entries: list[Entry]) -> Iterator[tuple[str, Path]]:
        for phrase, names, place in entries:
            for name in values_of(names):
                entry = self._entry("train", str(name), place)
                if entry:
                    _describe(entry, caption_language(phrase), phrase)
                    yield phrase, entry.file

    def _read_public(self, entries: list[Entry]) -> None:
        for number, (_, record, place) in enumerate(entries, 1):
            name = record.get("Path")
            if not isinstance(name, str) or not name:
                self._skip(f"{PUBLIC_FILE}, {number}", DataError("entrep.no_path"), place)
                continue
            entry = self._entry("public", name, place)
            for label in values_of(record.get("Classification")):
                if label not in (None, ""):
                    self._label(entry, label, place)
            if entry:
                _describe(entry, "vi", record.get("Description"))
                _describe(entry, "en", record.get("DescriptionEN"))

    def _entry(self, part: str, name: str, place: str) -> _Entry | None:
        """The entry of a file name; None, and a note, where its picture cannot be used."""
        pictures = self.pictures[part]
        try:
            file = pictures.find(name)
        except UserError as error:
            self._skip(f"{part}/{name}", error, place)
            return None
        if file is None:
            self._skip(f"{part}/{name}", FrameError("frame.missing", name=name), place)
            return None
        self.respelt += file.name != name.replace("\\", "/").rpartition("/")[2]
        label = f"{part}/{pictures.label(file)}"
        if file not in self.entries and label not in self.skipped:
            try:
                frame = load_frame(file)
                self.entries[file] = _Entry(label, file, frame.digest, look_of(frame))
            except UserError as error:
                self._skip(label, error, place)
        return self.entries.get(file)

    def _label(self, entry: _Entry | None, label: object, place: str) -> None:
        if entry is None:
            return
        class_name = _class(label)
        if class_name:
            entry.classes.append(class_name)
        else:
            known = ", ".join(CLASSES)
            reason = DataError("entrep.unknown_class", value=label, known=known)
            self._skip(entry.name, reason, place)

    def _skip(self, name: str, reason: UserError, place: str = "") -> None:
        self.skipped.setdefault(name, Skipped(name, reason, place))

    def _merge(self) -> tuple[list[EntrepItem], dict[Path, Path]]:
        """Items, and for each file that of its item."""
        copies: dict[str, list[_Entry]] = defaultdict(list)
        for entry in self.entries.values():
            copies[entry.digest].append(entry)
        own_first = [own[0] for own in copies.values()]
        alike = [
            [own_first[first], own_first[second]]
            for first, second in look_alikes([entry.look for entry in own_first])
        ]
        self.near_copies = len({pair[1].digest for pair in alike})
        groups = _joined_groups([*copies.values(), *alike])
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
            near_copies=self.near_copies,
            respelt=self.respelt,
            unlisted=sum(
                file not in self.entries and f"{part}/{pictures.label(file)}" not in self.skipped
                for part, pictures in self.pictures.items()
                for file in pictures.all()
            ),
            skipped=list(self.skipped.values()),
        )


def _class(label: object) -> str | None:
    """The class of a label, which is its name or its number in the challenge's order."""
    text = str(label).strip()
    number = _WHOLE_NUMBER.fullmatch(text)
    if number and int(number[1]) < len(CLASSES):
        return CLASSES[int(number[1])]
    return class_of(text)


def _describe(entry: _Entry, language: str, texts: object) -> None:
    for text in values_of(texts):
        line = one_line(text) if isinstance(text, str) else ""
        if line and line not in entry.captions[language]:
            entry.captions[language].append(line)


def _group(entry: _Entry) -> str:
    """What tells a file's examination: the number or UUID that its name begins with.

    A name without either is an examination of its own.
    """
    name = unicodedata.normalize("NFC", entry.file.name)
    found = _UUID.match(name) or _LEADING_NUMBER.match(name)
    return found[1].lower() if found else entry.name


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
    captions = {}
    for language in LANGUAGES:
        texts = chain.from_iterable(entry.captions[language] for entry in copies)
        captions[language] = one_line("\n".join(dict.fromkeys(texts)))
    return EntrepItem(
        file=copies[0].file,
        class_name=next(iter(classes), None),
        caption_en=captions["en"] or None,
        caption_vi=captions["vi"] or None,
        group=group,
    )
