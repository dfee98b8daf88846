from itertools import chain

import pytest

from entdemo.taxonomy import CLASSES, mirror_class
from entdemo.text.prompts import CLASS_PROMPTS
from entdemo.text.sides import mirror_text


def test_every_class_has_six_to_eight_prompts_in_both_languages() -> None:
    assert set(CLASS_PROMPTS) == set(CLASSES)
    for prompts in CLASS_PROMPTS.values():
        assert set(prompts) == {"en", "vi"}
        assert all(6 <= len(set(texts)) <= 8 for texts in prompts.values())


def test_no_prompt_serves_two_classes() -> None:
    texts = list(chain.from_iterable(p[lang] for p in CLASS_PROMPTS.values() for lang in p))
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("name", ["nose-right", "ear-right", "nose-left", "ear-left"])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_prompts_of_a_side_mirror_those_of_the_other(name: str, language: str) -> None:
    mirrored = tuple(mirror_text(text) for text in CLASS_PROMPTS[name][language])
    assert mirrored == CLASS_PROMPTS[mirror_class(name)][language]
    assert all(mirror_text(text) != text for text in mirrored)


def test_the_cone_of_light_lies_forward_on_both_sides() -> None:
    assert "5 o'clock" in CLASS_PROMPTS["ear-right"]["en"][1]
    assert "7 o'clock" in CLASS_PROMPTS["ear-left"]["en"][1]
