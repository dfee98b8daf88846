"""Answers, and what stands in their place before there is one."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    # answers
    "answer.likely": {"en": "Likely {name}.", "vi": "Nhiều khả năng là {name}."},
    "answer.leaning": {
        "en": "Likely {name}; could be {other}.",
        "vi": "Nhiều khả năng là {name}; cũng có thể là {other}.",
    },
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
    "answer.combined": {
        "en": "Cases like it that also fit “{text}”",
        "vi": "Các ca giống ảnh và phù hợp với “{text}”",
    },
    "answer.weak": {"en": "Weak match", "vi": "Ít giống"},
    "answer.all_weak": {
        "en": "All of these are weak matches: the gallery may hold nothing like it.",
        "vi": "Tất cả đều ít giống: thư viện có thể không có ca nào tương tự.",
    },
    "answer.alike": {"en": "+{count} nearly the same", "vi": "+{count} ca gần như trùng"},
    "answer.filtered_out": {
        "en": "No case passes the filters.",
        "vi": "Không có ca nào qua được bộ lọc.",
    },
    "answer.none": {
        "en": "The gallery holds no other case.",
        "vi": "Thư viện không có ca nào khác.",
    },
    # filters
    "filters.title": {"en": "Filter the cases", "vi": "Lọc các ca"},
    "filters.region": {"en": "Region", "vi": "Vùng"},
    "filters.least": {"en": "Least similarity:", "vi": "Độ giống tối thiểu:"},
    "filters.any": {"en": "any", "vi": "bất kỳ"},
    "filters.clear": {"en": "Clear filters", "vi": "Bỏ bộ lọc"},
    "filters.found": {"en": "{count} cases shown", "vi": "Đang hiện {count} ca"},
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
}
