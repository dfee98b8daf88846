"""One typed class around model and gallery: frame or text in, plain dataclasses out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["clear", "unsure", "not-endoscopy"]


@dataclass(frozen=True)
class Neighbour:
    """A gallery case near a query; ``similarity`` is the cosine, -1 to 1."""

    case_id: str
    similarity: float
    class_name: str
    finding: str
    caption_en: str
    caption_vi: str
    file: str


@dataclass(frozen=True)
class Prediction:
    """Answer to one frame or one description.

    Attributes:
        class_name: the most probable of the seven classes.
        region: its region.
        probabilities: calibrated probability of each class, in taxonomy order; they sum to 1.
        in_distribution: False where the query does not look like an endoscopy frame.
        neighbours: nearest cases, most similar first.
        timings_ms: stage name to milliseconds.
        gates: weight of each fused depth (frames only), sums to 1.
    """

    class_name: str
    region: str
    probabilities: dict[str, float]
    in_distribution: bool
    neighbours: tuple[Neighbour, ...]
    timings_ms: dict[str, float]
    gates: tuple[float, ...] = ()

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Classes, most probable first, that hold at least a fifth of the best one's probability."""
        ranked = sorted(self.probabilities, key=self.probabilities.__getitem__, reverse=True)
        floor = self.probabilities[ranked[0]] / 5
        return tuple(name for name in ranked if self.probabilities[name] >= floor)

    @property
    def verdict(self) -> Verdict:
        """How to word the answer."""
        if not self.in_distribution:
            return "not-endoscopy"
        return "unsure" if self.probabilities[self.class_name] < UNSURE_BELOW else "clear"


UNSURE_BELOW = 0.6
"""Below this calibrated probability the answer names the alternatives instead of one class."""
