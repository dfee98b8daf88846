"""The methods that are compared, from zero-shot to all components."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from entdemo.training.config import ObjectiveConfig

Source = Literal["own", "fused", "joined"]
Learns = Literal["nothing", "probe", "adapters"]
Pretraining = Literal["", "restore", "preserve"]

ALL = "all"
LORA = "LoRA"


@dataclass(frozen=True)
class Variant:
    """One method.

    Attributes:
        name: of its row.
        learns: ``nothing``, so class prompts alone decide, zero-shot; a linear ``probe`` on frozen
            vectors; or ``adapters`` and head.
        source: the frame's vector: CLIP's ``own``, the ``fused`` CLS tokens, or both ``joined`` by
            slerp.
        levels: blocks whose CLS tokens are fused.
        prompts: class prompts take part in the classification.
        contrast: weight of the contrast between frames and texts.
        mixup: weight of the spherical mixup.
        sentences: weight of the classification of free sentences.
        smoothing: of the labels.
        ema: decay of the moving average of the weights; 0 takes the last weights.
        clusters: weight of the non-contrastive term, see ``terms.cluster_agreement``.
        scales: weight of the contrast at every depth, see ``terms.balanced_contrast``.
        consistency: weight of the consistency with frames before augmentation.
        teacher: weight of what the weights' average teaches on unlabelled frames, see ``teacher``.
        pretraining: what the tower learns first from frames without labels, see ``pretraining``.
    """

    name: str
    learns: Learns = "adapters"
    source: Source = "joined"
    levels: tuple[int, ...] = (3, 6, 9, 12)
    prompts: bool = False
    contrast: float = 0.0
    mixup: float = 0.0
    sentences: float = 0.0
    smoothing: float = 0.0
    ema: float = 0.0
    clusters: float = 0.0
    scales: float = 0.0
    consistency: float = 0.0
    teacher: float = 0.0
    pretraining: Pretraining = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What a finished run is found by; runs from before there was pre-training stay found."""
        found = asdict(self)
        if not self.pretraining:
            del found["pretraining"]
        return found


def ladder(levels: tuple[int, ...], weights: ObjectiveConfig, ema: float) -> list[Variant]:
    """Each rung adds one component to the one before it.

    Args:
        levels: blocks whose CLS tokens are fused.
        weights: that components have where they are on.
        ema: decay of the moving average where it is on.
    """
    last = levels[-1:]
    lora = Variant("LoRA", source="own", levels=last)
    fused = replace(lora, name="+ multi-level CLS", source="fused", levels=levels)
    joined = replace(fused, name="+ slerp join", source="joined")
    mixed = replace(joined, name="+ slerp mixup", mixup=weights.mixup)
    texts = replace(
        mixed, name="+ class prompts and contrast", prompts=True, contrast=weights.contrast
    )
    whole = replace(
        texts,
        name=ALL,
        sentences=weights.sentences,
        smoothing=weights.label_smoothing,
        ema=ema,
    )
    return [zero_shot(levels), linear_probe(levels), lora, fused, joined, mixed, texts, whole]


def zero_shot(levels: tuple[int, ...]) -> Variant:
    """The frozen base and its class prompts."""
    return Variant("frozen CLIP, zero-shot", "nothing", "own", levels[-1:], prompts=True)


def linear_probe(levels: tuple[int, ...]) -> Variant:
    """Logistic regression on the frozen base's own vectors."""
    return Variant("linear probe", "probe", "own", levels[-1:])


def without(whole: Variant) -> list[Variant]:
    """Everything but one component, and one depth in place of several."""
    blocks = tuple(level for level in whole.levels if level)
    return [
        replace(whole, name="all, without the pooled patches", levels=blocks),
        replace(whole, name="all, own CLIP vector alone", source="own"),
        replace(whole, name="all, last depth alone", levels=whole.levels[-1:]),
        replace(whole, name="all, without contrast", contrast=0.0),
    ]


def related(whole: Variant) -> list[Variant]:
    """Ideas of related work as switches on everything."""
    return [
        replace(whole, name="all, without weight averaging", ema=0.0),
        replace(whole, name="all + non-contrastive clusters", clusters=0.3),
        replace(whole, name="all + contrast at every depth", scales=0.3),
        replace(whole, name="all + degraded consistency", consistency=1.0),
        replace(whole, name="all + averaged teacher, unlabelled frames", teacher=0.5),
    ]


def pretrained(whole: Variant) -> list[Variant]:
    """Everything, after the tower has learned from frames without labels."""
    return [
        replace(whole, name="all, after restoring masked frames", pretraining="restore"),
        replace(whole, name="all, after restoring mixed frames", pretraining="preserve"),
    ]
