import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entdemo.text.letters import plain_letters
from entdemo.text.wording import normalise, to_english

ENT_TEXT = st.lists(
    st.sampled_from(
        [
            "(T)",
            "(P)",
            "(",
            "t",
            ")",
            "(R)",
            "Rt.",
            "Lt",
            "L",
            "R",
            "AD",
            "AS",
            "bên",
            "tai",
            "mũi",
            "T",
            "P",
            "2",
            "a-mi-đan",
            "Amiđan",
            "xoá",
            "oà",
            "“drum”",
            "–",
            ",",
            ".",
            ":",
            "TM",
            "right",
            "trái",
            "((p))",
            "r/l",
            "hoà",
            "MN",
            "A",
            "mi",
            "dan",
        ]
    ),
    max_size=8,
).map(" ".join)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Tai (P): màng nhĩ thủng", "tai phải: màng nhĩ thủng"),
        ("Mũi bên (T) có polyp", "mũi bên trái có polyp"),
        ("MN T đục", "mn trái đục"),
        ("(R) TM dull", "right tm dull"),
        ("Rt. ear, Lt nose", "right ear, left nose"),
        ("L TM perforated", "left tm perforated"),
        ("AD normal, AS wax", "right ear normal, left ear wax"),
        ("AS: DULL TM", "left ear: dull tm"),
        ("ad lib", "ad lib"),
        ("AS: wax,\n  same as before", "left ear: wax, same as before"),
        ("  “Open”  glottis — wide ", '"open" glottis - wide'),
        ("xoá thanh thất", "xóa thanh thất"),
        ("Amiđan quá phát 2 bên", "amidan quá phát hai bên"),
        ("A-mi-đan to", "amidan to"),
        ("R/L cords", "r/l cords"),
        ("patient's l-shaped strut", "patient's l-shaped strut"),
        ("cone at 5 o'clock", "cone at 5 o'clock"),
        ("", ""),
    ],
)
def test_normalise(typed: str, read: str) -> None:
    assert normalise(typed) == read


def test_a_lone_surrogate_is_replaced_so_that_any_text_can_be_tokenized() -> None:
    read = normalise("left \ud800 ear \ud83d\ude42")
    assert read == "left \ufffd ear 🙂"
    assert read.encode()


def test_an_english_as_in_capitals_is_no_ear() -> None:
    assert normalise("SAME AS BEFORE") == "same as before"


def test_composed_and_decomposed_letters_read_alike() -> None:
    text = "màng nhĩ trái thủng"
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(text) == text


@given(st.one_of(st.text(max_size=60), ENT_TEXT))
@settings(max_examples=500, deadline=None)
def test_normalise_twice_is_normalise_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert "  " not in once
    assert once == once.strip()


def test_plain_letters() -> None:
    assert plain_letters("Đường giữa, thủng màng nhĩ") == "Duong giua, thung mang nhi"


@pytest.mark.parametrize(
    ("vietnamese", "english"),
    [
        ("Màng nhĩ phải thủng trung tâm", "right eardrum perforated central"),
        ("mang nhi phai thung trung tam", "right eardrum perforated central"),
        (
            "Hai dây thanh khép kín, hạt xơ 1/3 trước",
            "vocal cords fully closed, nodule anterior third",
        ),
        ("Thanh môn mở khi hít vào", "open glottis during inspiration"),
        ("Amidan hai bên quá phát độ II", "both tonsils enlarged grade 2"),
        ("Mũi (T): cuốn dưới quá phát", "left nose: inferior turbinate enlarged"),
        ("viêm tai giữa ứ dịch tai trái", "otitis media with effusion left ear"),
    ],
)
def test_to_english_takes_the_longest_term(vietnamese: str, english: str) -> None:
    assert to_english(vietnamese) == english


@pytest.mark.parametrize(
    "text",
    ["left ear hot to touch", "do not co-operate", "fossa of rosenmüller in the nose, do look"],
)
def test_english_is_left_alone(text: str) -> None:
    assert to_english(text) == text


@given(st.one_of(st.text(max_size=60), ENT_TEXT))
@settings(max_examples=200, deadline=None)
def test_to_english_gives_tidy_text_for_anything(text: str) -> None:
    english = to_english(text)
    assert english == english.strip()
    assert not unicodedata.normalize("NFC", english).count("đ")
