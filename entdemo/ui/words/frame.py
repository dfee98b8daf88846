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
}
