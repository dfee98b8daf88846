from __future__ import annotations

import re

from entdemo.errors import UserError
from entdemo.ui import i18n


def test_spans_escape_both_texts() -> None:
    html = i18n.spans("<b>a</b>", "'\"&")
    assert html == (
        '<span lang="en">&lt;b&gt;a&lt;/b&gt;</span><span lang="vi">&#x27;&quot;&amp;</span>'
    )


def test_attribute_cannot_be_left() -> None:
    html = i18n.attribute("alt", '" onerror="x', "an toàn")
    assert re.findall(r'(\S+?)="', html) == ["alt", "data-i18n", "data-en", "data-vi"]


def test_capital_keeps_the_rest() -> None:
    assert i18n.capital("đốm ENT") == "Đốm ENT"
    assert i18n.capital("") == ""


def test_alert_speaks_both_languages() -> None:
    html = i18n.alert(UserError("frame.missing", name="<x>.png"))
    assert 'role="alert"' in html
    assert "was not found" in html
    assert "Không tìm thấy" in html
    assert "<x>" not in html
