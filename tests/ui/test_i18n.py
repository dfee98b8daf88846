from __future__ import annotations

import re

import pytest

from entdemo.errors import UserError
from entdemo.locale import numbers
from entdemo.ui import i18n


def test_spans_escape_both_texts() -> None:
    html = i18n.spans("<b>a</b>", "'\"&")
    assert html == (
        '<span lang="en">&lt;b&gt;a&lt;/b&gt;</span><span lang="vi">&#x27;&quot;&amp;</span>'
    )


def test_attribute_cannot_be_left() -> None:
    html = i18n.attribute("alt", '" onerror="x', "an toàn")
    assert re.findall(r'(\S+?)="', html) == ["alt", "data-i18n", "data-en", "data-vi"]


@pytest.mark.parametrize(
    ("number", "english", "vietnamese"), [(0.5, "0.50", "0,50"), (-0.126, "−0.13", "−0,13")]
)
def test_decimals_follow_the_language(number: float, english: str, vietnamese: str) -> None:
    assert (numbers.decimal(number, "en"), numbers.decimal(number, "vi")) == (english, vietnamese)


def test_thousands_follow_the_language() -> None:
    assert (numbers.count(1400, "en"), numbers.count(1400, "vi")) == ("1,400", "1.400")


def test_capital_keeps_the_rest() -> None:
    assert i18n.capital("đốm ENT") == "Đốm ENT"
    assert i18n.capital("") == ""


def test_alert_speaks_both_languages() -> None:
    html = i18n.alert(UserError("frame.missing", name="<x>.png"))
    assert 'role="alert"' in html
    assert "was not found" in html
    assert "Không tìm thấy" in html
    assert "<x>" not in html
