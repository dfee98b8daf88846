"""Frames and captions in memory, ready for batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from entdemo import phantom
from entdemo.data.entrep import EntrepItem, group_split, read_entrep
from entdemo.data.entrep.captions import caption_keys
from entdemo.errors import DataError, in_one
from entdemo.gallery.folder import read_folder
from entdemo.gallery.intake import read_pictures
from entdemo.image.frame import frame_from_array, load_frame
from entdemo.phantom.folder import frame_seed
from entdemo.storage.atomic import told_writes, write_atomically
from entdemo.storage.skipped import skipped_lines
from entdemo.taxonomy import CLASSES, FINDINGS, region_of
from entdemo.text.sides import mirror_text
from entdemo.training.caption_findings import named_findings
from entdemo.training.config import EntrepSource, PhantomSource

NO_CAPTION = -1
"""In place of a caption's number: the text holds for whatever frame its class and tags allow."""

_BIT = {(finding.region, finding.key): bit for bit, finding in enumerate(FINDINGS)}


@dataclass(frozen=True)
class FrameSet:
    """Frames with labels and captions.

    Attributes:
        squares: uint8 [N, S, S, 3].
        labels: int64 [N], index into ``taxonomy.CLASSES``.
        tags: int64 [N], bit mask of findings, see ``finding_bits``.
        captions_en: N English captions, empty where there is none.
        captions_vi: N Vietnamese captions, likewise.
        groups: N examinations, empty where unknown; none at all for drawn frames.
        tags_from_captions: whether tags were read from captions, which tell more than their tags.
    """

    squares: NDArray[np.uint8]
    labels: NDArray[np.int64]
    tags: NDArray[np.int64]
    captions_en: list[str]
    captions_vi: list[str]
    groups: list[str] = field(default_factory=list)
    tags_from_captions: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    def digest(self) -> str:
        """Hash of pixels, labels, tags and captions."""
        digest = hashlib.sha256(json.dumps([self.captions_en, self.captions_vi]).encode())
        for part in (self.squares, self.labels, self.tags):
            digest.update(np.ascontiguousarray(part).data.cast("B"))
        return digest.hexdigest()


def finding_bits(class_name: str, findings: Iterable[str]) -> int:
    """The findings of a frame of ``class_name`` as a bit mask."""
    region = region_of(class_name)
    mask = 0
    for key in findings:
        mask |= 1 << _BIT[(region, key)]
    return mask


def draw_frames(source: PhantomSource, size: int, cache: Path, workers: int = 2) -> FrameSet:
    """Draw phantom frames as squares, or read them back from ``cache``.

    Args:
        source: how many, from which seed.
        size: side S of the squares in pixels.
        cache: folder for drawn sets; a set is found again by its numbers and the renderer's code.
        workers: processes.
    """
    key = f"phantom-{source.n}-{source.seed}-{size}-{renderer_hash()}"
    squares_file, table_file = cache / f"{key}.npy", cache / f"{key}.json"
    if not table_file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        squares, rows = _draw_all(source, size, workers)
        with told_writes(squares_file):
            np.save(squares_file, squares)
        write_atomically(table_file, json.dumps(rows, ensure_ascii=False).encode())
    rows = json.loads(table_file.read_text("utf-8"))
    return FrameSet(
        squares=np.load(squares_file),
        labels=np.array([row["label"] for row in rows], np.int64),
        tags=np.array([row["tags"] for row in rows], np.int64),
        captions_en=[row["en"] for row in rows],
        captions_vi=[row["vi"] for row in rows],
    )


def read_frames(folder: Path, size: int, say: Callable[[str], None]) -> FrameSet:
    """Read a folder of frames with captions, see ``gallery.folder.read_folder``.

    Args:
        folder: one sub-folder a class, and ``captions.csv``.
        size: side S of the squares in pixels.
        say: called with what was taken and left out, line by line.

    Raises:
        UserError: no frames, a frame that cannot be read, or a wrong table.
    """
    found = read_folder(folder)
    items = found.cases
    say(f"{folder.name}: {len(items)} frames, {len(found.left_out)} files left out")
    for line in skipped_lines(found.left_out):
        say(line)
    return FrameSet(
        squares=np.stack([frame.square(size) for frame in read_pictures(items)]),
        labels=np.array([CLASSES.index(item.class_name) for item in items], np.int64),
        tags=np.array([_tags(item.class_name, item.finding) for item in items], np.int64),
        captions_en=[item.caption_en for item in items],
        captions_vi=[item.caption_vi for item in items],
        groups=[item.group for item in items],
    )


def read_entrep_frames(source: EntrepSource, size: int, say: Callable[[str], None]) -> FrameSet:
    """Read one side of an ENTRep folder; findings are read from its captions.

    Args:
        source: which side of which split.
        size: side S of the squares in pixels.
        say: called with what was read and skipped, line by line.

    Raises:
        UserError: see ``entrep.read_entrep``; a bad entry, unless ``skip_bad``; no frame.
    """
    found = read_entrep(source.folder)
    skipped = found.report.skipped
    if skipped and not source.skip_bad:
        each = [DataError("entrep.entry", entry=it.told, reason=it.reason) for it in skipped]
        raise DataError("entrep.refused", path=source.folder, mistakes=in_one(each))
    if source.part == "train":  # the other side reads the same folder
        for line in (*found.report.lines(), *skipped_lines(found.report.skipped)):
            say(line)
    fractions = (1 - source.validation_share, source.validation_share)
    train, validation = group_split(found.labelled, fractions, source.seed)
    items = train if source.part == "train" else validation
    if not items:
        raise DataError("entrep.no_part", path=source.folder, part=source.part)
    tags = [_tags_of(item) for item in items]
    named = sum(map(bool, tags))
    say(
        f"{source.part}: {len(items)} frames, split by examination; captions name a finding of "
        f"{named}"
    )
    return FrameSet(
        squares=np.stack([load_frame(item.file).square(size) for item in items]),
        labels=np.array([CLASSES.index(item.class_name or "") for item in items], np.int64),
        tags=np.array(tags, np.int64),
        captions_en=[item.caption_en or "" for item in items],
        captions_vi=[item.caption_vi or "" for item in items],
        groups=[f"entrep {item.group}" for item in items],
        tags_from_captions=True,
    )


def _tags_of(item: EntrepItem) -> int:
    name = item.class_name or ""
    return finding_bits(name, named_findings(name, (item.caption_en or "", item.caption_vi or "")))


def caption_ids(frames: FrameSet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of captions where no named finding says what they mean.

    Two frames whose captions are the same, word for word, get the same number.

    Returns:
        int64 [N] of the captions as they are, and int64 [N] of the captions as a flip leaves
        them; ``NO_CAPTION`` where a frame has no caption, or has tags that tell all of it.
    """
    known: dict[str, int] = {}
    keys = caption_keys(frames.captions_en, frames.captions_vi)
    told = (frames.tags != 0) & (not frames.tags_from_captions)
    bare = ["" if all_told else key for key, all_told in zip(keys, told, strict=True)]

    def numbered(texts: Iterable[str]) -> NDArray[np.int64]:
        ids = [known.setdefault(text, len(known)) if text else NO_CAPTION for text in texts]
        return np.array(ids, np.int64)

    return numbered(bare), numbered(map(mirror_text, bare))


def _tags(class_name: str, finding: str) -> int:
    known = (region_of(class_name), finding) in _BIT
    return finding_bits(class_name, [finding]) if known else 0


Row = dict[str, int | str]


def _draw_all(
    source: PhantomSource, size: int, workers: int
) -> tuple[NDArray[np.uint8], list[Row]]:
    chunks = [
        (source.seed, start, min(start + 100, source.n), size) for start in range(0, source.n, 100)
    ]
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(_draw_chunk, chunks))
    squares = np.concatenate([part[0] for part in parts])
    return squares, [row for part in parts for row in part[1]]


def _draw_chunk(chunk: tuple[int, int, int, int]) -> tuple[NDArray[np.uint8], list[Row]]:
    seed, start, stop, size = chunk
    squares = np.empty((stop - start, size, size, 3), np.uint8)
    rows: list[Row] = []
    for position, index in enumerate(range(start, stop)):
        drawn = phantom.draw(frame_seed(seed, index))
        squares[position] = frame_from_array(drawn.rgb).square(size)
        name = drawn.facts.class_name
        keys = [observation.key for observation in drawn.facts.observations] or ["normal"]
        rows.append(
            {
                "label": CLASSES.index(name),
                "tags": finding_bits(name, keys),
                "en": drawn.caption_en,
                "vi": drawn.caption_vi,
            }
        )
    return squares, rows


def renderer_hash() -> str:
    """Hash of the renderer's code, so that a change of it draws anew."""
    folder = Path(phantom.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.suffix in {".py", ".tsv"}:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
