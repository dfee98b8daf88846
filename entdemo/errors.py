"""A user's mistake or a failing surrounding, as one clear sentence in English and Vietnamese."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "vi"]

MESSAGES: dict[str, dict[Language, str]] = {
    # frames
    "frame.empty": {
        "en": "This file is empty. Please choose a picture (JPEG, PNG, WebP, BMP or TIFF).",
        "vi": "Tệp này trống. Vui lòng chọn một ảnh (JPEG, PNG, WebP, BMP hoặc TIFF).",
    },
    "frame.missing": {
        "en": "The file “{name}” was not found.",
        "vi": "Không tìm thấy tệp “{name}”.",
    },
    "frame.not_a_picture": {
        "en": "This file is not a picture that can be read here. Please use JPEG, PNG, WebP, BMP "
        "or TIFF.",
        "vi": "Tệp này không phải ảnh đọc được. Vui lòng dùng JPEG, PNG, WebP, BMP hoặc TIFF.",
    },
    "frame.truncated": {
        "en": "This picture is damaged or cut short. Please export it again.",
        "vi": "Ảnh này bị hỏng hoặc bị cắt cụt. Vui lòng xuất lại ảnh.",
    },
    "frame.too_many_bytes": {
        "en": "This file has {megabytes:.0f} MB; the limit is {limit} MB.",
        "vi": "Tệp này nặng {megabytes:.0f} MB; giới hạn là {limit} MB.",
    },
    "frame.too_many_pixels": {
        "en": "This picture has {width} x {height} pixels; the limit is {limit} megapixels.",
        "vi": "Ảnh này có {width} x {height} điểm ảnh; giới hạn là {limit} megapixel.",
    },
    "frame.too_small": {
        "en": "This picture has only {width} x {height} pixels; at least {limit} on each side are "
        "needed.",
        "vi": "Ảnh này chỉ có {width} x {height} điểm ảnh; mỗi cạnh cần ít nhất {limit}.",
    },
    "frame.animated": {
        "en": "This is an animation. Please choose one still frame of it.",
        "vi": "Đây là ảnh động. Vui lòng chọn một khung hình tĩnh.",
    },
    "frame.dicom": {
        "en": "This is a DICOM file. Please export the frame as JPEG or PNG, without patient data.",
        "vi": "Đây là tệp DICOM. Vui lòng xuất khung hình thành JPEG hoặc PNG, không kèm dữ liệu "
        "bệnh nhân.",
    },
    "frame.vector": {
        "en": "This is a drawing (SVG), not a frame. Please use JPEG, PNG, WebP, BMP or TIFF.",
        "vi": "Đây là hình vẽ (SVG), không phải khung hình. Vui lòng dùng JPEG, PNG, WebP, BMP "
        "hoặc TIFF.",
    },
    # descriptions
    "text.empty": {
        "en": "Please type a description first, for example “redness of the right eardrum”.",
        "vi": "Vui lòng nhập mô tả trước, ví dụ “màng nhĩ phải đỏ”.",
    },
    "text.too_long": {
        "en": "This description has {length} characters; the limit is {limit}.",
        "vi": "Mô tả này có {length} ký tự; giới hạn là {limit}.",
    },
}


class UserError(Exception):
    """A problem that the user can act on.

    Args:
        key: a key of ``MESSAGES``.
        values: what the message's fields are filled with.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """The sentence in ``language``."""
        return MESSAGES[self.key][language].format(**self.values)
