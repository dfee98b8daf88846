"""The form of ``sentences.jsonl``: hand-written sentences that judge the text search."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from entdemo.taxonomy import CLASSES, REGIONS, region_of

PATH = Path(__file__).parents[1] / "sentences.jsonl"
Sentences = list[dict[str, Any]]
SHARE_OF_REGION = {"nose": 0.25, "ear": 0.30, "vocal-cords": 0.25, "throat": 0.20}


@pytest.fixture(scope="module")
def sentences() -> Sentences:
    lines = PATH.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def bare(text: str) -> str:
    """Lower-case letters and digits of a text, without diacritics, to find near-duplicates."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


def share_without_diacritics(sentences: Sentences) -> float:
    texts: list[str] = [sentence["text"] for sentence in sentences if sentence["lang"] == "vi"]
    return sum(text.isascii() for text in texts) / len(texts)


def test_every_line_has_the_four_keys_with_valid_values(sentences: Sentences) -> None:
    for sentence in sentences:
        assert list(sentence) == ["text", "class", "region", "lang"]
        assert sentence["lang"] in ("en", "vi")
        assert sentence["region"] in REGIONS
        assert sentence["class"] is None or sentence["class"] in CLASSES


def test_class_and_region_agree(sentences: Sentences) -> None:
    for sentence in sentences:
        if sentence["class"] is not None:
            assert region_of(sentence["class"]) == sentence["region"], sentence
        else:
            assert sentence["region"] != "throat", sentence


def test_both_languages_are_well_filled(sentences: Sentences) -> None:
    counts = Counter(sentence["lang"] for sentence in sentences)
    assert len(sentences) >= 320
    assert min(counts["en"], counts["vi"]) >= 160


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_regions_have_their_share_in_each_language(sentences: Sentences, lang: str) -> None:
    counts = Counter(s["region"] for s in sentences if s["lang"] == lang)
    for region, share in SHARE_OF_REGION.items():
        assert counts[region] / counts.total() == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_class_and_undetermined_lines_occur_in_each_language(
    sentences: Sentences, lang: str
) -> None:
    rows = [s for s in sentences if s["lang"] == lang and s["region"] != "throat"]
    counts = Counter(s["class"] for s in rows)
    undetermined = counts.pop(None)
    assert set(counts) == set(CLASSES) - {"throat"}
    assert min(counts.values()) >= 15
    assert undetermined / len(rows) == pytest.approx(0.25, abs=0.03)


def test_no_sentence_occurs_twice(sentences: Sentences) -> None:
    counts = Counter(bare(sentence["text"]) for sentence in sentences)
    assert [text for text, count in counts.items() if count > 1] == []


def test_texts_are_trimmed_and_composed(sentences: Sentences) -> None:
    for sentence in sentences:
        text = sentence["text"]
        assert text == unicodedata.normalize("NFC", text).strip()
        assert 2 <= len(text.split()) <= 35, text


def test_about_a_third_of_the_vietnamese_comes_without_diacritics(sentences: Sentences) -> None:
    assert share_without_diacritics(sentences) == pytest.approx(0.30, abs=0.05)
