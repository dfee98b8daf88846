"""The measurement of damage, on a sample of it."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from benchmarks.damage import (
    NOTED,
    OUTCOMES,
    REFUSED,
    WRONG,
    bundle_subject,
    cases_of,
    examine,
    gallery_subject,
)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="opens damaged files in copies of this process")
def test_a_sample_of_damage_is_noticed_and_kills_nothing(tmp_path: Path) -> None:
    for make, step in ((gallery_subject, 9), (bundle_subject, 23)):
        (folder := tmp_path / make.__name__).mkdir()
        findings = list(examine(make(folder), 0, random.Random(3), step))
        assert len(findings) >= 12
        assert [finding for finding in findings if finding.outcome == WRONG] == []
        assert {finding.outcome for finding in findings} <= set(OUTCOMES)
        told = [finding.sentence for finding in findings if finding.outcome in (REFUSED, NOTED)]
        assert len(told) > len(findings) / 2
        assert all(told)


def test_at_least_five_hundred_damages_are_done_by_default(tmp_path: Path) -> None:
    rng = random.Random(1)
    subjects = (gallery_subject(tmp_path), bundle_subject(tmp_path))
    assert sum(len(list(cases_of(subject, 10, rng))) for subject in subjects) >= 500
