"""A whole recipe, from drawn frames to a finished weight bundle."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from entdemo.errors import UserError
from entdemo.frame import frame_from_array
from entdemo.golden import write_golden
from entdemo.model.base import Tokenize, base_shape, create_tokenizer, is_hybrid
from entdemo.model.lora import merge_lora
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.model.preprocess import preprocess_of
from entdemo.model.stem import load_imagenet_weights
from entdemo.model.tokenizer import train_bpe
from entdemo.phantom.folder import iter_phantoms
from entdemo.prompts import CLASS_PROMPTS
from entdemo.taxonomy import CLASSES
from entdemo.training import calibrate
from entdemo.training.batches import Batches
from entdemo.training.card import write_card
from entdemo.training.config import (
    EntrepSource,
    FolderSource,
    PhantomSource,
    Source,
    TrainConfig,
)
from entdemo.training.data import FrameSet, draw_frames, read_entrep_frames, read_frames
from entdemo.training.loop import Row, StageRun
from entdemo.training.sentences import Sentence
from entdemo.training.texts import TextBank, draw_sentences
from entdemo.weights import (
    BASE,
    GOLDEN,
    HEAD,
    LOG,
    TOKENIZER,
    BundleInfo,
    load_strictly,
    save_half,
    save_head,
    write_info,
)

_SENTENCES = 120_000
_MARGIN = 1.15
"""Training squares are this much larger than the network's input, so crops stay sharp."""
_GOLDEN_FRAMES = 3
_OOD_FRAMES = 7_000
_PLACES: Any = {
    "output": True,
    "runs": True,
    "data": {"train": {"folder"}, "validation": {"folder"}},
}
"""Fields that the bundle does not tell: paths on the computer that trained."""


class Recipe:
    """Runs a recipe; every part of it follows from the recipe's seeds.

    Args:
        config: what to do.
        report: called with each logged row of figures.
        say: called with one line before each longer step.
    """

    def __init__(
        self, config: TrainConfig, report: Callable[[Row], None], say: Callable[[str], None]
    ) -> None:
        self.config, self.report, self.say = config, report, say
        self.work = config.runs / config.name
        self.preprocess = preprocess_of(config.model.base)

    def run(self) -> BundleInfo:
        """Train every stage and write the bundle to ``config.output``."""
        self.work.mkdir(parents=True, exist_ok=True)
        size = int(self.preprocess.image_size * _MARGIN) // 8 * 8
        train = self._frames(self.config.data.train, size)
        validation = self._frames(self.config.data.validation, size)
        _check(train, validation)
        self.say(f"composing {_SENTENCES} sentences")
        pool = draw_sentences(_SENTENCES, self.config.seed)
        tokenize = self._tokenizer(pool, train)
        bank = TextBank(train, pool, tokenize)
        bundle = self.work / "bundle"
        shutil.rmtree(bundle, ignore_errors=True)
        bundle.mkdir()
        model = self._train(train, validation, bank, tokenize, bundle)
        return self._finish(model, tokenize, train, validation, bundle)

    def _frames(self, source: Source, size: int) -> FrameSet:
        if isinstance(source, FolderSource):
            return read_frames(source.folder, size)
        if isinstance(source, EntrepSource):
            return read_entrep_frames(source, size, self.say)
        self.say(f"drawing {source.n} phantom frames from seed {source.seed}")
        return draw_frames(source, size, self.config.runs / "frames")

    def _tokenizer(self, pool: list[Sentence], train: FrameSet) -> Tokenize:
        name = self.config.model.base
        if not is_hybrid(name):
            return create_tokenizer(name)
        path = self.work / TOKENIZER
        if not path.exists():
            corpus = [*(item.text for item in pool), *train.captions_en, *train.captions_vi]
            train_bpe(corpus, base_shape(name).vocab_size).save(str(path))
        return create_tokenizer(name, path)

    def _train(
        self,
        train: FrameSet,
        validation: FrameSet,
        bank: TextBank,
        tokenize: Tokenize,
        bundle: Path,
    ) -> EntClip:
        torch.manual_seed(self.config.seed)
        model = self._fresh_model()

        def validate(current: EntClip) -> Row:
            return calibrate.validate(current, self.preprocess, tokenize, validation)

        for index, stage in enumerate(self.config.stages):
            self.say(f"stage {index + 1} of {len(self.config.stages)}: {stage.trains}")
            if stage.trains == "lora" and self.config.model.pretrained is None:
                # Adapters are learnt on the base as it will be read back.
                halved = save_half(model.clip.state_dict(), bundle / BASE)
                load_strictly(model.clip, halved, BASE)
            batches = Batches(train, bank, self.preprocess, stage.batch_size)
            model = StageRun(model, self.config, index, batches, validate, self.report).run()
        return model

    def _fresh_model(self) -> EntClip:
        settings = self.config.model
        config = EntClipConfig(settings.base, settings.levels, settings.slerp_join)
        model = EntClip(config, settings.pretrained)
        if is_hybrid(settings.base):
            load_imagenet_weights(model.clip.visual.conv1)
        return model

    def _finish(
        self,
        model: EntClip,
        tokenize: Tokenize,
        train: FrameSet,
        validation: FrameSet,
        bundle: Path,
    ) -> BundleInfo:
        """Merge, calibrate, and write the bundle's files, ``entdemo.json`` last."""
        self.say("calibrating and writing the bundle")
        model.clip.visual.save_pretrained(str(bundle))
        merge_lora(model.clip)
        model.eval()
        if is_hybrid(self.config.model.base):
            shutil.copy(self.work / TOKENIZER, bundle / TOKENIZER)
        figures = self._calibrate(model, tokenize, train, validation)
        save_head(model, bundle / HEAD)
        write_golden(bundle / GOLDEN, model, self.preprocess, self._golden_squares(validation))
        shutil.copy(self.work / LOG, bundle / LOG)
        info = write_info(bundle, self._info(figures))
        write_card(bundle, info)
        shutil.rmtree(self.config.output, ignore_errors=True)
        shutil.copytree(bundle, self.config.output)
        return info

    def _golden_squares(self, validation: FrameSet) -> NDArray[np.uint8]:
        """Drawn frames alone: the bundle may be published, and patients' frames must not be."""
        squares = validation.squares[:_GOLDEN_FRAMES]
        side = self.preprocess.image_size
        if not isinstance(self.config.data.validation, PhantomSource):
            drawn = iter_phantoms(_GOLDEN_FRAMES, self.config.seed)
            squares = np.stack([frame_from_array(phantom.rgb).square(side) for phantom in drawn])
        return calibrate.resized(squares, side)

    @torch.no_grad()
    def _calibrate(
        self, model: EntClip, tokenize: Tokenize, train: FrameSet, validation: FrameSet
    ) -> dict[str, Any]:
        calibrate.update_prototypes(model, tokenize)
        subset = np.linspace(0, len(train) - 1, min(_OOD_FRAMES, len(train))).astype(int)
        encoded = calibrate.encode_squares(model, self.preprocess, train.squares[subset])
        model.ood.fit(encoded.features, torch.from_numpy(train.labels[subset]))
        held_out = calibrate.encode_squares(model, self.preprocess, validation.squares)
        labels = torch.from_numpy(validation.labels)
        captions, text_labels = calibrate.labelled_texts(
            [*validation.captions_en, *validation.captions_vi], np.tile(validation.labels, 2)
        )
        texts = calibrate.encode_texts(model, tokenize, captions)
        frame_logits = model.head.class_logits(held_out.embedding, model.head.prototypes)
        text_logits = model.head.class_logits(texts, model.head.prototypes)
        return {
            "calibration": {
                "frame_temperature": calibrate.fit_temperature(frame_logits, labels),
                # Generated captions are never mistaken, so they must not sharpen the answers.
                "text_temperature": max(1.0, calibrate.fit_temperature(text_logits, text_labels)),
            },
            "ood": {"threshold": self._ood_threshold(model, held_out.features)},
            "metrics": {
                "validation": {
                    "frame_accuracy": calibrate.accuracy(frame_logits, labels),
                    "caption_accuracy": calibrate.accuracy(text_logits, text_labels),
                }
            },
        }

    def _ood_threshold(self, model: EntClip, held_out: Tensor) -> float:
        pictures = calibrate.photographs(self.preprocess.image_size)
        outside = calibrate.encode_squares(model, self.preprocess, pictures)
        return calibrate.ood_threshold(model.ood(held_out), model.ood(outside.features))

    def _info(self, figures: dict[str, Any]) -> dict[str, Any]:
        settings = self.config.model
        return {
            "name": self.config.name,
            "base": {"name": settings.base, "pretrained": settings.pretrained},
            "fusion": {"levels": settings.levels, "slerp_join": settings.slerp_join},
            "classes": CLASSES,
            "prompts": CLASS_PROMPTS,
            "preprocess": {
                "image_size": self.preprocess.image_size,
                "mean": self.preprocess.mean,
                "std": self.preprocess.std,
            },
            "training": self.config.model_dump(mode="json", exclude=_PLACES),
            **figures,
        }


def _check(train: FrameSet, validation: FrameSet) -> None:
    """Refuse frames that would end a run only after its training."""
    missing = set(range(len(CLASSES))) - set(train.labels.tolist())
    if missing:
        names = ", ".join(CLASSES[label] for label in sorted(missing))
        raise UserError("train.class_missing", classes=names)
    if not any((*validation.captions_en, *validation.captions_vi)):
        raise UserError("train.no_captions")
