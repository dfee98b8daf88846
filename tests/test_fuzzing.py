"""Readers answer or refuse, whatever the bytes are; ``benchmarks/fuzz.py`` does so for longer."""

from __future__ import annotations

from contextlib import nullcontext, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fixtures.fuzzing import Target, all_targets, spoiled
from entdemo.errors import UserError


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Target]:
    return {target.name: target for target in all_targets(tmp_path_factory.mktemp("fuzzing"))}


def test_every_target_takes_its_own_seeds(targets: dict[str, Target]) -> None:
    for target in targets.values():
        for seed in target.seeds:
            with suppress(UserError) if target.name == "golden.json" else nullcontext():
                target.read(seed)
    assert len(targets) >= 18


def test_spoiled_files_are_read_or_refused(targets: dict[str, Target]) -> None:
    for target in targets.values():
        _check(target, examples=60 if target.name == "frame" else 15)


def _check(target: Target, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(spoiled(target.seeds))
    def read(data: bytes) -> None:
        with suppress(UserError):
            target.read(data)

    read()


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_spoiling_gives_bytes(data: st.DataObject) -> None:
    assert isinstance(data.draw(spoiled((b"abc",))), bytes)
