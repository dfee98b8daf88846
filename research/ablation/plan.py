"""Which runs an ablation makes, in the order in which they are made."""

from __future__ import annotations

from dataclasses import dataclass

from research.ablation.config import AblationConfig
from research.ablation.runs import Job
from research.ablation.variants import (
    Variant,
    ladder,
    linear_probe,
    pretrained,
    related,
    without,
)


@dataclass(frozen=True)
class Group:
    """Variants that stand in one table.

    Attributes:
        title: of the table.
        variants: its rows.
        shots: labelled frames a class, one number or several.
        baseline: every row is compared with this variant; None compares with the row before.
    """

    title: str
    variants: list[Variant]
    shots: tuple[int, ...]
    baseline: Variant | None = None

    def jobs(self, seeds: tuple[int, ...]) -> list[Job]:
        """All runs of the group."""
        return [
            Job(variant, shots, seed)
            for seed in seeds
            for shots in self.shots
            for variant in self.variants
        ]


LADDER = "The ladder"
LOW_DATA = "Few labelled frames"
RELATED = "Ideas of related work"
WITHOUT = "Everything but one component"
PRETRAINED = "Pre-training without labels"


def groups_of(config: AblationConfig, levels: tuple[int, ...]) -> list[Group]:
    """The groups that are asked for, in the order of their weight; ``levels`` of the bundle."""
    rungs = ladder(levels, config.objective, config.stage.ema)
    whole, shots = rungs[-1], (config.shots,)
    groups = [
        Group(LADDER, rungs, shots),
        Group(LOW_DATA, [linear_probe(levels), rungs[2], whole], config.low_data),
        Group(RELATED, [whole, *related(whole)], shots, whole),
        Group(WITHOUT, [whole, *without(whole)], shots, whole),
        Group(PRETRAINED, [whole, *pretrained(whole)], shots, whole),
    ]
    wanted = config.groups or [group.title for group in groups]
    return [group for group in groups if group.shots and group.title in wanted]
