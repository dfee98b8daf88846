"""What the app answers, as plain dataclasses and as JSON.

The JSON is the same on the command line and in the app's API. torch is not imported: the page is
built before it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from entdemo.inference.findings import LikelyFinding
from entdemo.inference.verdict import Evidence, Judgement, judge, judgement_json
from entdemo.taxonomy import CLASSES, REGIONS, Finding, findings_of
from entdemo.text.findings import finding_names
from entdemo.text.query import Reading

if TYPE_CHECKING:
    from entdemo.inference.encoder import Encoded


@dataclass(frozen=True)
class Neighbour:
    """A gallery case near a query.

    Attributes:
        similarity: cosine of query and case, -1 to 1, to which a frame's probability of the
            case's class adds a little (``CLASS_SHARE``); where the query holds words, the mean of
            that and of the share of those words that the case's texts hold.
        weak: the case is too far from the query to say much about it.
        folded: ids of near-duplicates that this case stands for.
    """

    case_id: str
    similarity: float
    class_name: str
    finding: str
    caption_en: str
    caption_vi: str
    file: str
    weak: bool = False
    folded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """Answer to one frame or one description.

    Attributes:
        class_name: the most probable of the seven classes.
        region: the most probable region.
        probabilities: calibrated probability of each class, in taxonomy order; they sum to 1.
        in_distribution: False where the query does not look like an endoscopy frame, or where the
            description is about something else.
        neighbours: nearest cases, most similar first.
        timings_ms: stage name to milliseconds.
        gates: weight of each fused depth (frames only), sums to 1.
        text_cut: the description was longer than the text tower reads; its end did not count.
        about: the description, if there is one, is about ear, nose and throat endoscopy.
        reading: what was read from the description beside its class; None for a frame alone.
        absent_findings: findings that the description names and no case of the gallery has, as
            keys of ``text.findings.finding_names``.
        findings: those that are told of a frame of the region, most likely first; empty where
            none was measured better than its base rate.
        unlikeness: how unlike the known frames a frame is, see ``inference.calibration``.
        turned: how surely a side is read from a quarter turn of a frame, see
            ``inference.turning``.
        strangeness: how far it is from what endoscopy looks like, see ``inference.verdict``.
        nearest: classes of the first cases of the whole gallery, nearest first, whatever the
            visitor left out of ``neighbours``; no more than it holds of the region.
    """

    class_name: str
    region: str
    probabilities: dict[str, float]
    in_distribution: bool
    neighbours: tuple[Neighbour, ...]
    timings_ms: dict[str, float]
    gates: tuple[float, ...] = ()
    text_cut: bool = False
    about: bool = True
    reading: Reading | None = None
    absent_findings: tuple[str, ...] = ()
    findings: tuple[LikelyFinding, ...] = ()
    unlikeness: float = 0.0
    turned: float = 0.0
    strangeness: float = 0.0
    nearest: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        encoded: Encoded,
        neighbours: tuple[Neighbour, ...],
        timings_ms: dict[str, float],
        refused_above: float,
    ) -> Prediction:
        """The answer to an encoded frame or description.

        Args:
            encoded: what the network says of it.
            neighbours: nearest cases, most similar first.
            timings_ms: stage name to milliseconds.
            refused_above: distance above which a frame does not look like endoscopy.
        """
        return cls(
            class_name=CLASSES[int(np.argmax(encoded.probabilities))],
            region=REGIONS[int(np.argmax(encoded.regions))],
            probabilities=dict(zip(CLASSES, encoded.probabilities, strict=True)),
            in_distribution=encoded.about and encoded.distance <= refused_above,
            neighbours=neighbours,
            timings_ms=timings_ms,
            gates=encoded.gates,
            text_cut=encoded.cut,
            about=encoded.about,
            unlikeness=encoded.unlikeness,
            turned=encoded.turned,
            strangeness=encoded.distance / refused_above,
        )

    @property
    def named_findings(self) -> tuple[tuple[Finding, float], ...]:
        """``findings`` with their names, and their likelihoods."""
        named = {it.key: it for it in findings_of(self.region)}
        return tuple((named[it.key], it.likelihood) for it in self.findings)

    @property
    def _described(self) -> Reading | None:
        """What was read, where a description alone was asked with."""
        return None if self.gates else self.reading

    @cached_property
    def judgement(self) -> Judgement:
        """How far the answer can be relied on, and what of it is stated."""
        return judge(
            Evidence(
                self.probabilities,
                self.nearest,
                self.unlikeness,
                self.strangeness,
                self.in_distribution,
                # A frame is no matter of topic, whatever the words beside it are about.
                about=self.about or bool(self.gates),
                turned=self.turned,
                named=bool(self.gates) or self.reading is None or self.reading.names_the_field,
                several=self._described is not None and len(self._described.regions) > 1,
                both_sides=self._described is not None and self._described.both_sides,
                tells_state=self._described is None or self._described.tells_state,
            )
        )


@dataclass(frozen=True)
class Explanation:
    """What an answer to a frame rested on; no localisation of a finding.

    Attributes:
        class_name: the class that is explained, the most probable one.
        relevance: [g, g] float32, 0 to 1, over the frame's ``square_bounds``.
        gates: weight of each fused depth, sums to 1.
        levels: the block after which each of them was taken.
        blocks: how many blocks there are.
    """

    class_name: str
    relevance: NDArray[np.float32]
    gates: tuple[float, ...]
    levels: tuple[int, ...]
    blocks: int


def prediction_json(prediction: Prediction) -> dict[str, Any]:
    """Answer to a frame."""
    return judgement_json(prediction.judgement) | {
        "class": prediction.class_name,
        "region": prediction.region,
        "probabilities": prediction.probabilities,
        "in_distribution": prediction.in_distribution,
        "likely_findings": [
            {"finding": it.key, "name": it.en, "likelihood": round(likelihood, 4)}
            for it, likelihood in prediction.named_findings
        ],
        "neighbours": [neighbour_json(neighbour) for neighbour in prediction.neighbours],
        "timings_ms": prediction.timings_ms,
    }


def search_json(prediction: Prediction) -> dict[str, Any]:
    """Answer to a description."""
    whole = prediction_json(prediction)
    left_out = ("likely_findings", "timings_ms")
    told = {name: value for name, value in whole.items() if name not in left_out}
    return told | reading_json(prediction)


def reading_json(prediction: Prediction) -> dict[str, Any]:
    """What was read from a description beside its class; empty for a frame alone.

    Findings are named by their English names.
    """
    reading = prediction.reading
    if reading is None:
        return {}
    names = finding_names()
    return {
        "findings": sorted(names[key][0] for key in reading.named),
        "denied_findings": sorted(names[key][0] for key in reading.denied),
        "absent_findings": [names[key][0] for key in prediction.absent_findings],
        "corrections": [it._asdict() for it in reading.corrections],
    }


def neighbour_json(neighbour: Neighbour) -> dict[str, Any]:
    """One similar case."""
    return {
        "case_id": neighbour.case_id,
        "similarity": neighbour.similarity,
        "class": neighbour.class_name,
        "caption_en": neighbour.caption_en,
        "caption_vi": neighbour.caption_vi,
        "file": neighbour.file,
    }
