"""Export of an answer as a case sheet."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    "sheet.open": {"en": "Case sheet (PDF, ZIP)", "vi": "Phiếu ca (PDF, ZIP)"},
    "sheet.title": {"en": "Case sheet", "vi": "Phiếu ca"},
    "sheet.holds": {
        "en": "The sheet holds the query, the probability of each class, the cases shown and your "
        "notes. It is made for you and not kept here.",
        "vi": "Phiếu gồm truy vấn, xác suất của từng lớp, các ca đang hiện và ghi chú của bạn. "
        "Phiếu được tạo riêng cho bạn và không lưu lại ở đây.",
    },
    "sheet.notes": {"en": "Your notes", "vi": "Ghi chú của bạn"},
    "sheet.no_names": {
        "en": "Please write nothing that could tell who the patient is.",
        "vi": "Xin đừng ghi bất cứ điều gì có thể cho biết bệnh nhân là ai.",
    },
    "sheet.pdf": {"en": "Download PDF", "vi": "Tải PDF"},
    "sheet.zip": {"en": "Download ZIP with tables", "vi": "Tải ZIP kèm bảng số liệu"},
}
