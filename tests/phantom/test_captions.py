import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entdemo.locale import LANGUAGES
from entdemo.phantom.captions import Language, caption
from entdemo.phantom.facts import Facts, Observation
from entdemo.taxonomy import CLASSES, findings_of, mirror_class, region_of
from entdemo.text.sides import mirror_text

SIDES = {"en": ("right", "left"), "vi": ("phải", "trái")}
STATES = {
    "open": {
        "en": r"\b(open|abduct\w+|apart|inspiration|breathing)\b",
        "vi": r"(mở|dạng|hít vào|lúc thở)",
    },
    "closed": {
        "en": r"\b(closed|adduct\w+|together|approximated|midline|phonation)\b",
        "vi": r"(khép|đóng|phát âm)",
    },
}


@st.composite
def all_facts(draw: st.DrawFn) -> Facts:
    class_name = draw(st.sampled_from(CLASSES))
    region = region_of(class_name)
    keys = [f.key for f in findings_of(region) if f.key != "normal"]
    sided = region in ("vocal-cords", "throat")
    observation = st.builds(
        Observation,
        key=st.sampled_from(keys),
        side=st.sampled_from(["left", "right", "both", None]) if sided else st.none(),
        size=st.sampled_from(["small", "medium", "large", None]),
        place=st.sampled_from(["anterior", "posterior", "superior", "inferior", "central", None]),
    )
    some = draw(st.lists(observation, max_size=3, unique_by=lambda item: item.key))
    return Facts(class_name, tuple(some))


def class_told(text: str, facts: Facts, language: Language) -> str:
    """The class as its words tell it: the round trip of a caption."""
    region = region_of(facts.class_name)
    if region == "throat":
        return "throat"
    lowered = text.lower()
    if region == "vocal-cords":
        told = [s for s, words in STATES.items() if re.search(words[language], lowered)]
        return f"vc-{'+'.join(told)}"
    right, left = SIDES[language]
    told = [w for w, x in (("right", right), ("left", left)) if re.search(rf"\b{x}\b", lowered)]
    return f"{region}-{'+'.join(told)}"


def _caption(facts: Facts, language: Language, seed: int) -> str:
    return caption(facts, language, np.random.default_rng(seed))


@given(facts=all_facts(), seed=st.integers(0, 10**6))
@settings(max_examples=300, deadline=None)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_caption_tells_its_class_and_no_other(
    language: Language, facts: Facts, seed: int
) -> None:
    text = _caption(facts, language, seed)
    assert class_told(text, facts, language) == facts.class_name, text


@given(facts=all_facts(), seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mirrored_caption_tells_the_mirrored_class(
    language: Language, facts: Facts, seed: int
) -> None:
    text = _caption(facts, language, seed)
    mirrored = mirror_text(text)
    assert class_told(mirrored, facts, language) == mirror_class(facts.class_name), text
    assert mirror_text(mirrored) == text


@given(facts=all_facts(), seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_are_tidy(language: Language, facts: Facts, seed: int) -> None:
    text = _caption(facts, language, seed)
    assert text == text.strip()
    assert text[0].isupper()
    assert not re.search(r"[<>{}\[\]|]|\s{2}|\s[,.;:]|[,;:][,.;:]|\ba [aeio]", text), text
    assert 5 <= len(text) <= 320


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("class_name", CLASSES)
def test_every_finding_has_dozens_of_wordings(language: Language, class_name: str) -> None:
    for finding in findings_of(region_of(class_name)):
        facts = Facts(class_name, (Observation(finding.key),))
        texts = {_caption(facts, language, seed) for seed in range(200)}
        assert len(texts) >= 30, (finding.key, len(texts))


def test_normal_frames_and_no_observation_are_worded_alike() -> None:
    facts = Facts("ear-left")
    assert _caption(facts, "en", 5) == _caption(
        Facts("ear-left", (Observation("normal"),)), "en", 5
    )


def test_size_side_and_place_are_told() -> None:
    facts = Facts("vc-open", (Observation("nodule", "left", "small", "anterior"),))
    texts = [_caption(facts, "vi", seed) for seed in range(20)]
    assert all("trái" in text and "nhỏ" in text and "1/3 trước" in text for text in texts)


def test_the_seed_decides_the_wording() -> None:
    facts = Facts("throat", (Observation("tonsils", "both", "large"),))
    assert _caption(facts, "vi", 11) == _caption(facts, "vi", 11)
