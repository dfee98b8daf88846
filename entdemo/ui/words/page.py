"""The page around the tabs."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    # header
    "title": {
        "en": "Similar cases in ENT endoscopy",
        "vi": "Ca nội soi tai mũi họng tương tự",
    },
    "purpose": {
        "en": "For teaching, not for diagnosis.",
        "vi": "Chỉ để giảng dạy, không để chẩn đoán.",
    },
    "running": {
        "en": "Runs on {device} · bundle {bundle} · {count} cases",
        "vi": "Chạy trên {device} · bộ trọng số {bundle} · {count} ca",
    },
    "language": {"en": "Language", "vi": "Ngôn ngữ"},
    "theme": {"en": "Light or dark", "vi": "Sáng hoặc tối"},
    "api": {"en": "Use it from a program (API)", "vi": "Gọi từ chương trình (API)"},
    # tabs
    "tabs": {"en": "How to search", "vi": "Cách tìm"},
    "tab.frame": {"en": "Frame", "vi": "Khung hình"},
    "tab.about": {"en": "About", "vi": "Giới thiệu"},
    "tab.describe": {"en": "Describe", "vi": "Mô tả"},
    "tab.quiz": {"en": "Quiz", "vi": "Tự kiểm tra"},
    "tab.gallery": {"en": "Gallery", "vi": "Thư viện"},
    # spoken by the page while it waits
    "busy": {"en": "Looking …", "vi": "Đang tìm …"},
}
