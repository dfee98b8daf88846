"""Weights that learned from frames are an ordinary bundle; the old one stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from entdemo.adaptation.adapt import Adapted, adapt
from entdemo.bundle.record import sources_of
from entdemo.bundle.weights import INFO, Bundle, load_bundle
from entdemo.errors import AdaptationError
from entdemo.settings import DEFAULT_WEIGHTS
from tests.helpers.own_frames import write_own_frames

EACH = 3


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three frames a class of the shipped gallery, as a user's folder."""
    folder = tmp_path_factory.mktemp("own")
    write_own_frames(folder, EACH)
    return folder


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(DEFAULT_WEIGHTS)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("weights") / "clinic"


@pytest.fixture(scope="module")
def adapted(own: Path, target: Path) -> Adapted:
    return adapt(load_bundle(DEFAULT_WEIGHTS), own, target, anyway=True)


@pytest.mark.slow
def test_result_is_loaded_like_any_bundle(adapted: Adapted, target: Path) -> None:
    loaded = load_bundle(target)
    assert loaded.info.digest == adapted.info.digest
    assert loaded.info.name == "clinic"
    assert adapted.info.embedder_id == loaded.info.embedder_id


@pytest.mark.slow
def test_record_names_base_and_counts_and_no_file(
    adapted: Adapted, bundle: Bundle, own: Path, target: Path
) -> None:
    training = adapted.info.training
    assert training["start"]["digest"] == bundle.info.content_digest
    counts = sources_of(training)[-1]["frames_of"]
    assert set(counts.values()) == {EACH}
    written = (target / INFO).read_text("utf-8") + (target / "README.md").read_text("utf-8")
    assert not [file.name for file in own.rglob("*.jpg") if file.name in written]


def test_weights_that_gain_nothing_are_not_written(
    bundle: Bundle, own: Path, tmp_path: Path
) -> None:
    with pytest.raises(AdaptationError, match="Nothing was written"):
        adapt(bundle, own, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_weights_are_never_written_over_those_they_start_from(bundle: Bundle, own: Path) -> None:
    with pytest.raises(AdaptationError, match="another folder"):
        adapt(bundle, own, DEFAULT_WEIGHTS)
