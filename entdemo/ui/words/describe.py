"""The Describe tab."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    "describe.label": {"en": "What do you see?", "vi": "Bạn thấy gì?"},
    "describe.hint": {
        "en": "In English or Vietnamese. Enter searches, Shift + Enter starts a new line.",
        "vi": "Bằng tiếng Việt hoặc tiếng Anh. Enter để tìm, Shift + Enter để xuống dòng.",
    },
    "describe.placeholder": {
        "en": "for example: retracted right eardrum",
        "vi": "ví dụ: màng nhĩ phải co lõm",
    },
    "describe.suggestions": {"en": "Suggestions", "vi": "Gợi ý"},
    "describe.suggested": {
        "en": "{count} suggestions; arrow keys choose.",
        "vi": "{count} gợi ý; dùng phím mũi tên để chọn.",
    },
    "describe.search": {"en": "Find cases", "vi": "Tìm ca"},
    "describe.examples": {"en": "Or try one of these", "vi": "Hoặc thử một mô tả"},
}
