"""The Frame tab."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    "frame.drop": {"en": "Drop a frame here", "vi": "Thả khung hình vào đây"},
    "frame.here": {"en": "Your frame appears here", "vi": "Khung hình sẽ hiện ở đây"},
    "frame.paste": {"en": "or paste it with Ctrl + V", "vi": "hoặc dán bằng Ctrl + V"},
    "frame.choose": {"en": "Choose a file", "vi": "Chọn tệp"},
    "frame.camera": {"en": "Use the camera", "vi": "Dùng máy ảnh"},
    "frame.shoot": {"en": "Take the picture", "vi": "Chụp ảnh"},
    "frame.limits": {
        "en": "JPEG, PNG, WebP, BMP or TIFF, up to {limit} MB. The upload is deleted as soon as "
        "it is read.",
        "vi": "JPEG, PNG, WebP, BMP hoặc TIFF, tối đa {limit} MB. Ảnh tải lên bị xóa ngay sau khi "
        "đọc.",
    },
    "frame.examples": {"en": "Or try an example", "vi": "Hoặc thử một ví dụ"},
    "frame.example": {"en": "Example: {name}", "vi": "Ví dụ: {name}"},
    "frame.query": {"en": "Your frame", "vi": "Khung hình của bạn"},
    "frame.disc": {
        "en": "Ring: disc found",
        "vi": "Vòng: trường nhìn",
    },
    "frame.no_disc": {
        "en": "No disc: the whole picture counts",
        "vi": "Không có trường nhìn tròn: xét cả ảnh",
    },
    # words beside a frame
    "words.title": {"en": "Add words", "vi": "Thêm mô tả"},
    "words.label": {
        "en": "What should the cases show as well?",
        "vi": "Các ca còn cần cho thấy gì?",
    },
    "words.placeholder": {"en": "for example: a perforation", "vi": "ví dụ: có lỗ thủng"},
    "words.share": {"en": "Like the frame or like the words:", "vi": "Giống ảnh hay giống mô tả:"},
    "words.percent": {"en": "{percent} % words", "vi": "{percent} % mô tả"},
    "words.apply": {"en": "Find cases", "vi": "Tìm ca"},
    # why
    "why.show": {"en": "Where the model looked", "vi": "Mô hình đã nhìn vào đâu"},
    "why.looked": {
        "en": "The brighter a part, the more it spoke for “{name}” (attention relevance after "
        "Chefer and others, 2021).",
        "vi": "Vùng càng sáng càng ủng hộ “{name}” (mức liên quan của attention theo Chefer và "
        "cộng sự, 2021).",
    },
    "why.no_localisation": {
        "en": "A coarse grid, not a localisation of a finding.",
        "vi": "Lưới thô, không phải định vị tổn thương.",
    },
    "why.depths": {"en": "Weight of each depth", "vi": "Trọng số từng độ sâu"},
    "why.depth": {"en": "Block {level} of {blocks}", "vi": "Khối {level} / {blocks}"},
}
