"""The About tab."""

from __future__ import annotations

from entdemo.ui.words.kind import Words

WORDS: Words = {
    "about.what": {"en": "What it is for", "vi": "Dùng để làm gì"},
    "about.what_1": {
        "en": "Teachers of ear, nose and throat medicine find teaching cases that look like a "
        "frame or fit a description, together with the most probable of seven classes.",
        "vi": "Giảng viên tai mũi họng tìm các ca giảng dạy giống một khung hình hoặc khớp một mô "
        "tả, kèm lớp có xác suất cao nhất trong bảy lớp.",
    },
    "about.what_2": {
        "en": "It is not a medical device. Do not use it for diagnosis or for decisions about a "
        "patient.",
        "vi": "Đây không phải thiết bị y tế. Không dùng để chẩn đoán hay để quyết định về người "
        "bệnh.",
    },
    "about.how": {"en": "How it works", "vi": "Cách hoạt động"},
    "about.how_1": {
        "en": "A CLIP model with LoRA reads the frame. Its class tokens of several depths are "
        "weighed, added up and joined with CLIP's own embedding by spherical interpolation. The "
        "nearest cases are those whose vectors have the largest cosine with the query's.",
        "vi": "Mô hình CLIP với LoRA đọc khung hình. Các token lớp ở nhiều độ sâu được gán trọng "
        "số, cộng lại rồi nội suy cầu với vectơ của CLIP. Các ca gần nhất là những ca có cosine "
        "lớn nhất với vectơ truy vấn.",
    },
    "about.how_2": {
        "en": "The method is that of arXiv 2509.00752. Only its abstract was available: layers, "
        "ranks, weights and temperatures are this project's own choices.",
        "vi": "Phương pháp theo arXiv 2509.00752. Chúng tôi chỉ có bản tóm tắt: số lớp, hạng, "
        "trọng số và nhiệt độ là lựa chọn riêng của dự án.",
    },
    "about.figures": {"en": "How good it is", "vi": "Độ chính xác"},
    "about.figures_of": {"en": "Weights “{name}”", "vi": "Bộ trọng số “{name}”"},
    "about.no_figures": {
        "en": "These weights come without figures.",
        "vi": "Bộ trọng số này không kèm số liệu.",
    },
    "about.figures_note": {
        "en": "Phantom frames are drawn by procedure; those measured on were never trained on. "
        "Real frames, where stated, were only looked at: none was trained on. Brackets hold 95 % "
        "bootstrap intervals.",
        "vi": "Khung hình mô phỏng được vẽ bằng thuật toán; các khung dùng để đo chưa từng dùng để "
        "huấn luyện. Khung hình thật, nếu có, chỉ để xem: không khung nào dùng để huấn luyện. "
        "Trong ngoặc là khoảng tin cậy bootstrap 95 %.",
    },
    "about.phantom": {"en": "Phantom frames (n = {n})", "vi": "Khung mô phỏng (n = {n})"},
    "about.real": {"en": "Real frames (n = {n})", "vi": "Khung hình thật (n = {n})"},
    "about.figure": {"en": "Figure", "vi": "Số liệu"},
    "figure.accuracy": {"en": "Class accuracy", "vi": "Độ đúng theo lớp"},
    "figure.macro_f1": {"en": "Macro-F1", "vi": "Macro-F1"},
    "figure.region_accuracy": {"en": "Region accuracy", "vi": "Độ đúng theo vùng"},
    "figure.ece": {"en": "Expected calibration error", "vi": "Sai số hiệu chuẩn kỳ vọng"},
    "figure.image_recall@1": {
        "en": "Frame query, Recall@1 by class",
        "vi": "Truy vấn ảnh, Recall@1 theo lớp",
    },
    "figure.image_mrr": {"en": "Frame query, MRR by class", "vi": "Truy vấn ảnh, MRR theo lớp"},
    "figure.text_recall@1": {
        "en": "Text query, Recall@1 by class",
        "vi": "Truy vấn chữ, Recall@1 theo lớp",
    },
    "figure.text_mrr": {"en": "Text query, MRR by class", "vi": "Truy vấn chữ, MRR theo lớp"},
    "about.sentences": {
        "en": "Hand-written sentences: class accuracy {en} in English (n = {n_en}) and {vi} in "
        "Vietnamese (n = {n_vi}).",
        "vi": "Câu viết tay: độ đúng theo lớp {en} với tiếng Anh (n = {n_en}) và {vi} với tiếng "
        "Việt (n = {n_vi}).",
    },
    "about.confusion": {
        "en": "Answers by true class, phantom frames",
        "vi": "Câu trả lời theo lớp thật, khung mô phỏng",
    },
    "about.true": {"en": "True class", "vi": "Lớp thật"},
    "about.card": {"en": "Model card (English)", "vi": "Thẻ mô hình (tiếng Anh)"},
    "about.limits": {"en": "Limits", "vi": "Giới hạn"},
    "about.limits_1": {
        "en": "Left and right are told from anatomy. Where its signs are out of view the answer is "
        "a guess, and the probabilities should say so.",
        "vi": "Bên trái và bên phải được suy từ giải phẫu. Khi các mốc không nằm trong ảnh, câu "
        "trả lời chỉ là phỏng đoán và xác suất sẽ cho thấy điều đó.",
    },
    "about.limits_2": {
        "en": "It knows seven classes. The check for pictures that are not endoscopy frames "
        "refuses most of them, not all.",
        "vi": "Ứng dụng chỉ biết bảy lớp. Bước kiểm tra ảnh không phải nội soi loại được phần "
        "lớn, không phải tất cả.",
    },
    "about.limits_3": {
        "en": "A similar case is similar in looks. It need not have the same finding.",
        "vi": "Ca tương tự là giống về hình ảnh, không nhất thiết cùng dấu hiệu.",
    },
    "about.limits_4": {
        "en": "The shipped weights and gallery were made from drawn frames. Expect more errors on "
        "real frames than on drawn ones.",
        "vi": "Bộ trọng số và thư viện kèm theo được tạo từ khung hình vẽ. Với khung hình thật, "
        "hãy chờ đợi nhiều sai sót hơn.",
    },
    "about.privacy": {"en": "What is kept: nothing", "vi": "Lưu lại những gì: không gì cả"},
    "about.privacy_1": {
        "en": "A frame is read once and then deleted. A program's upload is gone within minutes.",
        "vi": "Khung hình được đọc một lần rồi xóa. Tệp do chương trình tải lên bị xóa sau vài "
        "phút.",
    },
    "about.privacy_2": {
        "en": "Your browser replaces the file's name before it is sent; other data in the file is "
        "dropped when it is read.",
        "vi": "Trình duyệt thay tên tệp trước khi gửi; các dữ liệu khác trong tệp bị bỏ khi đọc.",
    },
    "about.privacy_3": {
        "en": "Logs hold the kind of a request, its time and its outcome, never an address, a "
        "name, a text or a picture.",
        "vi": "Nhật ký chỉ ghi loại yêu cầu, thời gian và kết quả, không ghi địa chỉ, tên, văn "
        "bản hay ảnh.",
    },
    "about.privacy_4": {
        "en": "Language and theme are remembered in your browser alone. There are no statistics, "
        "no cookies but that of a login, and nothing is fetched from another site.",
        "vi": "Ngôn ngữ và giao diện chỉ được nhớ trong trình duyệt của bạn. Không có thống kê, "
        "không có cookie ngoài cookie đăng nhập, và không tải gì từ trang khác.",
    },
    "about.licence": {"en": "Licence", "vi": "Giấy phép"},
    "about.licence_1": {
        "en": "Code, shipped weights and drawn frames: Apache-2.0. The stem of the shipped weights "
        "starts from EfficientNet-Lite0's ImageNet weights (Apache-2.0). Case sheets are set in "
        "Noto Sans (SIL Open Font License). Each case names its own licence.",
        "vi": "Mã nguồn, bộ trọng số kèm theo và khung hình vẽ: Apache-2.0. Phần đầu của bộ trọng "
        "số bắt đầu từ trọng số ImageNet của EfficientNet-Lite0 (Apache-2.0). Phiếu ca dùng phông "
        "Noto Sans (SIL Open Font License). Mỗi ca ghi giấy phép riêng.",
    },
    "about.own": {
        "en": "Your own weights and gallery",
        "vi": "Trọng số và thư viện của bạn",
    },
    "about.own_1": {
        "en": "Weights are a folder or a Hub repo. A gallery is made from frames in one folder a "
        "class, or from a table. Vectors are computed anew when the weights change.",
        "vi": "Trọng số là một thư mục hoặc một kho trên Hub. Thư viện được tạo từ khung hình xếp "
        "mỗi lớp một thư mục, hoặc từ một bảng. Vectơ được tính lại khi đổi trọng số.",
    },
    "about.api": {"en": "From a program", "vi": "Gọi từ chương trình"},
    "about.api_1": {
        "en": "Two endpoints answer as the command line does. This is Python with gradio_client:",
        "vi": "Hai điểm gọi trả lời giống dòng lệnh. Ví dụ Python với gradio_client:",
    },
    "about.copy": {"en": "Copy", "vi": "Sao chép"},
    "about.copied": {"en": "Copied", "vi": "Đã chép"},
    "about.commands": {"en": "Commands", "vi": "Các lệnh"},
    "about.snippet": {"en": "Python example", "vi": "Ví dụ Python"},
    "about.endpoint": {"en": "Endpoint", "vi": "Điểm gọi"},
    "about.takes": {"en": "Takes", "vi": "Nhận"},
    "about.gives": {"en": "Gives", "vi": "Trả về"},
    "about.predict_takes": {
        "en": "frame: JPEG, PNG, WebP, BMP or TIFF; k: how many cases, 1 to 50",
        "vi": "frame: JPEG, PNG, WebP, BMP hoặc TIFF; k: số ca, từ 1 đến 50",
    },
    "about.predict_gives": {
        "en": "class, region, probabilities, in_distribution, neighbours, timings_ms",
        "vi": "class, region, probabilities, in_distribution, neighbours, timings_ms",
    },
    "about.search_takes": {
        "en": "text: English or Vietnamese; k: how many cases, 1 to 50",
        "vi": "text: tiếng Anh hoặc tiếng Việt; k: số ca, từ 1 đến 50",
    },
    "about.search_gives": {
        "en": "class, region, probabilities, neighbours",
        "vi": "class, region, probabilities, neighbours",
    },
    "about.health_takes": {"en": "nothing (HTTP GET)", "vi": "không gì (HTTP GET)"},
    "about.health_gives": {
        "en": "status, bundle, bundle_id, gallery_size, device",
        "vi": "status, bundle, bundle_id, gallery_size, device",
    },
}
