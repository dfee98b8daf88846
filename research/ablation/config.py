"""Which runs an ablation makes: a YAML file checked field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from entdemo.training.config import ObjectiveConfig, PhantomSource, Positive, StageConfig, Strict

Title = Literal[
    "The ladder",
    "Few labelled frames",
    "Ideas of related work",
    "Everything but one component",
    "Pre-training without labels",
]
Seed = Annotated[int, Field(ge=0)]


class DomainConfig(Strict):
    """Drawn frames, degraded; the training frames are as many as the runs ask for.

    Attributes:
        train_seed: each run seed gets frames of its own from it.
        views: looks at each training frame: plain, mirrored, and pairs of augmented ones.
    """

    train_seed: Seed
    validation: PhantomSource
    test: PhantomSource
    views: Annotated[int, Field(ge=4, multiple_of=2)] = 12

    @model_validator(mode="after")
    def _no_shared_draw(self) -> DomainConfig:
        if len({self.train_seed, self.validation.seed, self.test.seed}) < 3:
            raise ValueError("train_seed and the seeds of validation and test must differ")
        return self


class AblationConfig(Strict):
    """All runs of a ladder and of a curve over the number of labelled frames.

    Attributes:
        weights: the bundle whose base the runs start from; its LoRA and head are not used.
        seeds: of the runs; each draws few-shot frames, first weights and batches anew.
        shots: labelled frames a class of the ladder.
        low_data: labelled frames a class of the curve; empty draws none.
        groups: titles of the tables that are made; empty makes all.
        stage: how each run trains.
        objective: weights that a component has where it is on.
        runs: finished runs are kept here.
        output: folder of the report.
    """

    weights: str = "weights/default"
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] = (0, 1, 2)
    shots: Positive = 16
    low_data: tuple[Positive, ...] = (1, 2, 4, 8, 16, 32)
    groups: tuple[Title, ...] = ()
    domain: DomainConfig
    lora_rank: Positive = 8
    lora_alpha: Positive = 16
    stage: StageConfig
    objective: ObjectiveConfig = ObjectiveConfig()
    runs: Path = Path("runs/ablation")
    output: Path = Path("docs")

    @model_validator(mode="after")
    def _adapts(self) -> AblationConfig:
        if self.stage.trains != "lora":
            raise ValueError("stage must train “lora”")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds must differ")
        return self

    @property
    def most_shots(self) -> int:
        """Frames a class that each run seed needs."""
        return max(self.shots, *self.low_data, 1)
