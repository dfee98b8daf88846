import re
from collections import Counter

import numpy as np
import pytest

from entdemo.locale import LANGUAGES
from entdemo.phantom.captions import Language
from entdemo.taxonomy import CLASSES, REGIONS, region_of
from entdemo.text.letters import plain_letters
from entdemo.text.wording import normalise
from entdemo.training.lexicon import lexicon
from entdemo.training.sentences import Sentence, sentence
from entdemo.training.text_augmentation import (
    _mistype,  # the slip alone, without chance
    augment_text,
)

RIGHT = r"\b(right|rt|r|ad|phai|p)\b"
LEFT = r"\b(left|lt|l|as|trai|t)\b"


def _many(language: Language, count: int = 3000, seed: int = 0) -> list[Sentence]:
    rng = np.random.default_rng(seed)
    return [sentence(rng, language) for _ in range(count)]


def _plain(text: str) -> str:
    return plain_letters(normalise(text))


@pytest.fixture(scope="module", params=LANGUAGES)
def many(request: pytest.FixtureRequest) -> list[Sentence]:
    return _many(request.param)


def test_labels_agree_with_each_other(many: list[Sentence]) -> None:
    for item in many:
        if item.region is None:
            assert (item.class_name, item.classes, item.findings) == (None, CLASSES, ())
            continue
        if item.class_name is None:
            assert len(item.classes) == 2
            assert item.region != "throat"
        else:
            assert item.classes == (item.class_name,)
        assert {region_of(name) for name in item.classes} == {item.region}


def test_every_class_and_open_side_occurs(many: list[Sentence]) -> None:
    counts = Counter(item.class_name for item in many)
    assert all(counts[name] > 200 for name in CLASSES)
    assert 500 < counts[None] < 1100
    assert {item.region for item in many} == {*REGIONS, None}


def test_texts_are_clean_of_the_notation(many: list[Sentence]) -> None:
    for item in many:
        assert item.text == item.text.strip() != ""
        assert not re.search(r"[<>{}\[\]|$\x00-\x1f]", item.text), item.text
        assert len(item.text) < 500


def test_breadth(many: list[Sentence]) -> None:
    assert len({item.text for item in many}) > 0.9 * len(many)
    assert len({word for item in many for word in normalise(item.text).split()}) > 1200


def test_ears_and_noses_name_their_side(many: list[Sentence]) -> None:
    """'có phải' asks, 'bé trai' is a boy; a denied side is the other test's."""
    denied = re.compile(r"\bnot\b|\bbut\b|khong phai|khong lay|ngoai tai")
    for item in many:
        if item.region not in ("ear", "nose") or denied.search(_plain(item.text)):
            continue
        text = re.sub(r"co phai|be trai", "", _plain(item.text))
        clock = re.search(r"\b(1|4|5|6|7|8|11|12)\b", text)
        if item.class_name is None:
            assert not re.search(r"\b(right|left|trai)\b", text), item.text
        elif not clock:
            assert re.search(RIGHT if item.class_name.endswith("right") else LEFT, text), item.text


def test_a_denied_side_leaves_the_other_one() -> None:
    for language, denial in (("en", "not the left ear"), ("vi", "không phải tai trái")):
        found = [s for s in _many(language, 40_000) if denial in s.text.lower()]
        assert found
        assert {s.class_name for s in found} == {"ear-right"}


def test_open_and_closed_are_not_mixed_up(many: list[Sentence]) -> None:
    opened = r"\babducted\b|\bopen\b|\binspiration\b|\bhit vao\b|\bdang rong\b"
    closed = r"\badducted\b|\bclosed\b|\bphonation\b|\bphat am\b|\bkhep kin\b"
    for item in many:
        if item.region == "vocal-cords" and not re.search(r"\bnot? |khong|chua", _plain(item.text)):
            told = {
                name
                for name, words in (("vc-open", opened), ("vc-closed", closed))
                if re.search(words, _plain(item.text))
            }
            assert told <= {item.class_name}, item.text


def test_the_seed_decides() -> None:
    assert _many("vi", 50, 7) == _many("vi", 50, 7)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_the_lexicon_can_be_said(language: Language) -> None:
    table = lexicon(language)
    for region in REGIONS:
        assert len(table[region, "np"]) > 10
        assert table[region, "word"]
    findings = {key for phrases in table.values() for phrase in phrases for key in phrase.findings}
    assert {"perforation", "grommet", "leukoplakia", "quinsy", "epistaxis"} <= findings


@pytest.mark.parametrize("text", ["Màng nhĩ phải thủng.", "Left vocal fold polyp, cords open."])
def test_augmentation_keeps_what_tells_the_class(text: str) -> None:
    rng = np.random.default_rng(0)
    augmented = {augment_text(text, rng) for _ in range(300)}
    assert len(augmented) > 30
    word = r"phai" if "phải" in text else r"left\b.*open"
    assert all(re.search(word, _plain(item)) for item in augmented)


def test_a_slip_changes_one_letter_of_a_long_word() -> None:
    from entdemo.phantom.grammar import Dice

    dice = Dice(np.random.default_rng(1))
    slips = {_mistype("left ear perforation", dice) for _ in range(50)}
    assert all(slip.startswith("left ear ") for slip in slips)
    assert all(abs(len(slip) - len("left ear perforation")) <= 1 for slip in slips)
