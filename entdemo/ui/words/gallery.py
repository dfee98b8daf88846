"""The Gallery tab."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    # filters
    "gallery.filters": {"en": "Filter the cases", "vi": "Lọc ca"},
    "gallery.text": {"en": "Words", "vi": "Từ khóa"},
    "gallery.text_hint": {
        "en": "In captions, findings and classes, with or without Vietnamese marks.",
        "vi": "Trong mô tả, dấu hiệu và lớp; có dấu hoặc không dấu.",
    },
    "gallery.region": {"en": "Region", "vi": "Vùng"},
    "gallery.class": {"en": "Class", "vi": "Lớp"},
    "gallery.finding": {"en": "Finding", "vi": "Dấu hiệu"},
    "gallery.source": {"en": "Source", "vi": "Nguồn"},
    "gallery.any": {"en": "All", "vi": "Tất cả"},
    "gallery.own_findings": {"en": "Other findings", "vi": "Dấu hiệu khác"},
    "gallery.own_only": {"en": "Only own cases", "vi": "Chỉ ca của bạn"},
    "gallery.clear": {"en": "Clear the filters", "vi": "Xóa bộ lọc"},
    # cases
    "gallery.view": {"en": "How to look", "vi": "Cách xem"},
    "gallery.as_cards": {"en": "Cases", "vi": "Các ca"},
    "gallery.as_map": {"en": "Map", "vi": "Bản đồ"},
    "gallery.count": {"en": "{found} of {all} cases", "vi": "{found}/{all} ca"},
    "gallery.none": {
        "en": "No case fits. Take a filter away or use fewer words.",
        "vi": "Không có ca nào phù hợp. Hãy bỏ bớt bộ lọc hoặc từ khóa.",
    },
    "gallery.pages": {"en": "Pages", "vi": "Các trang"},
    "gallery.page": {"en": "Page {page} of {pages}", "vi": "Trang {page}/{pages}"},
    "gallery.previous": {"en": "Previous", "vi": "Trước"},
    "gallery.following": {"en": "Next", "vi": "Sau"},
    # own cases
    "gallery.as_edit": {"en": "Add own cases", "vi": "Thêm ca của bạn"},
    "edit.title": {"en": "Add own cases", "vi": "Thêm ca của bạn"},
    "edit.where": {
        "en": "Cases go to {folder} on this computer, and to no other.",
        "vi": "Các ca được lưu trong {folder} trên máy này, không gửi đi đâu khác.",
    },
    "edit.copies": {
        "en": "The gallery that came with the app stays as it is: with your first case a copy of "
        "it is made in {folder}, which the app uses from then on.",
        "vi": "Bộ ca đi kèm ứng dụng được giữ nguyên: khi thêm ca đầu tiên, ứng dụng tạo một bản "
        "sao trong {folder} và dùng bản đó từ lúc ấy.",
    },
    "edit.privacy": {
        "en": "Only add frames that you may show. File names, metadata and whatever is written "
        "outside the endoscope’s picture are left out.",
        "vi": "Chỉ thêm khung hình mà bạn được phép trình chiếu. Tên tệp, siêu dữ liệu và mọi chữ "
        "ngoài vùng ảnh nội soi đều bị bỏ.",
    },
    "edit.drop": {"en": "Drop pictures here", "vi": "Thả ảnh vào đây"},
    "edit.drop_table": {
        "en": "Up to {most} at once; with a captions.csv if you have one.",
        "vi": "Mỗi lần tối đa {most} ảnh; kèm captions.csv nếu có.",
    },
    "edit.choose": {"en": "Choose files", "vi": "Chọn tệp"},
    "edit.table_columns": {
        "en": "The table’s columns: file, class, and any of finding, caption_en, caption_vi, "
        "source, licence, group.",
        "vi": "Các cột của bảng: file, class, và tùy chọn finding, caption_en, caption_vi, "
        "source, licence, group.",
    },
    "edit.by_table": {
        "en": "This table describes the pictures:",
        "vi": "Bảng mô tả các ảnh:",
    },
    "edit.picture": {"en": "Picture to add", "vi": "Ảnh sẽ thêm"},
    "edit.choose_class": {"en": "Choose a class", "vi": "Chọn lớp"},
    "edit.caption_en": {"en": "Caption in English", "vi": "Mô tả tiếng Anh"},
    "edit.caption_vi": {"en": "Caption in Vietnamese", "vi": "Mô tả tiếng Việt"},
    "edit.licence": {"en": "Licence or terms", "vi": "Giấy phép hoặc điều khoản"},
    "edit.all": {"en": "For all of them", "vi": "Cho tất cả"},
    "edit.leave_out": {"en": "Leave out", "vi": "Bỏ ra"},
    "edit.add": {"en": "Add to the gallery", "vi": "Thêm vào thư viện"},
    "edit.sending": {"en": "Handing in", "vi": "Đang gửi"},
    "edit.reading": {"en": "Reading", "vi": "Đang đọc"},
    "edit.computing": {"en": "Finding their places", "vi": "Đang tính vị trí"},
    "edit.done": {
        "en": "Added: {new}. Already there: {known}. The gallery now holds {all} cases.",
        "vi": "Đã thêm: {new}. Đã có sẵn: {known}. Thư viện hiện có {all} ca.",
    },
    "edit.remove": {"en": "Remove", "vi": "Gỡ bỏ"},
    "edit.remove_case": {"en": "Remove case {case}", "vi": "Gỡ bỏ ca {case}"},
    "edit.sure": {
        "en": "Remove this case and delete its frame?",
        "vi": "Gỡ ca này và xóa khung hình của nó?",
    },
    "edit.cancel": {"en": "Keep it", "vi": "Giữ lại"},
    "edit.removed": {
        "en": "Removed: {name}. The gallery now holds {all} cases.",
        "vi": "Đã gỡ: {name}. Thư viện hiện có {all} ca.",
    },
    # the map
    "map.label": {"en": "Map of the cases", "vi": "Bản đồ các ca"},
    "map.about": {
        "en": "Each mark is a case; cases that the model finds alike lie side by side. Distances "
        "across the map mean nothing.",
        "vi": "Mỗi dấu là một ca; các ca mà mô hình thấy giống nhau nằm cạnh nhau. Khoảng cách xa "
        "trên bản đồ không có ý nghĩa.",
    },
    "map.part": {
        "en": "The map shows {shown} of {all} cases.",
        "vi": "Bản đồ hiển thị {shown}/{all} ca.",
    },
    "map.keys": {
        "en": "Click a mark to open its case. By keyboard: arrow keys move from case to case, "
        "Enter opens, + and − zoom.",
        "vi": "Bấm vào một dấu để mở ca. Bằng bàn phím: phím mũi tên để chuyển ca, Enter để mở, "
        "+ và − để phóng to, thu nhỏ.",
    },
    "map.legend": {"en": "Classes; press one to mark it", "vi": "Các lớp; bấm để làm nổi bật"},
    "map.in": {"en": "Zoom in", "vi": "Phóng to"},
    "map.out": {"en": "Zoom out", "vi": "Thu nhỏ"},
    "map.whole": {"en": "Whole map", "vi": "Toàn bộ"},
    "map.making": {
        "en": "The map is being made; the first time this takes some seconds.",
        "vi": "Đang lập bản đồ; lần đầu mất vài giây.",
    },
}
