"""Training recipes: YAML files checked field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from entdemo.errors import TrainingError, in_one
from entdemo.training.yaml_file import YamlFile, read_yaml_file

Positive = Annotated[int, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    """A model that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PhantomSource(Strict):
    """``n`` drawn frames; two sources with different seeds share no parameter draw."""

    n: Annotated[int, Field(gt=0, le=1_000_000)]
    seed: Annotated[int, Field(ge=0)]


class FolderSource(Strict):
    """Frames on disk: one sub-folder a class, captions in ``captions.csv``."""

    folder: Path


class EntrepSource(Strict):
    """One side of an ENTRep folder, split by whole examinations.

    Attributes:
        validation_share: share of the frames on the validation side.
        seed: another seed, another split.
        skip_bad: go on without pictures and entries that cannot be used, in place of ending.
    """

    folder: Path
    part: Literal["train", "validation"]
    validation_share: Annotated[float, Field(gt=0, lt=1)] = 0.15
    seed: Annotated[int, Field(ge=0)] = 0
    skip_bad: bool = False


Source = PhantomSource | FolderSource | EntrepSource


class DataConfig(Strict):
    """Frames to learn from and frames to select and calibrate on."""

    train: Source
    validation: Source

    @model_validator(mode="after")
    def _two_sides_of_one_split(self) -> DataConfig:
        train, validation = self.train, self.validation
        _check_seeds(train, validation)
        if isinstance(train, EntrepSource) and isinstance(validation, EntrepSource):
            other = validation.model_copy(update={"part": "train"})
            if train.part != "train" or validation.part != "validation" or other != train:
                raise ValueError(
                    "train and validation must be the two parts of one ENTRep split: the same "
                    "folder, validation_share, seed and skip_bad"
                )
        return self


def _check_seeds(train: Source, validation: Source) -> None:
    if not isinstance(train, PhantomSource) or not isinstance(validation, PhantomSource):
        return
    if train.seed == validation.seed:
        raise ValueError("train and validation must be drawn from different seeds")


class ModelConfig(Strict):
    """The network, see ``model.network.EntClipConfig``, and its LoRA.

    Attributes:
        pretrained: an open_clip tag of the base, or a file of its weights (``.safetensors``), which
            then become part of the bundle.
        start: weights to go on from, a folder or a Hub repository; their adapter is merged and
            becomes part of the base. They may fuse fewer levels.
        imagenet_stem: put ImageNet's weights back into the stem of ``start``.
        level_dropout: see ``model.fusion.FusionHead``.
    """

    base: str
    pretrained: str | None = None
    start: str | None = None
    imagenet_stem: bool = False
    levels: tuple[Annotated[int, Field(ge=0)], ...] = (3, 6, 9, 12)
    level_dropout: Share = 0.0
    slerp_join: bool = True
    lora_rank: Positive = 8
    lora_alpha: Positive = 16

    @field_validator("levels")
    @classmethod
    def _in_order(cls, levels: tuple[int, ...]) -> tuple[int, ...]:
        if not levels or list(levels) != sorted(set(levels)) or levels[-1] < 1:
            raise ValueError("levels must ascend, each once, and end with a block")
        return levels

    @property
    def pretrained_file(self) -> Path | None:
        """The file of weights, where ``pretrained`` names one."""
        named = self.pretrained or ""
        return Path(named) if named.endswith(".safetensors") else None

    @property
    def tag(self) -> str | None:
        """The open_clip tag, where ``pretrained`` is one."""
        return None if self.pretrained_file else self.pretrained

    @model_validator(mode="after")
    def _one_beginning(self) -> ModelConfig:
        if self.pretrained and self.start:
            raise ValueError("start already holds the base: leave pretrained out")
        return self


class ObjectiveConfig(Strict):
    """Weights of the terms beside the cross-entropy, see ``objective.Objective``."""

    contrast: Weight = 0.5
    mixup: Weight = 0.2
    sentences: Weight = 0.3
    findings: Weight = 0
    consistency: Weight = 0.0
    levels: Weight = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.05


class AugmentConfig(Strict):
    """Degradations beyond the usual ones, each with the share of frames that get it.

    Attributes:
        disc_crop: the middle of the disc alone, as where the frame is filled by tissue.
        light: brightness that falls off from a lamp beside the middle.
        glare: white reflections of the lamp.
        recolour: the colours of another camera.
        turn: turned so far that the side cannot be told; both sides are then right alike.
    """

    disc_crop: Share = 0.0
    light: Share = 0.0
    glare: Share = 0.0
    recolour: Share = 0.0
    turn: Share = 0.0


class IngredientConfig(Strict):
    """How a further ingredient of a soup differs from the stage itself, see ``StageConfig``."""

    steps: Positive
    ema: Annotated[float, Field(ge=0, lt=1)]
    frames: PhantomSource | None = None


class StageConfig(Strict):
    """One stage of training.

    Attributes:
        trains: ``base`` trains the CLIP base and the head; ``lora`` freezes the base and trains
            adapters and head.
        stem_lr_factor: learning rate of a pretrained stem relative to ``lr``; 0 freezes it.
        objective: in place of the recipe's.
        contrast_scale: inverse temperature that the contrast starts the stage with; None goes on
            with the learned one.
        chunks: a batch goes through the network in so many chunks, for less memory; its gradient
            stays that of the whole batch (gradient cache, see ``step.GradientStep``).
        frames: drawn for this stage, in place of the recipe's training frames.
        soup: further ingredients beside the stage itself, trained from the same start; the mean of
            the weights of all goes on (Wortsman et al., "Model soups", 2022).
        patience: the stage ends after so many validations without a better accuracy, and keeps its
            best weights; None trains all steps and keeps the last.
        frame_weight: share of the frames' accuracy in what ``patience`` looks at; captions of both
            languages have the rest.
    """

    trains: Literal["base", "lora"]
    steps: Positive
    batch_size: Positive = 64
    lr: Annotated[float, Field(gt=0)] = 5e-4
    stem_lr_factor: Annotated[float, Field(ge=0)] = 0.3
    weight_decay: Weight = 0.05
    warmup: Annotated[int, Field(ge=0)] = 100
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.998
    objective: ObjectiveConfig | None = None
    contrast_scale: Annotated[float, Field(ge=1, le=100)] | None = None
    chunks: Positive = 1
    frames: PhantomSource | None = None
    soup: tuple[IngredientConfig, ...] = ()
    patience: Positive | None = None
    frame_weight: Share = 0.5

    @property
    def ingredients(self) -> tuple[StageConfig, ...]:
        """The stage itself, then each further ingredient of its soup as a stage."""
        own = self.model_copy(update={"soup": ()})
        return (own, *(own.model_copy(update=dict(other)) for other in self.soup))

    @model_validator(mode="after")
    def _a_frame_a_chunk(self) -> StageConfig:
        if self.chunks > self.batch_size:
            raise ValueError("a batch cannot have more chunks than frames")
        return self

    @model_validator(mode="after")
    def _soup_of_bases(self) -> StageConfig:
        if self.soup and self.trains == "lora":
            raise ValueError("adapters of several runs have no mean: a soup must train “base”")
        return self


class TrainConfig(Strict):
    """A whole recipe.

    Attributes:
        output: folder of the finished weight bundle, relative to the working folder.
        runs: folder for logs, checkpoints and cached frames.
        precision: ``bf16`` and ``fp16`` train under autocast; ``fp16`` needs a GPU. ``auto`` is the
            half type that a GPU has, and on a CPU bf16 where that is measured to be faster.
        validate_every: steps between two validations, each with a checkpoint.
        sentence_pool: free sentences that are composed for training texts to be drawn from.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    seed: int = 0
    output: Path
    runs: Path = Path("runs")
    precision: Literal["auto", "no", "bf16", "fp16"] = "auto"
    validate_every: Positive = 200
    sentence_pool: Positive = 120_000
    augment: AugmentConfig = AugmentConfig()
    data: DataConfig
    model: ModelConfig
    objective: ObjectiveConfig = ObjectiveConfig()
    stages: Annotated[tuple[StageConfig, ...], Field(min_length=1)]

    @property
    def run_folder(self) -> Path:
        """Log, checkpoints, tokenizer and rounded base of this recipe's run."""
        return self.runs / self.name

    @property
    def objectives(self) -> tuple[ObjectiveConfig, ...]:
        """The objective of each stage."""
        return tuple(stage.objective or self.objective for stage in self.stages)

    @property
    def ships_base(self) -> bool:
        """Whether the bundle holds the base: published weights that stay as they are need not."""
        return self.model.tag is None or any(stage.trains == "base" for stage in self.stages)

    def without_places(self) -> dict[str, Any]:
        """The recipe as JSON without paths on the computer that trains."""
        folders = {"train": {"folder"}, "validation": {"folder"}}
        places: dict[str, Any] = {"output": True, "runs": True, "data": folders, "model": {"start"}}
        recipe = self.model_dump(mode="json", exclude=places)
        if self.model.pretrained_file:
            recipe["model"]["pretrained"] = self.model.pretrained_file.name
        return recipe

    def frames_of(self, stage: StageConfig) -> Source:
        """Where the frames that a stage, or an ingredient of it, trains on come from."""
        return stage.frames or self.data.train

    @property
    def sources(self) -> tuple[Source, ...]:
        """All frames that are trained on, those of ``data`` first, none twice."""
        trained = [ingredient for stage in self.stages for ingredient in stage.ingredients]
        return tuple(dict.fromkeys((self.data.train, *map(self.frames_of, trained))))

    @model_validator(mode="after")
    def _stages_apart_from_validation(self) -> TrainConfig:
        for source in self.sources:
            _check_seeds(source, self.data.validation)
        return self

    @model_validator(mode="after")
    def _ends_with_lora(self) -> TrainConfig:
        if [stage.trains for stage in self.stages].count("lora") != 1 or (
            self.stages[-1].trains != "lora"
        ):
            raise ValueError("the last stage, and no other, must train “lora”")
        return self


Checked = TypeVar("Checked", bound=BaseModel)


def read_config(path: Path) -> TrainConfig:
    """Read a recipe, see ``read_yaml``."""
    return read_yaml(path, TrainConfig)


def read_yaml(path: Path, kind: type[Checked]) -> Checked:
    """Read a YAML file as a model of ``kind``.

    Raises:
        UserError: as ``read_yaml_file``; or, each with its line and column, all its mistakes and
            all fields that are missing, unknown or out of range.
    """
    file = read_yaml_file(path)
    mistakes = list(file.mistakes)
    try:
        checked = kind.model_validate(file.content)
    except ValidationError as error:
        wrong = [one for one in error.errors() if file.is_whole or _is_of_one_value(one)]
        if wrong:
            problems = "; ".join(_problem(file, one) for one in wrong)
            mistakes.append(TrainingError("config.invalid", name=path.name, problems=problems))
        raise in_one(mistakes) from error
    if mistakes:
        raise in_one(mistakes)
    return checked


def _is_of_one_value(error: ErrorDetails) -> bool:
    """Whether a mistake is one whatever lines of the file cannot be read."""
    return error["type"] != "missing" and isinstance(error["input"], str | int | float)


def _problem(file: YamlFile, error: ErrorDetails) -> str:
    line, column = file.place(error["loc"])
    field = ".".join(str(part) for part in error["loc"]) or "the file"
    return f"line {line}, column {column}, {field}: {error['msg']}"
