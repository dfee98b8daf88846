"""The Quiz tab."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    # before it starts
    "quiz.title": {"en": "Test yourself", "vi": "Tự kiểm tra"},
    "quiz.about": {
        "en": "A frame is shown; name its class, then see the case. A case that you miss comes "
        "back after a few others. Nothing is kept once you leave.",
        "vi": "Xem một khung hình, chọn lớp, rồi xem ca bệnh. Ca trả lời sai sẽ quay lại sau vài "
        "ca khác. Không lưu lại gì khi bạn rời trang.",
    },
    "quiz.region": {"en": "Region", "vi": "Vùng"},
    "quiz.any_region": {"en": "All", "vi": "Tất cả"},
    "quiz.level": {"en": "Difficulty", "vi": "Độ khó"},
    "quiz.any_level": {"en": "Mixed", "vi": "Hỗn hợp"},
    "quiz.easy": {"en": "Easier", "vi": "Dễ"},
    "quiz.medium": {"en": "Medium", "vi": "Vừa"},
    "quiz.hard": {"en": "Harder", "vi": "Khó"},
    "quiz.level_hint": {
        "en": "A third of the gallery each: the harder a case, the closer the model sees it to a "
        "case of another class.",
        "vi": "Mỗi mức là một phần ba thư viện: ca càng khó thì mô hình càng thấy giống một ca "
        "thuộc lớp khác.",
    },
    "quiz.with_finding": {"en": "Ask for the finding too", "vi": "Hỏi cả dấu hiệu"},
    "quiz.start": {"en": "Start", "vi": "Bắt đầu"},
    "quiz.keys": {
        "en": "By keyboard: 1 to 7 choose a class, Enter confirms and goes on.",
        "vi": "Bằng bàn phím: 1 đến 7 để chọn lớp, Enter để xác nhận và sang câu tiếp.",
    },
    # a question
    "quiz.question": {
        "en": "Which class does this frame show?",
        "vi": "Khung hình này thuộc lớp nào?",
    },
    "quiz.number": {"en": "Question {number}", "vi": "Câu {number}"},
    "quiz.tally": {"en": "{right} of {cases} right so far", "vi": "Đúng {right}/{cases} ca"},
    "quiz.again": {"en": "You missed this one before", "vi": "Ca này bạn đã trả lời sai"},
    "quiz.picture": {"en": "Frame to name", "vi": "Khung hình cần nhận biết"},
    "quiz.classes": {"en": "Classes", "vi": "Các lớp"},
    "quiz.which_finding": {
        "en": "Main finding (you may leave it open)",
        "vi": "Dấu hiệu chính (có thể bỏ trống)",
    },
    "quiz.confirm": {"en": "Confirm", "vi": "Xác nhận"},
    "quiz.finish": {"en": "Finish", "vi": "Kết thúc"},
    # what it was
    "quiz.right": {"en": "Right: {name}.", "vi": "Đúng: {name}."},
    "quiz.wrong": {
        "en": "Not quite: it is {name}.",
        "vi": "Chưa đúng: đây là {name}.",
    },
    "quiz.side": {
        "en": "You said {said}: left and right are confused.",
        "vi": "Bạn chọn {said}: nhầm bên trái với bên phải.",
    },
    "quiz.other": {"en": "You said {said}.", "vi": "Bạn chọn {said}."},
    "quiz.returns": {
        "en": "It comes back after {count} others.",
        "vi": "Ca này sẽ quay lại sau {count} ca khác.",
    },
    "quiz.finding_right": {"en": "The finding is right too.", "vi": "Dấu hiệu cũng đúng."},
    "quiz.finding_wrong": {
        "en": "You said “{said}” for the finding.",
        "vi": "Về dấu hiệu, bạn chọn “{said}”.",
    },
    "quiz.model": {"en": "The model’s answer", "vi": "Câu trả lời của mô hình"},
    "quiz.model_says": {"en": "{name}, {percent} %", "vi": "{name}, {percent} %"},
    "quiz.next": {"en": "Next frame", "vi": "Khung hình tiếp"},
    "quiz.result": {"en": "See the score", "vi": "Xem kết quả"},
    "quiz.similar": {"en": "Cases that look alike", "vi": "Các ca tương tự"},
    # the score
    "quiz.score": {"en": "{right} of {cases} right", "vi": "Đúng {right}/{cases} ca"},
    "quiz.score_hint": {
        "en": "The first answer to each case counts.",
        "vi": "Chỉ tính câu trả lời đầu cho mỗi ca.",
    },
    "quiz.again_score": {
        "en": "Missed cases asked again: {right} of {cases} right.",
        "vi": "Ca sai được hỏi lại: đúng {right}/{cases}.",
    },
    "quiz.findings_score": {
        "en": "Findings named: {right} of {cases} right.",
        "vi": "Dấu hiệu đã nêu: đúng {right}/{cases}.",
    },
    "quiz.no_score": {"en": "No frame was answered.", "vi": "Chưa trả lời khung hình nào."},
    "quiz.by_class": {"en": "Score by class", "vi": "Kết quả theo lớp"},
    "quiz.cases": {"en": "Cases", "vi": "Số ca"},
    "quiz.rights": {"en": "Right", "vi": "Đúng"},
    "quiz.sides": {"en": "Left/right confused", "vi": "Nhầm trái/phải"},
    "quiz.others": {"en": "Other mistakes", "vi": "Lỗi khác"},
    "quiz.all": {"en": "All", "vi": "Tổng"},
    "quiz.download": {"en": "Download the score sheet (CSV)", "vi": "Tải bảng điểm (CSV)"},
    "quiz.go_on": {"en": "Go on with this quiz", "vi": "Làm tiếp lượt này"},
    "quiz.new": {"en": "New quiz", "vi": "Lượt mới"},
    # the score sheet's columns and cells
    "quiz.sheet_number": {"en": "Question", "vi": "Câu"},
    "quiz.sheet_again": {"en": "Asked again", "vi": "Hỏi lại"},
    "quiz.sheet_answer": {"en": "Your answer", "vi": "Bạn trả lời"},
    "quiz.sheet_result": {"en": "Result", "vi": "Kết quả"},
    "quiz.sheet_finding": {"en": "Your finding", "vi": "Dấu hiệu bạn nêu"},
    "quiz.yes": {"en": "yes", "vi": "có"},
    "quiz.no": {"en": "no", "vi": "không"},
    "quiz.none": {"en": "right", "vi": "đúng"},
    "quiz.mistake_side": {"en": "left/right confused", "vi": "nhầm trái/phải"},
    "quiz.mistake_other": {"en": "other class", "vi": "lớp khác"},
}
