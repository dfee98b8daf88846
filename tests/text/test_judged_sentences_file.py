"""The form of ``judged_sentences.jsonl``: hand-written sentences that judge how text is read.

Clinicians' sentences have a region, and a class where one is told; ``about`` is false for other
topics; ``absent`` names a finding that no drawn case has; ``denied`` what the sentence denies.
None is trained on.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from entdemo.taxonomy import CLASSES, REGIONS, region_of
from entdemo.text.query import read_query
from entdemo.training.sentences import sentence

PATH = Path(__file__).parents[1] / "judged_sentences.jsonl"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return [json.loads(line) for line in PATH.read_text("utf-8").splitlines()]


def test_every_row_has_its_keys_with_valid_values(rows: Rows) -> None:
    for row in rows:
        if "about" in row:
            assert list(row) == ["text", "about", "lang"]
            assert row["about"] is False
            continue
        assert set(row) - {"absent", "denied"} == {"text", "class", "region", "lang"}
        assert row["lang"] in ("en", "vi")
        assert row["region"] in REGIONS
        if row["class"] is not None:
            assert row["class"] in CLASSES
            assert region_of(row["class"]) == row["region"]


def test_every_kind_is_well_filled(rows: Rows) -> None:
    plain = [row for row in rows if not {"about", "absent", "denied"} & set(row)]
    for language in ("en", "vi"):
        counts = Counter(row["region"] for row in plain if row["lang"] == language)
        assert min(counts[region] for region in REGIONS) >= 10
        assert counts.total() >= 65
    assert sum("about" in row for row in rows) >= 75
    assert sum("absent" in row for row in rows) >= 25
    assert sum("denied" in row for row in rows) >= 15


def test_no_sentence_occurs_twice_or_in_the_other_file(rows: Rows) -> None:
    other = PATH.with_name("sentences.jsonl").read_text("utf-8").splitlines()
    texts = [row["text"].casefold() for row in rows]
    assert len(set(texts)) == len(texts)
    assert not set(texts) & {json.loads(line)["text"].casefold() for line in other}


def test_none_is_composed_for_training(rows: Rows) -> None:
    rng = np.random.default_rng(3)
    composed = {sentence(rng, ("en", "vi")[i % 2]).text.casefold() for i in range(20_000)}
    clinical = {row["text"].casefold() for row in rows if "about" not in row}
    assert not clinical & composed


def test_denials_and_findings_that_no_case_has_are_read(rows: Rows) -> None:
    """Figures by rule alone, without a network."""
    absent = [row["absent"] in read_query(row["text"]).named for row in rows if "absent" in row]
    assert np.mean(absent) >= 0.9
    denied = [bool(read_query(row["text"]).denied) for row in rows if "denied" in row]
    assert np.mean(denied) >= 0.8
