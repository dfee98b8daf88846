"""What is measured is what is served: ``evaluate`` and ``Predictor`` rank alike."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.fixtures.bundle import make_bundle
from entdemo.bundle.weights import load_bundle
from entdemo.evaluation.evaluate import Examined, examine
from entdemo.evaluation.report import IMAGE, TEXT
from entdemo.evaluation.retrieval import without
from entdemo.gallery.build import build_gallery
from entdemo.gallery.cases import Case
from entdemo.gallery.filters import CaseFilter
from entdemo.gallery.intake import NewCase
from entdemo.image.frame import frame_from_array, load_frame
from entdemo.inference.encoder import Encoder
from entdemo.inference.prediction import Prediction
from entdemo.phantom import draw
from entdemo.predictor import Predictor, frame_embedder
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS

CPU = torch.device("cpu")
FRAMES = 28
SHOWN = 12
SENTENCES = Path(__file__).parents[1] / "sentences.jsonl"


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """Over a gallery of drawn frames, two of which show the same picture."""
    folder = tmp_path_factory.mktemp("served")
    weights, gallery = make_bundle(folder / "weights"), folder / "gallery"
    drawn = [draw(seed) for seed in range(FRAMES)]
    items = [
        NewCase(
            frame_from_array(one.rgb), one.facts.class_name, one.facts.finding, one.caption_en,
            one.caption_vi,
        )
        for one in drawn
    ]  # fmt: skip
    brighter = np.minimum(drawn[3].rgb.astype(int) + 1, 255).astype(np.uint8)
    twin = NewCase(frame_from_array(brighter), items[3].class_name, items[3].finding)
    embedder = frame_embedder(load_bundle(weights), CPU, "fp32")
    build_gallery(gallery, [*items, twin], embedder)
    return Predictor.open(str(weights), str(gallery), "cpu", "fp32")


@pytest.fixture(scope="module")
def examined(predictor: Predictor, tmp_path_factory: pytest.TempPathFactory) -> Examined:
    """An evaluation of the gallery's own frames."""
    data = tmp_path_factory.mktemp("data")
    rows = [["file", "finding", "caption_en", "caption_vi"]]
    for case in predictor.gallery.cases:
        name = f"{case.class_name}/{case.case_id}.jpg"
        (data / case.class_name).mkdir(exist_ok=True)
        shutil.copy(predictor.gallery.frame_path(case), data / name)
        rows.append([name, case.finding, case.caption_en, case.caption_vi])
    with (data / "captions.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    encoder = Encoder.for_serving(load_bundle(predictor.bundle.folder), CPU, torch.float32)
    return examine(encoder, data)


def served(predictor: Predictor, case: Case, text: str = "", k: int = SHOWN) -> Prediction:
    """The app's answer to a case's frame or to a text, the case itself left out."""
    others = CaseFilter(without=frozenset({case.case_id}))
    if text:
        return predictor.search(text, k, others)
    return predictor.predict(load_frame(predictor.gallery.frame_path(case)), k, others)


def case_ids(prediction: Prediction) -> list[str]:
    return [neighbour.case_id for neighbour in prediction.neighbours]


def test_frames_find_the_same_cases_in_the_same_order(
    predictor: Predictor, examined: Examined
) -> None:
    pool = examined.pool
    folded = 0
    for row, item in enumerate(pool.items):
        others = without(pool.matcher, pool.copies == pool.copies[row])
        found = pool.matcher.near(pool.frame_queries[row], SHOWN, others)
        answer = served(predictor, predictor.gallery.case(item.file.stem))
        expected = [pool.items[pool.matcher.row(match.case)].file.stem for match in found]
        assert case_ids(answer) == expected
        assert len(expected) == SHOWN
        folded += sum(len(match.folded) for match in found)
    assert folded, "the picture that is there twice takes one place"


def test_figures_of_frames_and_sentences_are_those_of_the_served_ranking(
    predictor: Predictor, examined: Examined
) -> None:
    cases = predictor.gallery.cases
    texts = [(case, case.caption_en) for case in cases if case.caption_en]
    texts += [(case, case.caption_vi) for case in cases if case.caption_vi]
    for name, queries in ((IMAGE, [(case, "") for case in cases]), (TEXT, texts)):
        ranks = [
            case_classes(served(predictor, case, text, len(cases))).index(case.class_name) + 1
            for case, text in queries
        ]
        figures = examined.report.retrieval[name]
        assert figures.queries == len(queries)
        assert figures.recall_1 == np.mean(np.array(ranks) == 1)
        assert figures.mrr == pytest.approx(np.mean(1 / np.array(ranks)))


def case_classes(prediction: Prediction) -> list[str]:
    return [neighbour.class_name for neighbour in prediction.neighbours]


def test_hand_written_sentences_find_the_same_first_case_of_the_shipped_gallery() -> None:
    predictor = Predictor.open(str(DEFAULT_WEIGHTS), str(DEFAULT_GALLERY), "cpu", "fp32")
    encoder = Encoder.for_serving(load_bundle(DEFAULT_WEIGHTS), CPU, torch.float32)
    lines = SENTENCES.read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines[:: len(lines) // 80][:80]]
    assert len(texts) == 80
    other = 0
    for text, vector in zip(texts, encoder.texts(texts).vectors, strict=True):
        (measured,) = predictor.matcher.near(predictor.matcher.text_query(text, vector), 1)
        other += predictor.search(text, 1).neighbours[0].case_id != measured.case.case_id
    assert other == 0
