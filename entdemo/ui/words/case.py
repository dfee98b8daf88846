"""A gallery case."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    "case.class": {"en": "Class", "vi": "Lớp"},
    "case.finding": {"en": "Finding", "vi": "Dấu hiệu"},
    "case.source": {"en": "Source", "vi": "Nguồn"},
    "case.licence": {"en": "Licence", "vi": "Giấy phép"},
    "case.id": {"en": "Case", "vi": "Mã ca"},
    "case.similar": {"en": "Find similar", "vi": "Tìm ca giống"},
    "case.similar_to": {"en": "Cases like this one", "vi": "Các ca giống ca này"},
    "case.close": {"en": "Close", "vi": "Đóng"},
    "case.back": {"en": "Back", "vi": "Quay lại"},
    "case.viewer": {"en": "Case", "vi": "Ca"},
}
