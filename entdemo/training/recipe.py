"""A whole recipe, from frames to a finished weight bundle; alone or as one of several processes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from numpy.typing import NDArray

from entdemo.bundle.golden import write_golden
from entdemo.bundle.weights import (
    BASE,
    GOLDEN,
    HEAD,
    LOG,
    TOKENIZER,
    Bundle,
    BundleInfo,
    load_strictly,
    read_info,
    save_half,
    save_head,
    write_info,
)
from entdemo.errors import TrainingError
from entdemo.image.frame import frame_from_array
from entdemo.model.base import Tokenize, base_shape, create_tokenizer, is_hybrid
from entdemo.model.files import ADAPTER_CONFIG
from entdemo.model.lora import merge_lora
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.model.preprocess import preprocess_of
from entdemo.model.stem import load_imagenet_weights
from entdemo.model.tensors import read_tensors
from entdemo.phantom.folder import iter_phantoms
from entdemo.storage.training_files import told, write_file, write_folder
from entdemo.taxonomy import CLASSES
from entdemo.text.prompts import CLASS_PROMPTS
from entdemo.text.tokenizer import train_bpe
from entdemo.training import calibrate
from entdemo.training.anchors import FindingAnchors
from entdemo.training.batches import Batches
from entdemo.training.card import write_card
from entdemo.training.config import (
    EntrepSource,
    FolderSource,
    PhantomSource,
    Source,
    StageConfig,
    TrainConfig,
)
from entdemo.training.data import FrameSet, draw_frames, read_entrep_frames, read_frames
from entdemo.training.leakage_check import check_apart
from entdemo.training.log import Row
from entdemo.training.loop import StageRun
from entdemo.training.run_lock import claim_folder
from entdemo.training.sentences import Sentence
from entdemo.training.start import open_start, place_anchors, record_of, take_over
from entdemo.training.texts import TextBank, draw_sentences
from entdemo.training.weight_averaging import mean_of, state_of

_MARGIN = 1.15
"""Training squares are this much larger than the network's input, so crops stay sharp."""
_PATIENCE = timedelta(hours=6)
"""How long processes wait for the one that draws frames, looks at validation or writes."""
_GOLDEN_FRAMES = 3


def square_side(image_size: int) -> int:
    """Side of training squares for a network that takes ``image_size``, in pixels."""
    return int(image_size * _MARGIN) // 8 * 8


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
        self.processes = PartialState(cpu=not torch.accelerator.is_available(), timeout=_PATIENCE)
        self.config, self.report = config, report
        self.say = say if self.processes.is_main_process else _silent
        self.work = config.runs / config.name
        self.preprocess = preprocess_of(config.model.base)
        self.start: Bundle | None = None

    def run(self) -> BundleInfo:
        """Train every stage and write the bundle to ``config.output``.

        Raises:
            UserError: frames cannot be used, ``config.runs`` holds a run of another recipe or
                other frames under this name, or the disk cannot be written; whatever was complete
                before stays.
        """
        if self.processes.num_processes > 1:
            self.say(f"{self.processes.num_processes} processes share each batch")
        self.start = open_start(self.config)
        size = square_side(self.preprocess.image_size)
        sets = {source: self._frames(source, size) for source in self.config.sources}
        train = sets[self.config.data.train]
        validation = self._frames(self.config.data.validation, size)
        for frames in sets.values():
            _check(frames, validation)
            check_apart(frames, validation)
        with self.processes.main_process_first():
            digest = self.start.info.content_digest if self.start else None
            claim_folder(self.work, self.config, [*sets.values(), validation], digest)
        self.say(f"composing {self.config.sentence_pool} sentences")
        pool = draw_sentences(self.config.sentence_pool, self.config.seed)
        tokenize = self._tokenizer(pool, train)
        banks = {source: TextBank(frames, pool, tokenize) for source, frames in sets.items()}
        bundle = self.work / "bundle"
        if self.processes.is_main_process:
            shutil.rmtree(bundle, ignore_errors=True)
            bundle.mkdir()
        model = self._train(banks, validation, tokenize, bundle)
        if self.processes.is_main_process:
            with told(bundle):
                self._finish(model, tokenize, train, validation, bundle)
        self.processes.wait_for_everyone()
        return read_info(self.config.output)

    def _frames(self, source: Source, size: int) -> FrameSet:
        if isinstance(source, FolderSource):
            return read_frames(source.folder, size)
        if isinstance(source, EntrepSource):
            return read_entrep_frames(source, size, self.say)
        self.say(f"drawing {source.n} phantom frames from seed {source.seed}")
        with self.processes.main_process_first():
            return draw_frames(source, size, self.config.runs / "frames")

    def _tokenizer(self, pool: list[Sentence], train: FrameSet) -> Tokenize:
        name = self.config.model.base
        if not is_hybrid(name):
            return create_tokenizer(name)
        path = self.work / TOKENIZER
        with self.processes.main_process_first():
            if self.start and not path.exists():
                write_file(path, (self.start.folder / TOKENIZER).read_bytes())
            if not path.exists():
                corpus = [*(item.text for item in pool), *train.captions_en, *train.captions_vi]
                bpe = train_bpe(corpus, base_shape(name).vocab_size)
                write_file(path, bpe.to_str(pretty=True).encode())
        return create_tokenizer(name, path)

    def _train(
        self,
        banks: dict[Source, TextBank],
        validation: FrameSet,
        tokenize: Tokenize,
        bundle: Path,
    ) -> EntClip:
        torch.manual_seed(self.config.seed)
        model = self._first_model(banks[self.config.data.train].frames)

        def validate(current: EntClip) -> Row:
            return calibrate.validate(current, self.preprocess, tokenize, validation)

        def run(current: EntClip, index: int, branch: int) -> EntClip:
            if branch:
                self.say(f"branch {branch} of stage {index + 1}")
            settings = self.config.stages[index].runs[branch]
            batches = self._batches(settings, banks[self.config.frames_of(settings)])
            return StageRun(
                current, self.config, index, branch, batches, validate, self.report
            ).run()

        for index, stage in enumerate(self.config.stages):
            self.say(f"stage {index + 1} of {len(self.config.stages)}: {stage.trains}")
            if stage.trains == "lora" and self.config.model.pretrained is None:
                self._save_base(model, bundle / BASE)
            if not stage.branches:
                model = run(model, index, 0)
                continue
            start, ends = state_of(model), []
            for branch in range(len(stage.runs)):
                model.load_state_dict(start)
                model = run(model, index, branch)
                ends.append(state_of(model))
            model.load_state_dict(mean_of(ends))
        return model

    def _batches(self, run: StageConfig, bank: TextBank) -> Batches:
        objective = run.objective or self.config.objective
        return Batches(
            bank,
            self.preprocess,
            run.batch_size,
            self.config.augment,
            with_clean=objective.consistency > 0,
            device=self.processes.device,
        )

    def _save_base(self, model: EntClip, file: Path) -> None:
        """Adapters are learnt on the base as it will be read back."""
        if self.processes.is_main_process:
            with told(file):
                save_half(model.clip.state_dict(), file)
        self.processes.wait_for_everyone()
        load_strictly(model.clip, read_tensors(file), BASE)

    def _first_model(self, frames: FrameSet) -> EntClip:
        settings = self.config.model
        config = EntClipConfig(settings.base, settings.levels, settings.slerp_join)
        model = EntClip(config, settings.pretrained)
        if self.start:
            take_over(model, self.start)
        elif is_hybrid(settings.base):
            load_imagenet_weights(model.clip.visual.conv1)
        if any(terms.findings for terms in self.config.objectives):
            model.anchors = FindingAnchors(model.shape.embed_dim)
            if self.start:
                place_anchors(model.anchors, self.start, frames)
        return model

    def _finish(
        self,
        model: EntClip,
        tokenize: Tokenize,
        train: FrameSet,
        validation: FrameSet,
        bundle: Path,
    ) -> None:
        """Merge, calibrate, and write the bundle's files, ``entdemo.json`` last."""
        self.say("calibrating and writing the bundle")
        model.clip.visual.save_pretrained(str(bundle))
        _sort_lists(bundle / ADAPTER_CONFIG)
        merge_lora(model.clip)
        model.eval()
        if is_hybrid(self.config.model.base):
            shutil.copy(self.work / TOKENIZER, bundle / TOKENIZER)
        calibrate.update_prototypes(model, tokenize)
        figures = calibrate.calibrated(model, self.preprocess, tokenize, train, validation)
        save_head(model, bundle / HEAD)
        write_golden(bundle / GOLDEN, model, self.preprocess, self._golden_squares(validation))
        shutil.copy(self.work / LOG, bundle / LOG)
        info = write_info(bundle, self._info(figures))
        write_card(bundle, info)
        write_folder(
            self.config.output, lambda new: shutil.copytree(bundle, new, dirs_exist_ok=True)
        )

    def _golden_squares(self, validation: FrameSet) -> NDArray[np.uint8]:
        """Drawn frames alone: the bundle may be published, and patients' frames must not be."""
        squares = validation.squares[:_GOLDEN_FRAMES]
        side = self.preprocess.image_size
        if not isinstance(self.config.data.validation, PhantomSource):
            drawn = iter_phantoms(_GOLDEN_FRAMES, self.config.seed)
            squares = np.stack([frame_from_array(phantom.rgb).square(side) for phantom in drawn])
        return calibrate.resized(squares, side)

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
            "training": self.config.without_places()
            | ({"start": record_of(self.start)} if self.start else {}),
            **figures,
        }


def _silent(line: str) -> None:
    """What processes other than the first say."""


def _sort_lists(file: Path) -> None:
    """PEFT writes sets in an order that changes from process to process."""
    config = json.loads(file.read_text("utf-8"))
    ordered = {key: sorted(it) if isinstance(it, list) else it for key, it in config.items()}
    file.write_text(json.dumps(ordered, indent=2, sort_keys=True), "utf-8")


def _check(train: FrameSet, validation: FrameSet) -> None:
    """Refuse frames that would end a run only after its training."""
    missing = set(range(len(CLASSES))) - set(train.labels.tolist())
    if missing:
        names = ", ".join(CLASSES[label] for label in sorted(missing))
        raise TrainingError("train.class_missing", classes=names)
    if not any((*validation.captions_en, *validation.captions_vi)):
        raise TrainingError("train.no_captions")
