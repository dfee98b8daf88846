"""The measurement of recovery, with few kills."""

from __future__ import annotations

import os

import pytest

from benchmarks.recovery import run_all


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills copies of this process")
def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new() -> None:
    tallies = run_all(kills=12, seed=7)
    assert [tally.troubles for tally in tallies] == [[]] * 6
    assert [tally.kills for tally in tallies] == [2] * 6
    assert sum(tally.found["old"] + tally.found["new"] for tally in tallies) == 12
