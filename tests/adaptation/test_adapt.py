"""Weights that learned from frames are an ordinary bundle; the old one stays as it is."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from entdemo.adaptation.adapt import Adapted, adapt
from entdemo.bundle.hub_card import model_card
from entdemo.bundle.record import sources_of
from entdemo.bundle.weights import CARD, INFO, Bundle, load_bundle
from entdemo.errors import AdaptationError, StorageError
from entdemo.settings import DEFAULT_WEIGHTS
from tests.helpers.file_contents import contents
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
    """Learned once for all tests, and compared on few drawn frames."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("entdemo.adaptation.drawn._EACH", 2)
        return adapt(load_bundle(DEFAULT_WEIGHTS), own, target, anyway=True)


@pytest.fixture
def learned(adapted: Adapted, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was learned once is what the next call learns."""
    monkeypatch.setattr("entdemo.adaptation.adapt.read_own_frames", lambda *_: adapted.frames)
    monkeypatch.setattr("entdemo.adaptation.adapt.learn", lambda *_, **__: adapted.learned)


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


@pytest.mark.slow
def test_card_of_the_hub_states_what_was_measured(adapted: Adapted, target: Path) -> None:
    card = model_card(target, adapted.info)
    assert "name: after\n" in card
    assert "name: labels ear-left after\n" in card
    assert card.endswith((target / CARD).read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.usefixtures("learned")
def test_weights_that_gain_nothing_are_not_written(
    bundle: Bundle, own: Path, tmp_path: Path
) -> None:
    with pytest.raises(AdaptationError, match=r"most of all of \S+ \(3\), .*; 10 of each"):
        adapt(bundle, own, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_what_is_forgotten_and_calibration_are_told(adapted: Adapted, target: Path) -> None:
    told = adapted.info.metrics["adaptation"]
    assert told["drawn"]["n"] == 14
    assert told["drawn"]["after"] == adapted.learned.drawn.rates[1]
    assert set(told["region_ece"]) == {"before", "after"}
    assert f"Of 14 drawn frames {told['drawn']['before']:.3f}" in (target / CARD).read_text("utf-8")


@pytest.mark.slow
@pytest.mark.usefixtures("learned")
@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left on device"), SystemExit()])
def test_write_that_stops_half_way_leaves_the_old_weights(
    stop: BaseException,
    bundle: Bundle,
    own: Path,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped(*_: object) -> None:
        raise stop

    before = contents(target)
    monkeypatch.setattr("entdemo.adaptation.adapt.write_golden", stopped)
    with pytest.raises(StorageError if isinstance(stop, OSError) else SystemExit):
        adapt(bundle, own, target, anyway=True)
    assert contents(target) == before
    assert [it.name for it in target.parent.iterdir()] == [target.name]


def test_folder_of_other_things_is_not_replaced(bundle: Bundle, own: Path) -> None:
    before = contents(own)
    with pytest.raises(StorageError):
        adapt(bundle, own, own, anyway=True)
    assert contents(own) == before


def test_weights_are_never_written_over_those_they_start_from(bundle: Bundle, own: Path) -> None:
    with pytest.raises(AdaptationError, match="another folder"):
        adapt(bundle, own, DEFAULT_WEIGHTS)
