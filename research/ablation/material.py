"""All that no run changes, computed once: stem features of frames, embeddings of texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from entdemo.bundle.weights import BASE, Bundle, load_strictly
from entdemo.errors import TrainingError
from entdemo.inference.encoder import encode_texts
from entdemo.model.base import Tokenize
from entdemo.model.fusion import class_prototypes
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.model.preprocess import Preprocess, resized
from entdemo.model.tensors import read_tensors
from entdemo.taxonomy import CLASSES, MIRRORED
from entdemo.text.sides import mirror_text
from entdemo.training.augment import Augment
from entdemo.training.config import AugmentConfig, PhantomSource
from entdemo.training.data import FrameSet, draw_frames
from entdemo.training.texts import all_prompts, draw_sentences
from research.ablation.config import AblationConfig
from research.ablation.degraded import degraded

_MARGIN = 1.15
_SENTENCES = 2_000
_BATCH = 64
PLAIN_VIEWS = 2
"""Views that are not augmented: the frame and its mirror image."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Frames:
    """Frames as the frozen stem sees them, with their captions.

    Attributes:
        grids: float16 [N, V, width, g, g]; odd views are mirrored. View 0 is plain and view 1 its
            mirror image, the others are augmented.
        clean: like ``grids``, in the pose of each view but with the frame's own look.
        labels: int64 [N, 2], class as it is and as a mirror leaves it.
        tags: int64 [N], findings as a bit mask.
        captions: float32 [N, 2, 2, D] unit vectors: as it is and mirrored, English and Vietnamese.
    """

    grids: Tensor
    clean: Tensor
    labels: Tensor
    tags: Tensor
    captions: Tensor


@dataclass(frozen=True)
class Texts:
    """Embeddings of texts that belong to no frame.

    Attributes:
        prompts: [P, D] unit vectors.
        owner: int64 [P], class of each prompt.
        prototypes: [C, D] unit vectors.
        sentences: [S, D] unit vectors of free sentences.
        allowed: bool [S, C], classes that each sentence leaves open.
    """

    prompts: Tensor
    owner: Tensor
    prototypes: Tensor
    sentences: Tensor
    allowed: Tensor


@dataclass(frozen=True, eq=False)
class Material:
    """What every run starts from.

    Attributes:
        base: the bundle's base, its stem taken out: it takes stem features in place of pixels.
        train: frames for all run seeds, classes taking turns.
        validation: each frame as it is, and its mirror image.
        test: likewise.
        texts: prompts and sentences.
    """

    base: EntClip
    train: Frames
    validation: Frames
    test: Frames
    texts: Texts


@torch.no_grad()
def prepare(config: AblationConfig, bundle: Bundle, say: Say) -> Material:
    """Draw and degrade the frames, and encode what is frozen.

    Args:
        config: the runs that are wanted.
        bundle: its base is used, its adapters and its head are not.
        say: told of each longer step.

    Raises:
        UserError: the bundle was trained or calibrated on frames of one of the seeds.
    """
    check_seeds(config, bundle.info.training)
    base = _base_of(bundle)
    stem = _Stem(base, bundle.preprocess)
    domain = config.domain
    wanted = len(config.seeds) * config.most_shots * len(CLASSES)

    def frames(source: PhantomSource, views: int) -> Frames:
        say(f"{source.n} frames of seed {source.seed}")
        drawn = drawn_frames(config, bundle.preprocess, source)
        torch.manual_seed(source.seed)
        looks = stem.looks(degraded(drawn.squares, source.seed), views)
        return _frames(drawn, looks, base, bundle.tokenize)

    train = frames(PhantomSource(n=wanted, seed=domain.train_seed), domain.views)
    validation, test = (frames(source, PLAIN_VIEWS) for source in (domain.validation, domain.test))
    say("texts")
    texts = _texts(base, bundle.tokenize, domain.train_seed)
    base.clip.visual.conv1 = nn.Identity()
    return Material(base, train, validation, test, texts)


def drawn_frames(config: AblationConfig, preprocess: Preprocess, source: PhantomSource) -> FrameSet:
    """Frames before they are degraded, a little larger than the network's input."""
    return draw_frames(
        source, int(preprocess.image_size * _MARGIN) // 8 * 8, config.runs / "frames"
    )


def check_seeds(config: AblationConfig, training: dict[str, Any]) -> None:
    """Refuse frames that the bundle has seen.

    Args:
        config: asks for frames of three seeds.
        training: the bundle's record of its training.

    Raises:
        UserError: naming a seed of both.
    """
    seen = {part.get("seed") for part in training.get("data", {}).values()}
    domain = config.domain
    for seed in (domain.train_seed, domain.validation.seed, domain.test.seed):
        if seed in seen:
            raise TrainingError("ablation.seed_used", seed=seed, name=config.weights)


def _base_of(bundle: Bundle) -> EntClip:
    info = bundle.info
    config = EntClipConfig(info.base.name, info.fusion.levels)
    base = EntClip(config, info.base.pretrained).eval()
    if info.base.pretrained is None:
        load_strictly(base.clip, read_tensors(bundle.folder / BASE), BASE)
    return base


class _Stem:
    """The base's stem, which no run changes."""

    def __init__(self, base: EntClip, preprocess: Preprocess) -> None:
        self.stem, self.preprocess = base.clip.visual.conv1, preprocess
        self.augment = Augment(preprocess.image_size, AugmentConfig())

    def looks(self, squares: NDArray[np.uint8], views: int) -> tuple[Tensor, Tensor]:
        """uint8 [N, S0, S0, 3] -> two float16 [N, V, width, g, g], see ``Frames``."""
        columns = []
        for view in range(views):
            shown = squares[:, :, ::-1] if view % 2 else squares
            look = self._plain if view < PLAIN_VIEWS else self._augmented
            parts = [
                look(np.ascontiguousarray(shown[start : start + _BATCH]))
                for start in range(0, len(shown), _BATCH)
            ]
            columns.append([torch.cat(part) for part in zip(*parts, strict=True)])
        grids, clean = zip(*columns, strict=True)
        return torch.stack(grids, dim=1), torch.stack(clean, dim=1)

    def _plain(self, squares: NDArray[np.uint8]) -> tuple[Tensor, Tensor]:
        small = resized(squares, self.preprocess.image_size)
        grid = self.stem(self.preprocess.tensor(small)).half()
        return grid, grid

    def _augmented(self, squares: NDArray[np.uint8]) -> tuple[Tensor, Tensor]:
        degraded, clean = self.augment(torch.from_numpy(squares).permute(0, 3, 1, 2))
        normalise = self.preprocess.normalise
        return self.stem(normalise(degraded)).half(), self.stem(normalise(clean)).half()


def _frames(
    drawn: FrameSet, looks: tuple[Tensor, Tensor], base: EntClip, tokenize: Tokenize
) -> Frames:
    captions = [
        encode_texts(base, tokenize, [turned(text) for text in texts]).embedding
        for turned in (str, mirror_text)
        for texts in (drawn.captions_en, drawn.captions_vi)
    ]
    grids, clean = looks
    return Frames(
        grids=grids,
        clean=clean,
        labels=torch.from_numpy(np.stack([drawn.labels, np.take(MIRRORED, drawn.labels)], axis=1)),
        tags=torch.from_numpy(drawn.tags),
        captions=torch.stack(captions, dim=1).unflatten(1, (2, 2)),
    )


def _texts(base: EntClip, tokenize: Tokenize, seed: int) -> Texts:
    prompts, owner = all_prompts()
    vectors = encode_texts(base, tokenize, prompts).embedding
    pool = draw_sentences(_SENTENCES, seed)
    return Texts(
        prompts=vectors,
        owner=owner,
        prototypes=class_prototypes(vectors, owner, len(CLASSES)),
        sentences=encode_texts(base, tokenize, [item.text for item in pool]).embedding,
        allowed=torch.tensor([[name in item.classes for name in CLASSES] for item in pool]),
    )
