"""What is read from a description beside the text tower's answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entdemo.taxonomy import CLASSES
from entdemo.text.findings import affirmed, finding_names
from entdemo.text.query import read_query
from entdemo.text.typos import Correction
from entdemo.text.vocabulary import words

EVENLY = (1 / len(CLASSES),) * len(CLASSES)


def probability(text: str, given: tuple[float, ...] = EVENLY) -> dict[str, float]:
    return dict(zip(CLASSES, read_query(text).judge(given).probabilities, strict=True))


def sure_of(name: str, share: float = 0.97) -> tuple[float, ...]:
    rest = (1 - share) / (len(CLASSES) - 1)
    return tuple(share if it == name else rest for it in CLASSES)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("adenoid pad in the nasopharynx", "nose"),
        ("Eustachian tube opening with mucus", "nose"),
        ("VA quá phát", "nose"),
        ("nhầy ở ngách bướm sàng", "nose"),
        ("pus in the middle meatus", "nose"),
        ("saliva in the piriform sinus", "vocal-cords"),
        ("lingual tonsil hypertrophy", "vocal-cords"),
        ("xoang lê đọng nước bọt", "vocal-cords"),
        ("amidan lưỡi to", "vocal-cords"),
        ("omega-shaped epiglottis", "throat"),
        ("thanh thiệt cong", "throat"),
        ("wax in the auditory canal", "ear"),
        ("ống tai nề", "ear"),
    ],
)
def test_anatomy_decides_between_regions(text: str, region: str) -> None:
    assert read_query(text).regions == {region}
    likeliest = max(probability(text), key=probability(text).__getitem__)
    assert likeliest.startswith({"vocal-cords": "vc"}.get(region, region))


@pytest.mark.parametrize(
    "text",
    ["chest x-ray pneumonia", "knee arthroscopy", "banana", "a", "🙂", "def f(x): return x",
     "hello", "viêm phổi", "nội soi khớp gối", "tai nạn giao thông", "công thức nấu phở",
     "colon polyp", "perforated duodenal ulcer", "?"],
)  # fmt: skip
def test_other_topics_are_told_apart_even_where_the_tower_is_sure(text: str) -> None:
    assert not read_query(text).judge(sure_of("throat")).about


@pytest.mark.parametrize(
    "text",
    ["AD", "TM dull", "thủng nhĩ", "mang nhi do", "sore throat", "hoarse", "họng đỏ", "tonsilitis",
     "MN (T) đục", "FESS cavity", "vòm sạch"],
)  # fmt: skip
def test_the_field_is_known_even_where_the_tower_is_not_sure(text: str) -> None:
    assert read_query(text).judge(EVENLY).about


def test_plain_words_count_where_the_tower_is_sure() -> None:
    text = "dark triangle between two pale bands, apex in front"
    assert read_query(text).judge(sure_of("vc-open")).about
    assert not read_query(text).judge(EVENLY).about


def test_diacritics_that_are_there_are_meant() -> None:
    """ "Dải trắng", a white band, is not "đại tràng", the colon."""
    assert [it.kind for it in words("hai dải trắng")] == ["", "", ""]
    assert [it.kind for it in words("soi dai trang")] == ["fits", "other"]


@pytest.mark.parametrize("text", ["polyp", "wax ++ both sides", "no polyp seen on either side"])
def test_a_finding_alone_counts_where_the_tower_is_rather_sure(text: str) -> None:
    assert read_query(text).judge(sure_of("nose-left", 0.6)).about
    assert not read_query(text).judge(EVENLY).about


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("not a left ear", {"ear-left"}),
        ("không phải tai trái", {"ear-left"}),
        ("right ear, not the nose", {"nose-left", "nose-right"}),
        ("not the throat", {"throat"}),
        ("a left ear", set()),
        ("no perforation of the left ear", set()),
        ("cords not closed", set()),
    ],
)
def test_a_denied_class_is_ruled_out(text: str, gone: set[str]) -> None:
    assert {name for name, value in probability(text).items() if value == 0} == gone


@pytest.mark.parametrize(
    "text",
    ["both ears waxy", "hai tai nhiều ráy", "TM bilateral", "AU clear", "left and right ear"],
)
def test_both_sides_are_answered_alike(text: str) -> None:
    told = probability(text, sure_of("ear-left"))
    assert told["ear-left"] == pytest.approx(told["ear-right"])


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("perforaton of the drum", ("perforaton", "perforation")),
        ("tonsilitis", ("tonsilitis", "tonsillitis")),
        ("Swolen turbinate", ("Swolen", "swollen")),
        ("septal deviaton", ("deviaton", "deviation")),
    ],
)
def test_slips_are_mended_and_named(text: str, correction: tuple[str, str]) -> None:
    reading = read_query(text)
    assert reading.corrections == (Correction(*correction),)
    assert correction[1] in reading.text


@pytest.mark.parametrize(
    "text", ["heading states", "facial pain", "abduction", "patient of Parent House", "nghiêng"]
)
def test_other_words_are_no_slips(text: str) -> None:
    reading = read_query(text)
    assert (reading.text, reading.corrections) == (text, ())


@pytest.mark.parametrize(
    ("text", "named", "denied"),
    [
        ("attic cholesteatoma", {"cholesteatoma"}, set()),
        ("ống thông khí tại chỗ", {"grommet"}, set()),
        ("glottic carcinoma", {"cancer"}, set()),
        ("u nhú thanh quản", {"papilloma"}, set()),
        ("perforated drum, no effusion", {"perforation"}, {"effusion"}),
        ("màng nhĩ thủng, không ứ dịch", {"perforation"}, {"effusion"}),
        ("thủng vách ngăn", {"septal perforation"}, set()),
        ("mang nhi thung", {"perforation"}, set()),
        ("năm 2024, một người nam", set(), set()),
        ("tai trai thung va co dich", {"perforation"}, set()),
    ],
)
def test_findings_that_are_named_and_denied(text: str, named: set[str], denied: set[str]) -> None:
    reading = read_query(text)
    assert (reading.named, reading.denied) == (named, denied)


def test_every_finding_is_known_by_its_own_names() -> None:
    for key, names in finding_names().items():
        for name in names:
            assert key in affirmed(name), (key, name)


def test_abbreviations_that_are_words_count_in_capitals_alone() -> None:
    assert words("VA to")[0].kind == "nose"
    assert words("amidan va họng")[1].kind == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tumour of the larynx", False),
        ("u thanh quản", False),
        ("vocal cords adducted", True),
        ("dây thanh khép", True),
        ("thanh môn mở", True),
    ],
)
def test_words_tell_whether_the_cords_are_open(text: str, told: bool) -> None:
    assert read_query(text).tells_state is told


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    judged = read_query(text).judge(EVENLY)
    assert sum(judged.probabilities) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("wax in the left ear", True),
        ("perforation, lower half", True),
        ("thủng màng nhĩ trái", True),
        ("The library opens at eight", False),
        ("Thư viện mở cửa lúc tám giờ", False),
        ("black triangle between two white bands, apex in front", False),
    ],
)
def test_words_tell_what_a_text_is_about_or_leave_it_to_the_tower(text: str, named: bool) -> None:
    assert read_query(text).names_the_field is named
