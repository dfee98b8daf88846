"""The page's words in English and Vietnamese.

Every piece of HTML carries both languages; the page shows the one that ``<html lang>`` names, so
switching needs no answer from the server and also turns what is already on the page.
"""

from __future__ import annotations

from html import escape

from entdemo.errors import Language, UserError

LANGUAGES: tuple[Language, ...] = ("en", "vi")

TEXT: dict[str, dict[Language, str]] = {
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
    "tab.describe": {"en": "Describe", "vi": "Mô tả"},
    # frame tab
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
    # describe tab
    "describe.label": {"en": "What do you see?", "vi": "Bạn thấy gì?"},
    "describe.hint": {
        "en": "In English or Vietnamese. Enter searches, Shift + Enter starts a new line.",
        "vi": "Bằng tiếng Việt hoặc tiếng Anh. Enter để tìm, Shift + Enter để xuống dòng.",
    },
    "describe.placeholder": {
        "en": "for example: retracted right eardrum",
        "vi": "ví dụ: màng nhĩ phải co lõm",
    },
    "describe.search": {"en": "Find cases", "vi": "Tìm ca"},
    "describe.examples": {"en": "Or try one of these", "vi": "Hoặc thử một mô tả"},
    # answers
    "answer.likely": {"en": "Likely {name}.", "vi": "Nhiều khả năng là {name}."},
    "answer.also": {"en": "Could also be {names}.", "vi": "Cũng có thể là {names}."},
    "answer.alone": {
        "en": "No other class comes close.",
        "vi": "Không có lớp nào khác gần bằng.",
    },
    "answer.unsure": {"en": "Unsure: {names}.", "vi": "Chưa chắc: {names}."},
    "answer.unsure_hint": {
        "en": "Compare the cases below before you decide.",
        "vi": "Hãy so sánh các ca bên dưới trước khi kết luận.",
    },
    "answer.no_frame": {
        "en": "This does not look like an endoscopy frame.",
        "vi": "Ảnh này không giống khung hình nội soi.",
    },
    "answer.no_text": {
        "en": "This does not read like an ENT finding.",
        "vi": "Nội dung này không giống mô tả tai mũi họng.",
    },
    "answer.no_trust": {
        "en": "The numbers below mean little for it.",
        "vi": "Các con số bên dưới ít có ý nghĩa.",
    },
    "answer.cut": {
        "en": "The description is long; only its beginning was read.",
        "vi": "Mô tả quá dài; chỉ phần đầu được xét.",
    },
    "answer.or": {"en": " or ", "vi": " hoặc "},
    "answer.probabilities": {"en": "Probability of each class", "vi": "Xác suất từng lớp"},
    "answer.cases": {"en": "Most similar cases", "vi": "Các ca giống nhất"},
    "answer.described": {"en": "Best matching cases", "vi": "Các ca phù hợp nhất"},
    "answer.similarity": {"en": "Similarity", "vi": "Độ giống"},
    "answer.number": {
        "en": "The number is the similarity, at most 1.",
        "vi": "Con số là độ giống, cao nhất là 1.",
    },
    "answer.none": {
        "en": "The gallery holds no other case.",
        "vi": "Thư viện không có ca nào khác.",
    },
    # before the first answer
    "empty.frame": {
        "en": "Which class does a frame show?",
        "vi": "Khung hình thuộc lớp nào?",
    },
    "empty.frame_more": {
        "en": "Hand in a frame to see how likely each class is, and the teaching cases that look "
        "most like it.",
        "vi": "Đưa một khung hình vào để xem xác suất từng lớp và những ca giảng dạy giống nhất.",
    },
    "empty.describe": {
        "en": "Which class do the words point to?",
        "vi": "Mô tả ứng với lớp nào?",
    },
    "empty.describe_more": {
        "en": "Describe a finding to see how likely each class is, and the teaching cases that "
        "fit it best.",
        "vi": "Mô tả một dấu hiệu để xem xác suất từng lớp và những ca giảng dạy phù hợp nhất.",
    },
    # a case
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
    # spoken by the page while it waits
    "busy": {"en": "Looking …", "vi": "Đang tìm …"},
}


def word(key: str, language: Language, **values: object) -> str:
    """The words of ``key`` in one language, not escaped."""
    return TEXT[key][language].format(**values)


def spans(english: str, vietnamese: str) -> str:
    """HTML that shows the text of the page's language; both texts are escaped."""
    return f'<span lang="en">{escape(english)}</span><span lang="vi">{escape(vietnamese)}</span>'


def both(key: str, **values: object) -> str:
    """HTML with the words of ``key`` in both languages, escaped."""
    return spans(word(key, "en", **values), word(key, "vi", **values))


def attribute(name: str, english: str, vietnamese: str) -> str:
    """An HTML attribute that follows the page's language."""
    en, vi = escape(english), escape(vietnamese)
    return f'{name}="{en}" data-i18n="{name}" data-en="{en}" data-vi="{vi}"'


def attribute_of(name: str, key: str, **values: object) -> str:
    """An HTML attribute with the words of ``key``."""
    return attribute(name, word(key, "en", **values), word(key, "vi", **values))


def alert(error: UserError) -> str:
    """HTML of an error message in both languages."""
    return f'<p class="alert" role="alert">{spans(error.text("en"), error.text("vi"))}</p>'


def capital(text: str) -> str:
    """The text with its first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def decimal(number: float, language: Language) -> str:
    """Two decimals with the language's own decimal sign and a true minus."""
    plain = f"{number:.2f}".replace("-", "−")
    return plain.replace(".", ",") if language == "vi" else plain


def count(number: int, language: Language) -> str:
    """A whole number with the language's own thousands sign."""
    plain = f"{number:,}"
    return plain.replace(",", ".") if language == "vi" else plain
