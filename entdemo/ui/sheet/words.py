"""The sheet's own words."""

from __future__ import annotations

from entdemo.errors import Language

_WORDS: dict[str, dict[Language, str]] = {
    "title": {"en": "Case sheet", "vi": "Phiếu ca"},
    "purpose": {
        "en": "For teaching, not for diagnosis.",
        "vi": "Chỉ để giảng dạy, không để chẩn đoán.",
    },
    "query": {"en": "Frame asked about", "vi": "Khung hình được hỏi"},
    "described": {"en": "Description", "vi": "Mô tả"},
    "probabilities": {"en": "Probability of each class", "vi": "Xác suất của từng lớp"},
    "notes": {"en": "Notes", "vi": "Ghi chú"},
    "cases": {"en": "Most similar teaching cases", "vi": "Các ca giảng dạy giống nhất"},
    "similarity": {"en": "similarity {value}", "vi": "độ giống {value}"},
    "foot": {
        "en": "{purpose} entdemo, weights “{weights}”. Page {page} of {{nb}}",
        "vi": "{purpose} entdemo, bộ trọng số “{weights}”. Trang {page}/{{nb}}",
    },
}


def sheet_word(key: str, language: Language, **values: object) -> str:
    """The words of ``key`` in one language."""
    return _WORDS[key][language].format(**values)


def percent(probability: float) -> str:
    """A probability for people, as the page writes it; nothing is ever certain."""
    if probability < 0.01:
        return "< 1 %"
    return "> 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def two_decimals(number: float, language: Language) -> str:
    """A similarity for people, with the language's own decimal sign."""
    plain = f"{number:.2f}".replace("-", "−")
    return plain.replace(".", ",") if language == "vi" else plain
