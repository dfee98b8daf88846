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
    "frame.several": {
        "en": "This file holds several pictures. Please save the one you want as its own file.",
        "vi": "Tệp này chứa nhiều ảnh. Vui lòng lưu riêng ảnh cần dùng thành một tệp.",
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
    # weights
    "weights.unknown_base": {
        "en": "The weights name an unknown CLIP model, “{name}”.",
        "vi": "Bộ trọng số nêu một mô hình CLIP không rõ, “{name}”.",
    },
    "weights.base_unreachable": {
        "en": "The base model {name} ({tag}) could not be fetched from the Hub. Connect once, or "
        "use weights that bring their base.",
        "vi": "Không tải được mô hình nền {name} ({tag}) từ Hub. Hãy kết nối mạng một lần, hoặc "
        "dùng bộ trọng số có kèm mô hình nền.",
    },
    "weights.missing": {
        "en": "There are no weights at “{name}”. Give a folder that holds entdemo.json, or a Hub "
        "repo as owner/name@revision.",
        "vi": "Không có trọng số tại “{name}”. Hãy chỉ một thư mục chứa entdemo.json, hoặc một "
        "kho trên Hub dạng owner/name@revision.",
    },
    "weights.file_missing": {
        "en": "The weights lack the file {name}.",
        "vi": "Bộ trọng số thiếu tệp {name}.",
    },
    "weights.file_unknown": {
        "en": "The weights hold a file that does not belong there: {name}.",
        "vi": "Bộ trọng số có tệp không thuộc về nó: {name}.",
    },
    "weights.file_changed": {
        "en": "The file {name} of the weights is not the one they were saved with (sha256 differs).",
        "vi": "Tệp {name} của bộ trọng số không đúng với lúc lưu (sha256 khác).",
    },
    "weights.key_missing": {
        "en": "{file} of the weights lacks the key “{name}”.",
        "vi": "{file} của bộ trọng số thiếu khóa “{name}”.",
    },
    "weights.key_unknown": {
        "en": "{file} of the weights has an unknown key, “{name}”.",
        "vi": "{file} của bộ trọng số có khóa lạ, “{name}”.",
    },
    "weights.key_invalid": {
        "en": "{file} of the weights has a wrong value at “{name}”: {reason}.",
        "vi": "{file} của bộ trọng số có giá trị sai tại “{name}”: {reason}.",
    },
    "weights.wrong_shape": {
        "en": "The tensor “{name}” of the weights has a shape that does not fit the base model.",
        "vi": "Tensor “{name}” của bộ trọng số có kích thước không khớp mô hình nền.",
    },
    "weights.newer_format": {
        "en": "These weights have format {found}; this version of entdemo reads up to {known}. "
        "Please update entdemo.",
        "vi": "Bộ trọng số này có định dạng {found}; bản entdemo này đọc đến {known}. Vui lòng "
        "cập nhật entdemo.",
    },
    "weights.golden": {
        "en": "The weights do not reproduce their reference embeddings (cosine {cosine:.4f}); "
        "they or the libraries are not what they were saved with.",
        "vi": "Bộ trọng số không cho lại vectơ tham chiếu (cosine {cosine:.4f}); trọng số hoặc "
        "thư viện không đúng với lúc lưu.",
    },
    "weights.unreadable": {
        "en": "{name} of the weights cannot be read; it is damaged.",
        "vi": "Không đọc được {name} của bộ trọng số; tệp đã hỏng.",
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
