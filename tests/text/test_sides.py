"""Sides are read alike by the text tower, the mirror and the search."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entdemo.phantom.captions import Language
from entdemo.taxonomy import CLASSES, mirror_class, region_of
from entdemo.text.query import read_query
from entdemo.text.sides import mirror_text, sides
from entdemo.text.wording import normalise, to_english
from entdemo.training.sentences import sentence

OTHER = {"left": "right", "right": "left"}
PIECES = st.lists(
    st.sampled_from(
        (
            *(
                "left",
                "Right",
                "RIGHT",
                "trái",
                "Phải",
                "trai",
                "phai",
                "L",
                "R",
                "Rt.",
                "lt.",
                "AD",
            ),
            *("AS", "(T)", "( P )", "[r]", "P", "T", "MNP", "hm t", "RTM", "LIT", "left-sided"),
            *(
                "Tai",
                "mũi",
                "bên",
                "MN",
                "nhĩ",
                "khe giữa",
                "dây thanh",
                "con",
                "bé",
                "có",
                "không",
            ),
            *(
                "5 o'clock",
                "4-5 giờ",
                "4h-5h",
                "7h",
                "4:30",
                "five o’clock",
                "11 to 1 o'clock",
                "sau",
                "mổ",
            ),
            *(
                "ear",
                "nose",
                "_",
                "/",
                "-",
                ",",
                ".",
                "?",
                "now",
                "all",
                "is",
                "to",
                "pointing to 11",
            ),
        )
    ),
    max_size=9,
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("Tai P thủng", "Tai T thủng"),
        ("Mũi T", "Mũi P"),
        ("MN P đục", "MN T đục"),
        ("MNP: vôi hóa", "MNT: vôi hóa"),
        ("AD clear", "AS clear"),
        ("AS: DULL TM", "AD: DULL TM"),
        ("Rt ear", "Lt ear"),
        ("lt. nostril", "rt. nostril"),
        ("L ear, R nose", "R ear, L nose"),
        ("RTM perforation", "LTM perforation"),
        ("tai ( T ) viêm", "tai ( P ) viêm"),
        ("right_ear.png", "left_ear.png"),
        ("hai bên T>P", "hai bên P>T"),
        ("Left-sided, LEFTWARD", "Right-sided, RIGHTWARD"),
        ("cone of light at 5 o'clock", "cone of light at 7 o'clock"),
        ("cone at 4-5 o'clock", "cone at 7-8 o'clock"),
        ("từ 4 đến 5 giờ", "từ 7 đến 8 giờ"),
        ("at 3 and 9 o'clock", "at 9 and 3 o'clock"),
        ("11-1 giờ", "11-1 giờ"),
        ("4h-5h", "7h-8h"),
        ("nón sáng 5h", "nón sáng 7h"),
        ("cone at 4:30", "cone at 7:30"),
        ("góc sau 4h30", "góc sau 7h30"),
        ("12 o'clock, 6 o'clock", "12 o'clock, 6 o'clock"),
        ("Seven o'clock", "Five o'clock"),
        ("handle pointing to 11", "handle pointing to 1"),
    ],
)
def test_what_a_mirror_swaps(text: str, mirrored: str) -> None:
    assert mirror_text(text) == mirrored
    assert mirror_text(mirrored) == text


@pytest.mark.parametrize(
    "text",
    [
        "con trai 5 tuổi",
        "con trai 5 tuoi",
        "bé trai ho",
        "có phải viêm họng không",
        "khong phai mo",
        "right now",
        "that is all right",
        "a thin slit is left to look through",
        "no airway left",
        "seen 5 h ago",
        "sau 5 giờ",
        "at 4:30 pm",
        "R/O polyp",
        "do not co-operate",
        "plan P",
    ],
)
def test_what_is_spelt_like_a_side_and_is_none(text: str) -> None:
    assert mirror_text(text) == text
    assert not sides(text)


@pytest.mark.parametrize("text", ["tai phai", "tai bên (P)", "Rt. TM", "AD", "right_ear", "HMP"])
def test_the_tower_reads_the_side_as_a_word(text: str) -> None:
    assert {"right", "phải", "phai"} & set(normalise(text).split())
    assert sides(text) == {"right"}


@given(PIECES)
@settings(max_examples=1000, deadline=None)
def test_the_mirrored_text_names_the_other_sides(text: str) -> None:
    assert sides(mirror_text(text)) == {OTHER[side] for side in sides(text)}


@given(PIECES)
@settings(max_examples=500, deadline=None)
def test_mirrored_twice_a_text_is_itself(text: str) -> None:
    assert mirror_text(mirror_text(text)) == text


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_mirrored_there_and_back(text: str) -> None:
    assert normalise(mirror_text(mirror_text(text))) == normalise(text)


def read_classes(text: str) -> set[str]:
    """Classes that the words of a text stand for."""
    reading = read_query(text)
    ruled_out, named = reading.excluded, sides(text)
    return {
        name
        for name in CLASSES
        if region_of(name) in reading.regions
        and name not in ruled_out
        and (not name.endswith(("-left", "-right")) or not named or name.split("-")[1] in named)
    }


@pytest.mark.parametrize("file", ["sentences.jsonl", "judged_sentences.jsonl"])
def test_the_class_of_the_mirrored_sentence_is_the_mirrored_class(file: str) -> None:
    lines = (Path(__file__).parents[1] / file).read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    sided = 0
    for text in texts:
        read, mirrored = read_classes(text), read_classes(mirror_text(text))
        assert mirrored == {mirror_class(name) for name in read}, text
        sided += mirrored != read
        for reads in (normalise, to_english):
            assert reads(mirror_text(text)) == mirror_text(reads(text)), text
    assert sided > 40


@given(st.integers(0, 2**32), st.sampled_from(("en", "vi")))
@settings(max_examples=300, deadline=None)
def test_any_composed_sentence_is_read_mirrored(seed: int, language: Language) -> None:
    text = sentence(np.random.default_rng(seed), language).text
    mirrored = mirror_text(text)
    assert read_classes(mirrored) == {mirror_class(name) for name in read_classes(text)}
    for reads in (normalise, to_english):
        assert reads(mirrored) == mirror_text(reads(text))


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_mirrored_sentence_names_the_side_of_the_mirrored_class(language: Language) -> None:
    rng = np.random.default_rng(5)
    checked = 0
    for _ in range(3000):
        item = sentence(rng, language)
        if item.class_name is None or item.region not in ("nose", "ear"):
            continue
        named = sides(item.text)
        if named != {item.class_name.rsplit("-", 1)[-1]}:
            continue  # told by the clock, or another side is named as well
        mirrored = mirror_class(item.class_name).rsplit("-", 1)[-1]
        assert sides(mirror_text(item.text)) == {mirrored}, item.text
        checked += 1
    assert checked > 1000
