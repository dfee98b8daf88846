"""A small predictor and gallery, quick and predictable, for tests of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from entdemo.errors import UserError
from entdemo.gallery.cases import Case
from entdemo.gallery.filters import EVERYTHING, CaseFilter
from entdemo.image.frame import Frame
from entdemo.inference.prediction import Explanation, Neighbour, Prediction
from entdemo.inference.verdict import FIRST_CASES
from entdemo.taxonomy import CLASS_NAMES, CLASSES, findings_of, region_of
from entdemo.text.terms import stems

COLOURS = {
    "nose": (215, 130, 110),
    "ear": (190, 165, 130),
    "vocal-cords": (190, 75, 55),
    "throat": (190, 100, 125),
}


@dataclass
class FakeGallery:
    folder: Path
    cases: tuple[Case, ...]

    def case(self, case_id: str) -> Case:
        if (found := self.find(case_id)) is None:
            raise UserError("gallery.no_such_case", case_id=case_id)
        return found

    def find(self, case_id: str) -> Case | None:
        return next((case for case in self.cases if case.case_id == case_id), None)

    @property
    def vectors(self) -> np.ndarray:
        """[N, 16] float32 of length 1: cases of a class together, those of a region near."""
        places = {name: number for number, name in enumerate(CLASSES)}
        regions = {name: 7 + number for number, name in enumerate(COLOURS)}
        rows = np.full((len(self.cases), 16), 0.01, np.float32)
        for row, case in enumerate(self.cases):
            rows[row, places[case.class_name]] = 1 + row % 3 / 10
            rows[row, regions[case.region]] = 1
            rows[row, 11 + row % 5] += row / 100
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def frame_path(self, case: Case) -> Path:
        return self.folder / case.file


def draw_frame(path: Path, class_name: str, shift: int = 0) -> Path:
    """A disc in the region's colour with a few marks, 320 x 240."""
    image = Image.new("RGB", (320, 240))
    draw = ImageDraw.Draw(image)
    red, green, blue = COLOURS[region_of(class_name)]
    for radius in range(112, 0, -2):
        light = 1.15 - radius / 160
        tint = tuple(min(255, int(c * light)) for c in (red, green, blue))
        draw.ellipse((160 - radius, 120 - radius, 160 + radius, 120 + radius), fill=tint)
    side = -1 if class_name.endswith("left") else 1
    x = 160 + side * (24 + shift)
    draw.ellipse((x - 18, 90 + shift, x + 18, 160 + shift), fill=(50, 20, 18))
    image.save(path, "JPEG", quality=90)
    return path


def fake_gallery(folder: Path, a_class: int = 4) -> FakeGallery:
    cases = []
    for class_name in CLASSES:
        findings = findings_of(region_of(class_name))
        for number in range(a_class):
            finding = findings[number % len(findings)]
            names = CLASS_NAMES[class_name]
            case_id = f"{class_name}-{number}"
            draw_frame(folder / f"{case_id}.jpg", class_name, shift=4 * number)
            cases.append(
                Case(
                    case_id,
                    f"{case_id}.jpg",
                    class_name,
                    finding.key,
                    f"{names['en'].capitalize()}: {finding.en}, seen from the front.",
                    f"{names['vi'].capitalize()}: {finding.vi}, nhìn từ phía trước.",
                    source="drawn for tests",
                    licence="CC0-1.0",
                )
            )
    return FakeGallery(folder, tuple(cases))


def _hue_distance(mean: np.ndarray, colour: tuple[int, int, int]) -> float:
    tint, other = mean / (mean.sum() + 1), np.array(colour) / sum(colour)
    return float(np.abs(tint - other).sum())


def fake_bundle(folder: Path = Path("/nowhere")) -> Any:
    """What the page reads of a bundle beside its answers."""
    confusion = {name: {other: 40 * (name == other) for other in CLASSES} for name in CLASSES}
    confusion["ear-left"] |= {"ear-left": 37, "ear-right": 3}
    phantom = {
        "n": 2800,
        "accuracy": 0.978,
        "macro_f1": 0.977,
        "ece": 0.009,
        "image_retrieval": {"recall@1": 0.97, "mrr": None},
        "confusion": confusion,
        "ci95": {"accuracy": [0.973, 0.983], "image_recall@1": [0.964, 0.976]},
    }
    sentences = {"en": {"n": 165, "accuracy": 0.947}, "vi": {"n": 166, "accuracy": 0.978}}
    metrics = {"phantom_test": phantom, "sentences": sentences}
    return SimpleNamespace(folder=folder, info=SimpleNamespace(name="default", metrics=metrics))


@dataclass
class FakePredictor:
    """Answers by colour for frames, by words for text."""

    gallery: FakeGallery
    device: str = "CPU"
    library: str = "torch"
    precision: str = "fp32"
    bundle_name: str = "default"
    bundle_id: str = "0123456789abcdef"
    bundle: Any = field(default_factory=lambda: fake_bundle())
    notice: UserError | None = None
    fail: bool = field(default=False)

    def predict(self, frame: Frame, k: int = 12, where: CaseFilter = EVERYTHING) -> Prediction:
        if self.fail:
            raise RuntimeError("the visitor's secret")
        pixels = frame.square(64).reshape(-1, 3)
        mean = pixels[pixels.sum(axis=1) > 90].mean(axis=0) if pixels.any() else np.zeros(3)
        regions = sorted(COLOURS, key=lambda name: _hue_distance(mean, COLOURS[name]))
        left = frame.square(64)[:, :32].mean() < frame.square(64)[:, 32:].mean()
        names = [name for name in CLASSES if region_of(name) == regions[0]]
        best = names[-1] if left else names[0]
        colourless = float(np.ptp(mean)) < 12
        return self._answer(best, k, where, sure=not colourless, known=not colourless)

    def classes(self, frames: Sequence[Frame]) -> list[Prediction]:
        return [self.predict(frame, 1) for frame in frames]

    def combine(
        self,
        frame: Frame,
        text: str,
        share: float = 0.5,
        k: int = 12,
        where: CaseFilter = EVERYTHING,
    ) -> Prediction:
        """As ``predict``; from a share of one half on, cases that hold the words come first."""
        seen = self.predict(frame, len(self.gallery.cases), where)
        wanted = stems(text) if share >= 0.5 else frozenset()
        near = sorted(seen.neighbours, key=lambda one: -len(wanted & stems(one.caption_en)))
        return replace(seen, neighbours=tuple(near[:k]))

    def explain(self, frame: Frame) -> Explanation:
        relevance = np.zeros((8, 8), np.float32)
        relevance[2:4, 5] = 1
        name = self.predict(frame, 1).class_name
        return Explanation(name, relevance, (0.1, 0.2, 0.3, 0.4), (3, 6, 9, 12), 12)

    def search(self, text: str, k: int = 12, where: CaseFilter = EVERYTHING) -> Prediction:
        if not text.strip():
            raise UserError("text.empty")
        if len(text) > 1000:
            raise UserError("text.too_long", length=len(text), limit=1000)
        low = text.lower()
        hints = {
            "throat": "amidan|tonsil|throat|họng",
            "ear": "ear|tai|nhĩ",
            "nose": "nose|nas|mũi",
        }
        hints |= {"vc": "cord|thanh"}
        prefix = next((p for p, words in hints.items() if re.search(words, low)), "")
        names = [name for name in CLASSES if name.startswith(prefix)]
        right = bool(re.search("right|phải|open|mở", low)) or not re.search("left|trái|clos", low)
        best = names[0 if right else -1]
        return self._answer(best, k, where, sure="?" not in low, known=bool(prefix))

    def similar(
        self, case_id: str, k: int = 12, where: CaseFilter = EVERYTHING
    ) -> tuple[Neighbour, ...]:
        others = replace(where, without=frozenset({case_id}))
        return self._near(self.gallery.case(case_id).class_name, k, others)

    def _answer(
        self, best: str, k: int, where: CaseFilter, *, sure: bool, known: bool
    ) -> Prediction:
        order = [best] + [n for n in CLASSES if n != best and region_of(n) == region_of(best)]
        order += [n for n in CLASSES if n not in order]
        values = [0.86, 0.1, 0.02, 0.01, 0.006, 0.003, 0.001]
        values = values if sure else [0.44, 0.31, 0.1, 0.06, 0.05, 0.03, 0.01]
        given = dict(zip(order, values, strict=True))
        return Prediction(
            class_name=best,
            region=region_of(best),
            probabilities={name: given[name] for name in CLASSES},
            in_distribution=known,
            neighbours=self._near(best, k, where),
            timings_ms={"total": 1.0},
            nearest=tuple(
                near.class_name
                for near in self._near(best, FIRST_CASES, EVERYTHING)
                if region_of(near.class_name) == region_of(best)
            ),
        )

    def _near(self, class_name: str, k: int, where: CaseFilter) -> tuple[Neighbour, ...]:
        def rank(case: Case) -> int:
            same = case.class_name == class_name
            return 2 * same + (region_of(case.class_name) == region_of(class_name))

        chosen = [
            c for c in self.gallery.cases if where.allows(c) and c.case_id not in where.without
        ]
        chosen = sorted(chosen, key=rank, reverse=True)[:k]
        near = tuple(
            Neighbour(
                case.case_id,
                0.97 - 0.03 * number,
                case.class_name,
                case.finding,
                case.caption_en,
                case.caption_vi,
                case.file,
                weak=rank(case) == 0,
            )
            for number, case in enumerate(chosen)
        )
        return tuple(one for one in near if one.similarity >= where.min_similarity)
