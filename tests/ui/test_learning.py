"""Learning from own cases: what serves is replaced whole, or stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from entdemo.bundle.weights import load_bundle
from entdemo.errors import PageError, StorageError
from entdemo.gallery.intake import NewCase
from entdemo.settings import DEFAULT_WEIGHTS, Settings
from tests.helpers.learning import Desk, desk
from tests.helpers.odd_frames import COLOURS, odd_frame

pytestmark = pytest.mark.slow


def silent(done: int, of: int | None) -> None:
    """Nobody asks how far it is."""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Eight own cases that the shipped weights read wrongly, learned from but not yet kept."""
    folder = tmp_path_factory.mktemp("desk")
    made = desk(folder)
    pictures = [
        NewCase(odd_frame(folder / f"{name}-{seed}.jpg", name, seed), name)
        for name in COLOURS
        for seed in range(4)
    ]
    made.editor.add(pictures)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("entdemo.adaptation.drawn._EACH", 1)
        made.learning.learn(silent)
    return made


def test_only_own_cases_are_learned_from_and_judged(table: Desk) -> None:
    outcome = table.learning.outcome
    assert outcome is not None
    assert outcome.frames.counts() == {"ear-left": 4, "throat": 4}
    assert {case.case_id for case in outcome.cases} == table.editor.own_ids()
    assert outcome.learned.is_better
    assert outcome.own.turned
    assert not table.learning.kept


def test_cancelled_or_failed_keeping_leaves_what_serves(
    table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning, before = table.learning, table.served.current

    def stop(done: int, of: int | None) -> None:
        learning.cancel()

    with pytest.raises(PageError, match="Cancelled"):
        learning.keep(stop)

    def full(*_: object) -> None:
        raise StorageError("storage.disk_full")

    with monkeypatch.context() as patch:
        patch.setattr("entdemo.adaptation.adapt.write_golden", full)
        with pytest.raises(StorageError):
            learning.keep(silent)
    assert table.served.current is before
    assert not learning.kept
    assert not list(table.settings.data.glob("learned*"))
    assert learning.outcome is not None


def test_kept_weights_serve_at_once_and_after_a_start_until_undone(
    table: Desk, tmp_path: Path
) -> None:
    learning, served = table.learning, table.served
    before, cases = served.bundle_id, len(served.gallery.cases)
    late = [NewCase(odd_frame(tmp_path / "late.jpg", "throat", 90), "throat")]

    def add_meanwhile(done: int, of: int | None) -> None:
        assert served.bundle_id == before
        if late:
            table.editor.add([late.pop()])

    learning.keep(add_meanwhile)
    assert len(served.gallery.cases) == len(served.gallery.vectors) == cases + 1
    assert learning.kept
    assert served.bundle_id != before
    assert served.gallery.embedder_id == served.bundle_id
    assert Settings(data=table.settings.data).weights == str(learning.folder)
    assert load_bundle(learning.folder).info.embedder_id == served.bundle_id
    with pytest.raises(PageError, match="nothing to keep"):
        learning.keep(silent)
    learning.undo(silent)
    assert served.bundle_id == before == served.gallery.embedder_id
    assert not learning.kept
    assert Settings(data=table.settings.data).weights == str(DEFAULT_WEIGHTS)
    with pytest.raises(PageError, match="nothing to undo"):
        learning.undo(silent)


def test_one_thing_at_a_time(table: Desk) -> None:
    def again(done: int, of: int) -> None:
        with pytest.raises(PageError, match="already"):
            table.learning.learn(silent)
        table.learning.cancel()

    with pytest.raises(PageError, match="Cancelled"):
        table.learning.learn(again)  # type: ignore[arg-type]


def test_in_full_each_step_is_told_and_the_next_one_ends_it_when_cancelled(
    table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("extent._VIEWS", "full.FEWER_VIEWS", "extent._STEPS", "judge.FOLDS"):
        monkeypatch.setattr(f"entdemo.adaptation.{name}", 2)
    monkeypatch.setattr("entdemo.adaptation.drawn._EACH", 1)
    learning, told = table.learning, list[int]()
    assert learning.can_learn_in_full
    outcome = learning.learn(lambda done, _: told.append(done), "full")
    assert outcome.learned.depth == "full"
    assert told == sorted(told)
    trained = [at for at, one, other in zip(told, told, told[1:], strict=False) if other - one == 2]
    assert len(trained) >= 3 * 2, "three times two training steps"

    def stop(done: int, of: int | None) -> None:
        if done >= trained[-2]:
            learning.cancel()

    with pytest.raises(PageError, match="Cancelled"):
        learning.learn(stop, "full")
    assert learning.outcome is None


def test_weights_that_cannot_be_trained_here_are_learned_from_fast_alone(
    table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert table.learning.seconds(100, "full") > 2 * table.learning.seconds(100)
    monkeypatch.setattr("entdemo.adaptation.extent.MAX_RANK", 1)
    assert not table.learning.can_learn_in_full
    monkeypatch.undo()
    monkeypatch.setattr("entdemo.ui.learning.find_spec", lambda _: None)
    assert not table.learning.can_learn_in_full
