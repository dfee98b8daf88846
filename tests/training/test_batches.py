"""Batches: mirrored frames carry mirrored labels and captions, and steps repeat."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from entdemo.taxonomy import CLASSES, MIRRORED, mirror_class
from entdemo.training import batches as module
from entdemo.training.batches import Batches
from entdemo.training.config import AugmentConfig
from entdemo.training.data import FrameSet, finding_bits
from entdemo.training.texts import TextBank, draw_sentences
from tests.helpers.training import PREPROCESS, remember

SIDES = {"en": ("left", "right"), "vi": ("trái", "phải")}


def read(row: torch.Tensor) -> str:
    return "".join(chr(code) for code in row.tolist() if code)


def one_sided(class_name: str, n: int = 4) -> FrameSet:
    """Frames with a bright left edge, all of one class."""
    squares = np.zeros((n, 32, 32, 3), np.uint8)
    squares[:, :, :8] = 255
    side = "right" if class_name.endswith("right") else "left"
    return FrameSet(
        squares=squares,
        labels=np.full(n, CLASSES.index(class_name)),
        tags=np.full(n, finding_bits(class_name, ["normal"])),
        captions_en=[f"The {side} side."] * n,
        captions_vi=["Bên phải." if side == "right" else "Bên trái."] * n,
    )


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Augmentation that changes nothing, so that a flip can be seen."""

    class Nothing:
        def __init__(self, size: int, config: AugmentConfig) -> None:
            pass

        def __call__(self, squares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return squares.float() / 255, squares.float() / 255

    monkeypatch.setattr(module, "Augment", Nothing)


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("class_name", ["ear-right", "nose-left"])
def test_a_flip_mirrors_frame_label_and_caption_together(class_name: str) -> None:
    frames = one_sided(class_name)
    pool = [item for item in draw_sentences(200, 0) if item.region == "throat"]
    bank = TextBank(frames, pool, remember)
    found = set()
    for step in range(8):
        batch = Batches(bank, PREPROCESS, 8).at(0, step)
        for pixels, label, row in zip(batch.pixels, batch.labels, batch.texts.tokens, strict=True):
            flipped = bool(pixels[0, 0, -1] > 0.5)
            name = CLASSES[int(label)]
            assert name == (mirror_class(class_name) if flipped else class_name)
            text = read(row).lower()
            side = name.split("-")[1]
            if text.startswith("the "):
                assert side in text
                found.add((flipped, "en"))
            elif text in ("bên phải.", "bên trái."):
                assert ("phải" in text) == (side == "right")
                found.add((flipped, "vi"))
    assert len(found) == 4


def test_mirrored_labels_swap_sides_alone() -> None:
    assert [CLASSES[index] for index in MIRRORED] == [
        "nose-left", "nose-right", "ear-left", "ear-right", "vc-open", "vc-closed", "throat",
    ]  # fmt: skip


def test_the_same_step_gives_the_same_batch_and_another_does_not() -> None:
    frames = one_sided("throat")
    batches = Batches(TextBank(frames, draw_sentences(50, 0), remember), PREPROCESS, 4)
    first, again, other = batches.at(1, 5), batches.at(1, 5), batches.at(1, 6)
    assert torch.equal(first.pixels, again.pixels)
    assert torch.equal(first.texts.tokens, again.texts.tokens)
    assert torch.equal(first.sentence_tokens, again.sentence_tokens)
    assert not torch.equal(first.pixels, other.pixels)


def test_classes_are_drawn_evenly_whatever_their_number() -> None:
    many, few = one_sided("throat", 60), one_sided("vc-open", 2)
    frames = FrameSet(
        np.concatenate([many.squares, few.squares]),
        np.concatenate([many.labels, few.labels]),
        np.concatenate([many.tags, few.tags]),
        many.captions_en + few.captions_en,
        many.captions_vi + few.captions_vi,
    )
    bank = TextBank(frames, draw_sentences(20, 0), remember)
    labels = torch.cat([Batches(bank, PREPROCESS, 50).at(0, s).labels for s in range(4)])
    share = float((labels == CLASSES.index("vc-open")).float().mean())
    assert 0.38 < share < 0.62


def test_partners_are_of_the_same_class() -> None:
    frames = one_sided("ear-right", 6)
    batch = Batches(TextBank(frames, draw_sentences(20, 0), remember), PREPROCESS, 16).at(3)
    assert torch.equal(batch.labels, batch.labels[batch.partners])


def test_sentences_leave_open_what_they_do_not_tell() -> None:
    frames = one_sided("ear-right")
    pool = draw_sentences(300, 0)
    _, allowed = TextBank(frames, pool, remember).sentences(200, np.random.default_rng(0))
    counts = allowed.sum(1)
    assert set(counts.tolist()) == {1, 2, len(CLASSES)}
