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
    "compare.open": {"en": "Compare", "vi": "So sánh"},
    "compare.title": {"en": "Compare two frames", "vi": "So sánh hai khung hình"},
    "compare.panes": {
        "en": "Two frames that move together",
        "vi": "Hai khung hình di chuyển cùng nhau",
    },
    "compare.hint": {
        "en": "Wheel or pinch zooms, dragging or a click moves. Keys: plus, minus, 0 and arrows.",
        "vi": "Cuộn hoặc chụm ngón để phóng, kéo hoặc bấm để di chuyển. Phím: cộng, trừ, 0 và mũi "
        "tên.",
    },
    "compare.in": {"en": "Zoom in", "vi": "Phóng to"},
    "compare.out": {"en": "Zoom out", "vi": "Thu nhỏ"},
    "compare.fit": {"en": "Fit", "vi": "Vừa khung"},
    "compare.choose": {"en": "Choose a frame", "vi": "Chọn khung hình"},
    "compare.side": {"en": "Side to change", "vi": "Bên cần đổi"},
    "compare.left": {"en": "Left", "vi": "Bên trái"},
    "compare.right": {"en": "Right", "vi": "Bên phải"},
    "case.viewer": {"en": "Case", "vi": "Ca"},
}
