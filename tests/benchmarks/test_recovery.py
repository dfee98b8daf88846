"""The measurement of recovery, with few kills."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills copies of this process")
def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new() -> None:
    # In a process of its own: copies of this one would inherit locks that its threads hold.
    module = ["-m", "benchmarks.recovery", "--kills", "6", "--seed", "7", "--json"]
    ended = subprocess.run(
        [sys.executable, *module], capture_output=True, text=True, timeout=240, check=False
    )
    actions = json.loads(ended.stdout)["actions"]
    assert ended.returncode == 0, ended.stderr
    assert [action["troubles"] for action in actions] == [[]] * 6
    assert [action["kills"] for action in actions] == [1] * 6
    assert sum(action["found"]["old"] + action["found"]["new"] for action in actions) == 6
