"""A user's labelled frames, read once and encoded up to the fusion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.adaptation.labels import Labelled, LabelledFrames, read_labelled
from entdemo.adaptation.steps import Steps
from entdemo.bundle.weights import Bundle
from entdemo.data.entrep.near_copies import Look, look_alikes, look_of
from entdemo.errors import AdaptationError, UserError
from entdemo.image.frame import load_frame
from entdemo.inference.encoder import BATCH
from entdemo.model.network import FrameDepths
from entdemo.storage.skipped import Skipped
from entdemo.taxonomy import CLASSES, MIRRORED, REGIONS, region_of

LEAST = 8
"""Fewer different frames than this are not learned from."""

Ints = NDArray[np.int64]
Tell = Callable[["Taken"], None]


@dataclass(frozen=True)
class Taken:
    """What was taken of the frames that were found, whatever then comes of them.

    Attributes:
        count: frames that were read.
        skipped: what lies beside them and is no frame, or could not be read.
        unlabelled: frames of which nothing is stated.
    """

    count: int
    skipped: tuple[Skipped, ...]
    unlabelled: int


@dataclass(frozen=True)
class OwnFrames:
    """N frames as the fit takes them.

    Attributes:
        depths: of the frames.
        mirrored: of their mirror images.
        allowed: bool [N, C], the classes that each label leaves open, but not all of them.
        groups: int64 [N]; frames of one examination, and copies of a picture, share a number.
        items: the N frames as they were found.
        squares: uint8 [N, S, S, 3].
    """

    depths: FrameDepths
    mirrored: FrameDepths
    allowed: Tensor
    groups: Ints
    items: list[Labelled]
    squares: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def labels(self) -> list[str]:
        """N names, see ``Labelled.label``."""
        return [item.label for item in self.items]

    @property
    def regions(self) -> tuple[Ints, Ints]:
        """Rows whose label lies in one region, and its place in ``taxonomy.REGIONS``; int64 [M]."""
        found = [{region_of(name) for name in item.open} for item in self.items]
        rows = np.array([row for row, it in enumerate(found) if len(it) == 1], np.int64)
        return rows, np.array([REGIONS.index(min(found[row])) for row in rows], np.int64)

    def part(self, rows: Ints) -> OwnFrames:
        """Chosen frames."""
        return OwnFrames(
            take(self.depths, rows),
            take(self.mirrored, rows),
            self.allowed[rows],
            self.groups[rows],
            [self.items[row] for row in rows],
            self.squares[rows],
        )

    def counts(self) -> dict[str, int]:
        """Frames of each label, the rarest first."""
        labels = self.labels
        names = sorted(set(labels), key=lambda name: (labels.count(name), name))
        return {name: labels.count(name) for name in names}

    def training(self, rows: Ints) -> tuple[FrameDepths, Tensor]:
        """Chosen frames and their mirror images, whose sides are exchanged."""
        picked = (take(self.depths, rows), take(self.mirrored, rows))
        allowed = self.allowed[rows]
        return join(*picked), torch.cat([allowed, allowed[:, list(MIRRORED)]])


def take(depths: FrameDepths, rows: Ints) -> FrameDepths:
    """The rows of all parts."""
    vectors = [vector[rows] for vector in depths.vectors]
    return FrameDepths(vectors, depths.own[rows], depths.features[rows])


def join(*parts: FrameDepths) -> FrameDepths:
    """Parts, at least one, as one."""
    vectors = [torch.cat(level) for level in zip(*(it.vectors for it in parts), strict=True)]
    own = torch.cat([it.own for it in parts])
    return FrameDepths(vectors, own, torch.cat([it.features for it in parts]))


def read_own_frames(path: Path, bundle: Bundle, tell: Tell | None = None) -> OwnFrames:
    """Find, read and encode labelled frames.

    Raises:
        UserError: see ``labels.read_labelled`` and ``own_frames``.
    """
    return own_frames(read_labelled(path), bundle, tell=tell)


def own_frames(
    found: LabelledFrames, bundle: Bundle, steps: Steps | None = None, tell: Tell | None = None
) -> OwnFrames:
    """Read and encode labelled frames; those whose label leaves every class open are left out.

    Args:
        found: the frames.
        bundle: whose network encodes.
        steps: told of each frame twice, when it is read and when it is encoded.
        tell: told what was read, before any of it can be refused.

    Raises:
        UserError: too few frames, one label alone, or copies of a picture under labels that exclude
            each other.
    """
    steps = steps or Steps()
    named = [item for item in found.items if item.label]
    items, looks, squares, damaged = read_pictures(named, bundle, steps)
    if tell:
        left_out = (*found.left_out, *damaged)
        tell(Taken(len(items), left_out, len(found.items) - len(named)))
    pairs = list(look_alikes(looks))
    allowed = torch.stack([_allowed(item) for item in items]) if items else torch.empty(0)
    against = [(a, b) for a, b in pairs if not (allowed[a] & allowed[b]).any()]
    if against:
        first, second = (items[at].name for at in against[0])
        raise AdaptationError("adapt.contradiction", count=len(against), first=first, second=second)
    groups = _groups(items, pairs)
    if len(np.unique(groups)) < LEAST:
        raise AdaptationError("adapt.too_few", count=len(np.unique(groups)), least=LEAST)
    labels = {item.label for item in items}
    if len(labels) == 1:
        raise AdaptationError("adapt.one_label", count=len(items), name=labels.pop())
    return encoded_frames(bundle, items, squares, groups, steps)


def encoded_frames(
    bundle: Bundle,
    items: list[Labelled],
    squares: list[NDArray[np.uint8]],
    groups: Ints,
    steps: Steps,
) -> OwnFrames:
    """Encode N frames, N at least 1, and their mirror images up to the fusion.

    Args:
        bundle: whose network encodes.
        items: N.
        squares: N, each uint8 [S, S, 3].
        groups: int64 [N].
        steps: told of each frame.
    """
    stack = np.stack(squares)
    depths = _encoded(bundle, stack, steps)
    mirrored = _encoded(bundle, stack[:, :, ::-1], Steps())
    allowed = torch.stack([_allowed(item) for item in items])
    return OwnFrames(depths, mirrored, allowed, groups, items, stack)


class Pictures(NamedTuple):
    """Those of some frames that can be read, their looks and squares, and those that cannot."""

    items: list[Labelled]
    looks: list[Look]
    squares: list[NDArray[np.uint8]]
    damaged: list[Skipped]


def read_pictures(found: list[Labelled], bundle: Bundle, steps: Steps) -> Pictures:
    """Read frames in the size of the network's input, uint8 [S, S, 3] each."""
    read = Pictures([], [], [], [])
    for item in found:
        steps.take()
        try:
            frame = load_frame(item.file)
        except UserError as error:
            read.damaged.append(Skipped(item.name, error))
            continue
        read.items.append(item)
        read.looks.append(look_of(frame))
        read.squares.append(frame.square(bundle.preprocess.image_size))
    return read


def _allowed(item: Labelled) -> Tensor:
    return torch.tensor([name in item.open for name in CLASSES])


def _groups(items: list[Labelled], copies: list[tuple[int, int]]) -> Ints:
    """[N] one number per examination; examinations that share a picture are one."""
    first: dict[str, int] = {}
    groups = np.array(
        [first.setdefault(it.group, at) if it.group else at for at, it in enumerate(items)],
        np.int64,
    )
    for one, other in copies:
        groups[groups == groups[other]] = groups[one]
    return groups


@torch.no_grad()
def _encoded(bundle: Bundle, squares: NDArray[np.uint8], steps: Steps) -> FrameDepths:
    """Depths of uint8 [N, S, S, 3]."""
    parts = []
    for start in range(0, len(squares), BATCH):
        batch = np.ascontiguousarray(squares[start : start + BATCH])
        parts.append(bundle.model.frame_depths(bundle.preprocess.tensor(batch)))
        steps.take(len(batch))
    return join(*parts)
