"""Predictor: frame or text in, whole answers out, nothing kept in between."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.fixtures.bundle import edit_info, make_bundle
from entdemo.bundle.weights import Calibration
from entdemo.errors import UserError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.filters import EVERYTHING, CaseFilter
from entdemo.gallery.intake import NewCase
from entdemo.gallery.matching import Matcher
from entdemo.gallery.store import Gallery
from entdemo.image.frame import Frame, frame_from_array
from entdemo.inference.calibration import calibrate
from entdemo.inference.encoder import Encoded
from entdemo.inference.findings import Curve
from entdemo.inference.prediction import Prediction
from entdemo.inference.verdict import FIRST_CASES
from entdemo.phantom import draw
from entdemo.predictor import MAX_TEXT, Predictor
from entdemo.taxonomy import CLASSES, REGIONS

CASES = 21


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("weights") / "bundle")


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return [frame_from_array(draw(seed, style="square").rgb) for seed in range(CASES)]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, frames: list[Frame], weights: Path) -> Path:
    from entdemo.bundle.weights import load_bundle
    from entdemo.inference.device import pick_device
    from entdemo.predictor import frame_embedder

    bundle = load_bundle(weights)
    folder = tmp_path_factory.mktemp("gallery") / "cases"
    items = [
        NewCase(frame, CLASSES[index % 7], "normal", f"Case {index}.", f"Ca {index}.")
        for index, frame in enumerate(frames)
    ]
    build_gallery(folder, items, frame_embedder(bundle, pick_device("cpu")))
    return folder


@pytest.fixture(scope="module")
def predictor(weights: Path, gallery: Path) -> Predictor:
    return Predictor.open(str(weights), str(gallery), "cpu")


def test_a_frame_gets_seven_probabilities_and_its_cases(
    predictor: Predictor, frames: list[Frame]
) -> None:
    answer = predictor.predict(frames[3], k=5)
    assert tuple(answer.probabilities) == CLASSES
    assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert answer.class_name == max(answer.probabilities, key=answer.probabilities.__getitem__)
    assert len(answer.neighbours) == 5
    similarities = [neighbour.similarity for neighbour in answer.neighbours]
    assert similarities == sorted(similarities, reverse=True)
    assert sum(answer.gates) == pytest.approx(1, abs=1e-5)
    assert set(answer.timings_ms) == {"preprocess", "encode", "search", "total"}


def test_whatever_holds_a_frame_gets_the_frames_answer(
    predictor: Predictor, frames: list[Frame], tmp_path: Path
) -> None:
    image = Image.fromarray(frames[3].rgb)
    image.save(tmp_path / "frame.png")
    file = tmp_path / "frame.png"
    expected = predictor.predict(frames[3], k=3).neighbours
    for source in (file, str(file), file.read_bytes(), image, frames[3].rgb):
        assert predictor.predict(source, k=3).neighbours == expected
        assert predictor.explain(source).class_name in CLASSES
    with pytest.raises(UserError, match="not a picture"):
        predictor.predict(b"hello")


def test_it_opens_what_the_environment_names_where_nothing_is_given(
    weights: Path, gallery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTDEMO_WEIGHTS", str(weights))
    monkeypatch.setenv("ENTDEMO_GALLERY", str(gallery))
    opened = Predictor.open(device="cpu")
    assert (opened.bundle.folder, opened.gallery.folder) == (weights, gallery)


def test_a_gallery_frame_finds_itself_first(predictor: Predictor, frames: list[Frame]) -> None:
    nearest = predictor.predict(frames[3], k=1).neighbours[0]
    assert nearest.caption_en == "Case 3."
    # The class, which random weights do not know, counts a twentieth.
    assert nearest.similarity > 0.94


def test_findings_are_told_of_frames_that_are_answered(
    weights: Path,
    gallery: Path,
    frames: list[Frame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    curves = {region: {"normal": Curve(5.0, 0.0)} for region in REGIONS}
    monkeypatch.setattr("entdemo.predictor.curves_of", lambda _: curves)
    for threshold, told in ((1e9, ["normal"]), (1e-9, [])):
        folder = shutil.copytree(weights, tmp_path / str(threshold))
        edit_info(folder, ood={"threshold": threshold})
        predictor = Predictor.open(str(folder), str(gallery), "cpu")
        assert [it.key for it in predictor.predict(frames[0]).findings] == told
        assert predictor.search("a red ear drum").findings == ()


def test_similar_cases_leave_the_case_itself_out(predictor: Predictor) -> None:
    case = predictor.gallery.cases[4]
    found = predictor.similar(case.case_id, k=6)
    assert len(found) == 6
    assert case.case_id not in {neighbour.case_id for neighbour in found}


def test_a_description_finds_cases_in_either_language(predictor: Predictor) -> None:
    for text in ("right eardrum", "màng nhĩ phải"):
        answer = predictor.search(text, k=4)
        assert len(answer.neighbours) == 4
        assert answer.in_distribution
        assert answer.gates == ()


ONE_CLASS = CaseFilter(classes=frozenset({"throat"}))


def test_both_sides_get_cases_of_either(predictor: Predictor) -> None:
    found = predictor.search("perforation of both eardrums", k=6)
    sides = [near.class_name for near in found.neighbours]
    assert (sides.count("ear-right"), sides.count("ear-left")) == (3, 3)
    one = predictor.search(
        "perforation of both eardrums", 6, CaseFilter(classes=frozenset({"ear-left"}))
    )
    assert {near.class_name for near in one.neighbours} == {"ear-left"}


def test_filtered_searches_find_as_many_as_asked_for(
    predictor: Predictor, frames: list[Frame]
) -> None:
    case = predictor.gallery.cases[6]
    for found in (
        predictor.predict(frames[0], 2, ONE_CLASS).neighbours,
        predictor.search("left ear", 2, ONE_CLASS).neighbours,
        predictor.combine(frames[0], "left ear", 0.5, 2, ONE_CLASS).neighbours,
        predictor.similar(case.case_id, 2, ONE_CLASS),
    ):
        assert [neighbour.class_name for neighbour in found] == ["throat", "throat"]


def test_least_similarity_may_leave_fewer(predictor: Predictor, frames: list[Frame]) -> None:
    assert predictor.predict(frames[0], 5, CaseFilter(min_similarity=1)).neighbours == ()


def test_a_description_finds_the_case_whose_caption_says_it(predictor: Predictor) -> None:
    for text in ("case 13", "ca 13"):
        assert predictor.search(text, 3).neighbours[0].caption_en == "Case 13."


def test_frame_and_words_go_from_the_one_to_the_other(
    predictor: Predictor, frames: list[Frame]
) -> None:
    def found(share: float) -> tuple[str, ...]:
        answer = predictor.combine(frames[2], "case 13", share, 4)
        return tuple(neighbour.case_id for neighbour in answer.neighbours)

    frame, words = predictor.predict(frames[2], 4), predictor.search("case 13", 4)
    assert found(0) == tuple(neighbour.case_id for neighbour in frame.neighbours)
    assert found(1) == tuple(neighbour.case_id for neighbour in words.neighbours)
    assert predictor.combine(frames[2], "case 13", 0.5).probabilities == frame.probabilities


def test_an_explanation_names_the_class_that_was_given(
    predictor: Predictor, frames: list[Frame]
) -> None:
    answer, why = predictor.predict(frames[5]), predictor.explain(frames[5])
    assert why.class_name == answer.class_name
    assert why.gates == answer.gates
    assert why.levels == (3, 6, 9, 12)
    assert why.relevance.shape == (8, 8)
    assert 0 <= why.relevance.min() <= why.relevance.max() <= 1


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_out_of_range_is_refused(
    predictor: Predictor, frames: list[Frame], share: float
) -> None:
    with pytest.raises(UserError, match="from 0 to 1"):
        predictor.combine(frames[0], "ear", share)


def test_the_same_frame_gets_the_same_answer_whatever_came_before(
    predictor: Predictor, frames: list[Frame]
) -> None:
    first = predictor.predict(frames[0])
    predictor.search("throat")
    predictor.predict(frames[1])
    again = predictor.predict(frames[0])
    assert again.probabilities == first.probabilities
    assert again.neighbours == first.neighbours


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  \n", "text.empty"),
        ("x" * 5000, "text.too_long"),
        ("left \ud800 ear", "text.unreadable"),
        ("left \x00 ear", "text.unreadable"),
        ("left \x1b[1m ear", "text.unreadable"),
    ],
)
def test_an_empty_or_endless_description_is_refused(
    predictor: Predictor, text: str, key: str
) -> None:
    with pytest.raises(UserError) as caught:
        predictor.search(text)
    assert caught.value.key == key
    assert str(MAX_TEXT) in str(caught.value) or key != "text.too_long"


def test_a_long_description_is_read_from_its_beginning_and_says_so(predictor: Predictor) -> None:
    assert predictor.search("right ear " * 60).text_cut
    assert not predictor.search("right ear").text_cut


def test_vectors_of_other_weights_are_computed_anew(
    gallery: Path, tmp_path: Path, weights: Path
) -> None:
    other = tmp_path / "gallery"
    shutil.copytree(gallery, other)
    text = (other / "gallery.json").read_text("utf-8")
    opened = Predictor.open(str(weights), str(gallery), "cpu")
    name = opened.bundle.info.embedder_id
    (other / "gallery.json").write_text(text.replace(name, "0" * len(name)), "utf-8")
    renewed = Predictor.open(str(weights), str(other), "cpu")
    assert np.allclose(renewed.gallery.vectors, opened.gallery.vectors, atol=1e-5)
    assert renewed.gallery.embedder_id == name


def test_missing_weights_or_gallery_are_named(weights: Path, gallery: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no weights"):
        Predictor.open(str(tmp_path / "none"), str(gallery), "cpu")
    with pytest.raises(UserError, match="gallery"):
        Predictor.open(str(weights), str(tmp_path / "none"), "cpu")
    with pytest.raises(UserError, match="quantum"):
        Predictor.open(str(weights), str(gallery), "quantum")


def answer_with(probabilities: list[float], *, in_distribution: bool = True) -> Prediction:
    logits = torch.tensor([probabilities], dtype=torch.float64).log()
    given = calibrate(
        logits, Calibration(frame_temperature=1.0, text_temperature=1.0, unlikeness=None)
    )
    encoded = Encoded(
        np.ones(1, np.float32),
        tuple(given.probabilities[0].tolist()),
        tuple(given.regions[0].tolist()),
        distance=1.0,
    )
    found = Prediction.of(encoded, (), {}, refused_above=2.0 if in_distribution else 0.5)
    return replace(found, nearest=("nose-right",) * 12)


def test_of_a_split_between_sides_the_region_alone_is_stated() -> None:
    judged = answer_with([0.5, 0.4, 0.02, 0.02, 0.02, 0.02, 0.02]).judgement
    assert (judged.grade, judged.region, judged.class_name) == ("trust", "nose", None)


def test_region_adds_its_classes_up() -> None:
    assert answer_with([0.3, 0.3, 0.0, 0.0, 0.0, 0.0, 0.4]).region == "nose"


def test_what_does_not_look_like_endoscopy_is_said_first() -> None:
    sure = [0.94, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
    assert answer_with(sure).judgement.grade == "trust"
    assert answer_with(sure, in_distribution=False).judgement.grade == "refused"


def test_what_is_left_out_of_the_cases_does_not_change_the_verdict(
    predictor: Predictor, frames: list[Frame]
) -> None:
    whole, part = (
        predictor.predict(frames[0], k, where) for k, where in ((12, EVERYTHING), (1, ONE_CLASS))
    )
    held = sum(case.region == whole.region for case in predictor.gallery.cases)
    first = whole.neighbours[: min(FIRST_CASES, held)]
    assert whole.nearest == tuple(near.class_name for near in first)
    assert part.nearest == whole.nearest
    assert part.judgement == whole.judgement
    assert predictor.combine(frames[0], "throat").nearest == whole.nearest


def test_a_replaced_gallery_serves_once_it_is_ready(
    weights: Path, gallery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = Predictor.open(weights, gallery, "cpu")
    before, after = predictor.gallery, Gallery.open(gallery, predictor.embedder)
    seen: list[tuple[Gallery, Gallery]] = []
    monkeypatch.setattr(
        Matcher, "prepare", lambda matcher: seen.append((matcher.gallery, predictor.gallery))
    )
    predictor.gallery = after
    assert seen == [(after, before)]
    assert predictor.gallery is after
    monkeypatch.undo()
    predictor.matcher.prepare()
    assert {"_terms", "findings", "weak_text_below"} <= vars(predictor.matcher).keys()
