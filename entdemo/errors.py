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
    "frame.unreadable": {
        "en": "The file “{name}” cannot be opened. Please check that you may read it.",
        "vi": "Không mở được tệp “{name}”. Vui lòng kiểm tra quyền đọc tệp.",
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
    "frame.video": {
        "en": "This is a video. Please save one frame of it as JPEG or PNG.",
        "vi": "Đây là video. Vui lòng lưu một khung hình thành JPEG hoặc PNG.",
    },
    "frame.phone_photo": {
        "en": "This is an HEIC or AVIF photo. Please export it as JPEG or PNG.",
        "vi": "Đây là ảnh HEIC hoặc AVIF. Vui lòng xuất ảnh thành JPEG hoặc PNG.",
    },
    "frame.dicom": {
        "en": "This DICOM file holds no picture that can be read here. Please export the frame as "
        "JPEG or PNG, without patient data.",
        "vi": "Tệp DICOM này không có ảnh đọc được. Vui lòng xuất khung hình thành JPEG hoặc PNG, "
        "không kèm dữ liệu bệnh nhân.",
    },
    "frame.dicom_extra": {
        "en": "This is a DICOM file. Please export the frame as JPEG or PNG, without patient data; "
        "or let DICOM be read here: pip install pydicom",
        "vi": "Đây là tệp DICOM. Vui lòng xuất khung hình thành JPEG hoặc PNG, không kèm dữ liệu "
        "bệnh nhân; hoặc cài phần đọc DICOM: pip install pydicom",
    },
    "frame.burned_in": {
        "en": "This DICOM file states that text is burned into the picture. Please check that it "
        "shows no patient's name.",
        "vi": "Tệp DICOM này ghi rằng có chữ in chìm trong ảnh. Vui lòng kiểm tra để không lộ tên "
        "bệnh nhân.",
    },
    "frame.burned_in_unknown": {
        "en": "This DICOM file does not state whether text is burned into the picture. Please "
        "check that it shows no patient's name.",
        "vi": "Tệp DICOM này không ghi rõ có chữ in chìm trong ảnh hay không. Vui lòng kiểm tra để "
        "không lộ tên bệnh nhân.",
    },
    "frame.too_many_scans": {
        "en": "This JPEG is built of {scans} passes; the limit is {limit}. Please save it again.",
        "vi": "Ảnh JPEG này gồm {scans} lượt quét; giới hạn là {limit}. Vui lòng lưu lại ảnh.",
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
        "en": "The file {name} of the weights is not the one they were saved with (sha256 "
        "differs).",
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
    "weights.adapter_elsewhere": {
        "en": "The adapter changes more than the image tower: “{name}”. Train it on model.visual "
        "alone.",
        "vi": "Bộ điều hợp thay đổi cả phần ngoài tháp ảnh: “{name}”. Hãy huấn luyện nó chỉ trên "
        "model.visual.",
    },
    "weights.digest": {
        "en": "{name} of the weights was changed after it was saved: its settings do not fit its "
        "digest.",
        "vi": "{name} của bộ trọng số đã bị sửa sau khi lưu: các thiết lập không khớp mã kiểm tra.",
    },
    "weights.forbidden": {
        "en": "{name} of the weights cannot be opened. Please check that you may read it.",
        "vi": "Không mở được {name} của bộ trọng số. Vui lòng kiểm tra quyền đọc tệp.",
    },
    # weights from the Hub
    "hub.unreachable": {
        "en": "The Hub cannot be reached for “{repo}”. Check the network and proxy, then "
        "try again.",
        "vi": "Không kết nối được tới Hub để lấy “{repo}”. Hãy kiểm tra mạng và proxy rồi thử lại.",
    },
    "hub.cut": {
        "en": "The connection to the Hub broke off while “{repo}” was fetched. Please try again.",
        "vi": "Kết nối tới Hub bị ngắt khi đang tải “{repo}”. Vui lòng thử lại.",
    },
    "hub.offline": {
        "en": "“{repo}” is not in the cache and offline mode is on. Unset HF_HUB_OFFLINE once to "
        "fetch it.",
        "vi": "“{repo}” chưa có trong bộ nhớ đệm và chế độ ngoại tuyến đang bật. Hãy bỏ "
        "HF_HUB_OFFLINE một lần để tải về.",
    },
    "hub.no_access": {
        "en": "There is no folder “{repo}” here, and the Hub shows no such repo to you: the name "
        "may be wrong, or the repo is private and needs a token with access to it in HF_TOKEN.",
        "vi": "Ở đây không có thư mục “{repo}”, và Hub không cho thấy kho nào như vậy: có thể sai "
        "tên, hoặc kho riêng tư cần token có quyền truy cập trong HF_TOKEN.",
    },
    "hub.no_revision": {
        "en": "The Hub repo of “{repo}” has no such revision; it must be a branch, a tag or a full "
        "commit id.",
        "vi": "Kho trên Hub của “{repo}” không có phiên bản này; cần tên nhánh, thẻ hoặc mã commit "
        "đầy đủ.",
    },
    "hub.rate_limited": {
        "en": "The Hub refuses further requests for now (rate limit). Wait some minutes, or set "
        "HF_TOKEN for a higher limit.",
        "vi": "Hub tạm thời từ chối yêu cầu (quá giới hạn). Hãy đợi vài phút, hoặc đặt HF_TOKEN để "
        "có giới hạn cao hơn.",
    },
    "hub.server": {
        "en": "The Hub has a problem of its own (status {status}). Please try again later.",
        "vi": "Hub đang gặp sự cố (mã {status}). Vui lòng thử lại sau.",
    },
    "hub.refused": {
        "en": "The Hub refused the request for “{repo}” (status {status}).",
        "vi": "Hub từ chối yêu cầu về “{repo}” (mã {status}).",
    },
    "hub.silent": {
        "en": "The Hub stopped answering while “{repo}” was fetched. Please try again.",
        "vi": "Hub ngừng trả lời khi đang tải “{repo}”. Vui lòng thử lại.",
    },
    "hub.no_bundle": {
        "en": "The Hub repo “{repo}” holds no weights of entdemo (entdemo.json is missing).",
        "vi": "Kho “{repo}” trên Hub không chứa trọng số của entdemo (thiếu entdemo.json).",
    },
    "hub.wrong_content": {
        "en": "{name} of “{repo}” arrived with another content than the Hub announced, twice. "
        "Do not use it; try again from another network.",
        "vi": "{name} của “{repo}” hai lần tải về đều khác nội dung Hub công bố. Đừng dùng tệp "
        "này; hãy thử lại từ mạng khác.",
    },
    "hub.storage": {
        "en": "“{repo}” cannot be stored on this computer: {reason}.",
        "vi": "Không lưu được “{repo}” trên máy này: {reason}.",
    },
    "hub.fallback": {
        "en": "The shipped weights are in use, not “{source}”. {reason}",
        "vi": "Đang dùng bộ trọng số kèm sẵn, không phải “{source}”. {reason}",
    },
    "hub.target_in_use": {
        "en": "The folder “{name}” already exists with other content. Please name a new folder.",
        "vi": "Thư mục “{name}” đã có nội dung khác. Vui lòng chọn thư mục mới.",
    },
    "hub.repo_name": {
        "en": "“{name}” is not the name of a Hub repo; it must look like owner/name.",
        "vi": "“{name}” không phải tên kho trên Hub; tên phải có dạng owner/name.",
    },
    "hub.no_write": {
        "en": "The Hub does not let you write to “{repo}”. Set HF_TOKEN to a token with write "
        "access to it.",
        "vi": "Hub không cho phép ghi vào “{repo}”. Hãy đặt HF_TOKEN là token có quyền ghi.",
    },
    "hub.public": {
        "en": "“{repo}” already exists and is public, so nothing was uploaded. Make it private on "
        "the Hub first, or push without --private.",
        "vi": "“{repo}” đã tồn tại và công khai, nên chưa tải gì lên. Hãy đặt kho thành riêng tư "
        "trên Hub trước, hoặc bỏ --private.",
    },
    "hub.card": {
        "en": "The YAML header of README.md cannot be read. Correct it or delete the file.",
        "vi": "Không đọc được phần đầu YAML của README.md. Hãy sửa hoặc xóa tệp này.",
    },
    # tables (cases.csv, captions.csv)
    "table.empty": {
        "en": "{name} is empty; its first row must hold the column names.",
        "vi": "{name} trống; dòng đầu phải là tên các cột.",
    },
    "table.damaged": {
        "en": "{name} is not a table that can be read. Please save it as “CSV UTF-8”.",
        "vi": "Không đọc được bảng {name}. Vui lòng lưu dưới dạng “CSV UTF-8”.",
    },
    "table.encoding": {
        "en": "{name} is not saved as Unicode. Please save it as “CSV UTF-8”.",
        "vi": "{name} không được lưu bằng Unicode. Vui lòng lưu dưới dạng “CSV UTF-8”.",
    },
    "table.column": {
        "en": "{name} has a column “{column}” that is not known here; known are {known}.",
        "vi": "{name} có cột “{column}” không dùng ở đây; các cột hợp lệ: {known}.",
    },
    "table.column_twice": {
        "en": "{name} has the column “{column}” twice.",
        "vi": "{name} có hai cột “{column}”.",
    },
    "table.column_missing": {
        "en": "{name} lacks the column “{column}”.",
        "vi": "{name} thiếu cột “{column}”.",
    },
    "table.too_many_cells": {
        "en": "{name}, row {row}: there are more cells than columns; text with the separator in "
        "it must stand in quotation marks.",
        "vi": "{name}, dòng {row}: có nhiều ô hơn số cột; văn bản chứa dấu phân cách phải đặt "
        "trong ngoặc kép.",
    },
    "table.value": {
        "en": "{name}, row {row}, column “{column}”: “{value}” cannot be used; letters, digits, "
        "“-” and “_” are allowed.",
        "vi": "{name}, dòng {row}, cột “{column}”: không dùng được “{value}”; chỉ dùng chữ cái "
        "không dấu, chữ số, “-” và “_”.",
    },
    "table.value_twice": {
        "en": "{name}, row {row}, column “{column}”: “{value}” appears a second time.",
        "vi": "{name}, dòng {row}, cột “{column}”: “{value}” xuất hiện lần thứ hai.",
    },
    "table.frame_file": {
        "en": "{name}, row {row}, column “{column}”: “{value}” must be a file in the folder "
        "“frames”, for example frames/c-1.jpg.",
        "vi": "{name}, dòng {row}, cột “{column}”: “{value}” phải là tệp trong thư mục “frames”, "
        "ví dụ frames/c-1.jpg.",
    },
    "table.no_such_file": {
        "en": "{name}, row {row}, column “{column}”: there is no picture “{value}”, or several of "
        "that name.",
        "vi": "{name}, dòng {row}, cột “{column}”: không có ảnh “{value}”, hoặc có nhiều ảnh cùng "
        "tên.",
    },
    "table.class": {
        "en": "{name}, row {row}, column “class”: “{value}” is not one of {known}.",
        "vi": "{name}, dòng {row}, cột “class”: “{value}” không thuộc các lớp {known}.",
    },
    # a folder of pictures
    "folder.missing": {
        "en": "There is no folder “{path}”.",
        "vi": "Không có thư mục “{path}”.",
    },
    "folder.no_pictures": {
        "en": "The folder “{path}” holds no pictures; put them into sub-folders named {known}.",
        "vi": "Thư mục “{path}” không có ảnh; hãy đặt ảnh vào các thư mục con tên {known}.",
    },
    "folder.no_class": {
        "en": "The sub-folder “{name}” is not named after a class; the classes are {known}.",
        "vi": "Tên thư mục con “{name}” không phải là một lớp; các lớp là {known}.",
    },
    "folder.unclassified": {
        "en": "The picture “{name}” has no class: put it into a sub-folder named {known}, or give "
        "its class in captions.csv.",
        "vi": "Ảnh “{name}” chưa có lớp: hãy đặt vào thư mục con tên {known}, hoặc ghi lớp trong "
        "captions.csv.",
    },
    "folder.two_classes": {
        "en": "{name}, row {row}: the picture lies in the folder “{first}” but its class is given "
        "as “{second}”.",
        "vi": "{name}, dòng {row}: ảnh nằm trong thư mục “{first}” nhưng lớp ghi là “{second}”.",
    },
    # gallery
    "gallery.missing": {
        "en": "There is no gallery in “{path}”. Make one with: python -m entdemo gallery build "
        "“{path}” --from FOLDER",
        "vi": "Không có bộ ca mẫu trong “{path}”. Tạo bằng lệnh: python -m entdemo gallery build "
        "“{path}” --from FOLDER",
    },
    "gallery.folder_in_use": {
        "en": "“{path}” holds other files and no gallery. Please name a new folder.",
        "vi": "“{path}” chứa tệp khác và không phải bộ ca mẫu. Vui lòng chọn thư mục mới.",
    },
    "gallery.damaged": {
        "en": "The gallery's file {file} is damaged or was changed. Restore it, or build the "
        "gallery again.",
        "vi": "Tệp {file} của bộ ca mẫu bị hỏng hoặc đã bị sửa. Hãy khôi phục tệp, hoặc dựng lại "
        "bộ ca mẫu.",
    },
    "gallery.no_export": {
        "en": "“{path}” is no exported gallery; a folder or zip with cases.csv and frames is "
        "wanted.",
        "vi": "“{path}” không phải bộ ca mẫu đã xuất; cần thư mục hoặc tệp zip chứa cases.csv và "
        "frames.",
    },
    "gallery.export_lacks": {
        "en": "The exported gallery lacks {file}. Please export it again.",
        "vi": "Bộ ca mẫu đã xuất thiếu {file}. Vui lòng xuất lại.",
    },
    "gallery.export_changed": {
        "en": "{file} is not as it was exported. Please export the gallery again.",
        "vi": "{file} không còn như lúc xuất. Vui lòng xuất lại bộ ca mẫu.",
    },
    "gallery.export_in_use": {
        "en": "“{path}” already exists. Please name a new file.",
        "vi": "“{path}” đã tồn tại. Vui lòng chọn tên tệp mới.",
    },
    "gallery.export_failed": {
        "en": "“{path}” could not be written: {reason}.",
        "vi": "Không ghi được “{path}”: {reason}.",
    },
    "gallery.unreadable": {
        "en": "The gallery's file {file} cannot be opened. Please check that you may read it.",
        "vi": "Không mở được tệp {file} của bộ ca mẫu. Vui lòng kiểm tra quyền đọc tệp.",
    },
    "gallery.newer": {
        "en": "This gallery has format {format}; this version of entdemo reads up to {known}. "
        "Please update entdemo.",
        "vi": "Bộ ca mẫu có định dạng {format}; phiên bản entdemo này đọc đến {known}. Vui lòng "
        "cập nhật entdemo.",
    },
    "gallery.other_weights": {
        "en": "The gallery in “{path}” was made with the weights “{made_by}”, not with “{wanted}”. "
        "Compute it again with: python -m entdemo gallery build “{path}”",
        "vi": "Bộ ca mẫu trong “{path}” được tạo bằng trọng số “{made_by}”, không phải “{wanted}”. "
        "Tính lại bằng lệnh: python -m entdemo gallery build “{path}”",
    },
    "gallery.locked": {
        "en": "Another process is changing the gallery in “{path}”. Please try again when it is "
        "done.",
        "vi": "Một tiến trình khác đang thay đổi bộ ca mẫu trong “{path}”. Vui lòng thử lại sau.",
    },
    "gallery.read_only": {
        "en": "The folder “{path}” cannot be written.",
        "vi": "Không ghi được vào thư mục “{path}”.",
    },
    "gallery.write_failed": {
        "en": "{file} could not be written: {reason}. The gallery stays as it was.",
        "vi": "Không ghi được {file}: {reason}. Bộ ca mẫu giữ nguyên như cũ.",
    },
    "gallery.no_such_case": {
        "en": "There is no case “{case_id}” in this gallery.",
        "vi": "Không có ca “{case_id}” trong bộ ca mẫu này.",
    },
    # filters
    "filter.unknown": {
        "en": "There is nothing called “{value}” to filter by. Known here: {known}.",
        "vi": "Không có mục “{value}” để lọc. Các mục có: {known}.",
    },
    "predict.share": {
        "en": "The share of the words is a number from 0 to 1, not {value}.",
        "vi": "Tỷ trọng của mô tả là một số từ 0 đến 1, không phải {value}.",
    },
    "filter.similarity": {
        "en": "The least similarity is a number from -1 to 1, not {value}.",
        "vi": "Độ giống tối thiểu là một số từ -1 đến 1, không phải {value}.",
    },
    "gallery.case_without_vector": {
        "en": "cases.csv has a case “{case_id}” that was never added; add its picture with: "
        "python -m entdemo gallery add",
        "vi": "cases.csv có ca “{case_id}” chưa được thêm; hãy thêm ảnh bằng lệnh: "
        "python -m entdemo gallery add",
    },
    "gallery.file_changed": {
        "en": "cases.csv: the case “{case_id}” belongs to the file {file}; please put that back.",
        "vi": "cases.csv: ca “{case_id}” thuộc tệp {file}; vui lòng ghi lại như cũ.",
    },
    "gallery.frame_missing": {
        "en": "The gallery's frame {file} is missing. Restore it, or delete its row in cases.csv.",
        "vi": "Thiếu khung hình {file} của bộ ca mẫu. Hãy khôi phục, hoặc xóa dòng của nó trong "
        "cases.csv.",
    },
    "gallery.frame_changed": {
        "en": "The gallery's frame {file} was changed after it was added. Restore it, or remove "
        "the case and add it again.",
        "vi": "Khung hình {file} đã bị sửa sau khi thêm vào. Hãy khôi phục, hoặc gỡ ca này rồi "
        "thêm lại.",
    },
    "gallery.index_stale": {
        "en": "index.hnsw does not belong to the vectors; it is rebuilt at each start until the "
        "gallery is next changed.",
        "vi": "index.hnsw không khớp với các vectơ; tệp được dựng lại mỗi lần khởi động cho đến "
        "khi bộ ca mẫu được cập nhật.",
    },
    "gallery.stray_file": {
        "en": "frames/{file} belongs to no case.",
        "vi": "frames/{file} không thuộc ca nào.",
    },
    "gallery.bad_picture": {
        "en": "“{name}” cannot be taken: {reason}",
        "vi": "Không nhận được “{name}”: {reason}",
    },
    "gallery.two_classes": {
        "en": "“{name}” is the same picture as one of class {first}, but is given as {second}.",
        "vi": "“{name}” trùng với một ảnh thuộc lớp {first}, nhưng được ghi là {second}.",
    },
    # bench
    "bench.no_checkout": {
        "en": "The benchmark is part of the repository; start it there.",
        "vi": "Phần đo tốc độ nằm trong kho mã nguồn; hãy chạy lệnh này tại đó.",
    },
    "bench.package_missing": {
        "en": "The benchmark needs {name}; install it with pip install 'entdemo[bench]'.",
        "vi": "Phần đo tốc độ cần {name}; hãy cài bằng pip install 'entdemo[bench]'.",
    },
    # index
    "index.no_milvus": {
        "en": "ENTDEMO_INDEX names a Milvus database, but pymilvus is not installed; install it "
        "with pip install 'entdemo[milvus]'.",
        "vi": "ENTDEMO_INDEX trỏ tới một cơ sở dữ liệu Milvus nhưng chưa cài pymilvus; hãy cài "
        "bằng pip install 'entdemo[milvus]'.",
    },
    "index.milvus_failed": {
        "en": "The Milvus database at “{uri}” does not answer: {reason}",
        "vi": "Cơ sở dữ liệu Milvus tại “{uri}” không trả lời: {reason}",
    },
    # device
    "device.missing": {
        "en": "The device “{name}” is not there; use auto, cuda, mps or cpu.",
        "vi": "Không có thiết bị “{name}”; hãy dùng auto, cuda, mps hoặc cpu.",
    },
    "device.precision": {
        "en": "The precision “{name}” cannot be used here; use auto, fp32 or bf16, and fp16 on a "
        "GPU alone.",
        "vi": "Không dùng được độ chính xác “{name}” ở đây; hãy dùng auto, fp32 hoặc bf16, riêng "
        "GPU dùng được fp16.",
    },
    # evaluation
    "evaluation.no_class_or_region": {
        "en": "The sub-folder “{name}” is not named after a class or a region; known are {known}.",
        "vi": "Tên thư mục con “{name}” không phải là lớp hay vùng; các tên hợp lệ: {known}.",
    },
    "evaluation.no_frames": {
        "en": "None of the {count} pictures could be read. The first, “{name}”: {reason}",
        "vi": "Không đọc được ảnh nào trong {count} ảnh. Ảnh đầu tiên, “{name}”: {reason}",
    },
    "evaluation.no_file": {
        "en": "The file “{path}” was not found.",
        "vi": "Không tìm thấy tệp “{path}”.",
    },
    "evaluation.not_utf8": {
        "en": "{name} is not saved as UTF-8.",
        "vi": "{name} không được lưu bằng UTF-8.",
    },
    "evaluation.no_lines": {
        "en": "{name} holds no lines.",
        "vi": "{name} không có dòng nào.",
    },
    "evaluation.line": {
        "en": "{name}, line {line}: a JSON object with “text” and “class” is expected, for example "
        '{{"text": "wax in the left ear", "class": "ear-left"}}.',
        "vi": "{name}, dòng {line}: cần một đối tượng JSON có “text” và “class”, ví dụ "
        '{{"text": "ráy tai trái", "class": "ear-left"}}.',
    },
    "evaluation.line_value": {
        "en": "{name}, line {line}: “{value}” cannot be “{field}”; known are {known}.",
        "vi": "{name}, dòng {line}: “{value}” không dùng được cho “{field}”; hợp lệ: {known}.",
    },
    "evaluation.line_unlabelled": {
        "en": "{name}, line {line}: neither class nor region is given.",
        "vi": "{name}, dòng {line}: chưa có lớp và vùng.",
    },
    # ENTRep folders and submissions
    "entrep.no_files": {
        "en": "“{path}” is no ENTRep folder: it has none of train/cls.json, public/data.json and "
        "the lists in test/.",
        "vi": "“{path}” không phải thư mục ENTRep: không có train/cls.json, public/data.json hay "
        "các danh sách trong test/.",
    },
    "entrep.empty": {
        "en": "{name} is empty. Please fetch it again.",
        "vi": "{name} trống. Vui lòng tải lại tệp này.",
    },
    "entrep.not_json": {
        "en": "{name} is not valid JSON. Please fetch it again.",
        "vi": "{name} không phải JSON hợp lệ. Vui lòng tải lại tệp này.",
    },
    "entrep.shape": {
        "en": "{name} is not built as expected: it should look like {expected}.",
        "vi": "{name} không đúng cấu trúc: cần có dạng {expected}.",
    },
    "entrep.no_path": {
        "en": "It names no picture (“Path”).",
        "vi": "Mục này không nêu tên ảnh (“Path”).",
    },
    "entrep.unknown_class": {
        "en": "Its class “{value}” is unknown; known are {known}.",
        "vi": "Lớp “{value}” của ảnh không hợp lệ; các lớp hợp lệ: {known}.",
    },
    "entrep.two_classes": {
        "en": "The same picture is given with several classes: {classes}.",
        "vi": "Cùng một ảnh được gán nhiều lớp: {classes}.",
    },
    "entrep.nothing": {
        "en": "None of the listed pictures can be used. The first, “{name}”: {reason}",
        "vi": "Không dùng được ảnh nào trong danh sách. Ảnh đầu tiên, “{name}”: {reason}",
    },
    "entrep.no_labels": {
        "en": "“{path}” has no frame with a class to measure on.",
        "vi": "“{path}” không có khung hình nào có lớp để đánh giá.",
    },
    "entrep.no_part": {
        "en": "The {part} part of “{path}” has no frames; it has too few examinations, or the "
        "share is too small.",
        "vi": "Phần {part} của “{path}” không có khung hình; có quá ít lượt khám, hoặc tỷ lệ quá "
        "nhỏ.",
    },
    "entrep.refused": {
        "en": "Entries of “{path}” that cannot be used: {count}. The first, “{name}”: {reason} "
        "Mend them, or set skip_bad: true for this source in the recipe.",
        "vi": "Không dùng được {count} mục của “{path}”. Mục đầu tiên, “{name}”: {reason} Hãy sửa "
        "lại, hoặc đặt skip_bad: true cho nguồn này trong công thức.",
    },
    "entrep.one_frame": {
        "en": "{name} lists one frame alone; there is no other to find.",
        "vi": "{name} chỉ có một khung hình; không có khung hình nào khác để tìm.",
    },
    "entrep.no_test_pictures": {
        "en": "There is no picture in “{path}” to search.",
        "vi": "Không có ảnh nào trong “{path}” để tìm.",
    },
    "entrep.test_picture": {
        "en": "The test picture “{name}” cannot be read: {reason}",
        "vi": "Không đọc được ảnh kiểm tra “{name}”: {reason}",
    },
    "submit.out_or_validate": {
        "en": "Please name one of --out FILE.zip to write and --validate FILE.zip to check.",
        "vi": "Vui lòng chọn một trong hai: --out FILE.zip để ghi, hoặc --validate FILE.zip để "
        "kiểm tra.",
    },
    "submit.write_failed": {
        "en": "{file} could not be written: {reason}.",
        "vi": "Không ghi được {file}: {reason}.",
    },
    "submit.not_zip": {
        "en": "{name} is not a zip file that can be read.",
        "vi": "{name} không phải tệp zip đọc được.",
    },
    "submit.content": {
        "en": "{name} must hold one JSON file at its root and nothing else; it holds: {files}.",
        "vi": "{name} phải chứa đúng một tệp JSON ở thư mục gốc; hiện có: {files}.",
    },
    "submit.too_large": {
        "en": "The JSON file in {name} is too large to be a submission.",
        "vi": "Tệp JSON trong {name} quá lớn so với một bài nộp.",
    },
    "submit.repeated": {
        "en": "{name} answers an item twice.",
        "vi": "{name} trả lời một mục hai lần.",
    },
    "submit.missing": {
        "en": "Items of the list without an answer: {count}. The first: “{first}”.",
        "vi": "{count} mục trong danh sách chưa có câu trả lời; mục đầu tiên: “{first}”.",
    },
    "submit.unknown": {
        "en": "Answers to items that are not on the list: {count}. The first: “{first}”.",
        "vi": "{count} mục được trả lời không có trong danh sách; mục đầu tiên: “{first}”.",
    },
    "submit.class": {
        "en": "“{item}”: “{answer}” is no class; whole numbers from 0 to {limit} are.",
        "vi": "“{item}”: “{answer}” không phải lớp; cần số nguyên từ 0 đến {limit}.",
    },
    "submit.file": {
        "en": "“{item}”: “{answer}” is no picture that can be an answer.",
        "vi": "“{item}”: “{answer}” không phải ảnh có thể dùng làm câu trả lời.",
    },
    "submit.itself": {
        "en": "“{item}” is given as the answer to itself.",
        "vi": "“{item}” được dùng làm câu trả lời cho chính nó.",
    },
    # training recipes
    "config.missing": {
        "en": "The recipe “{name}” was not found.",
        "vi": "Không tìm thấy công thức huấn luyện “{name}”.",
    },
    "config.not_yaml": {
        "en": "{name} is not a YAML file.",
        "vi": "{name} không phải tệp YAML.",
    },
    "config.invalid": {
        "en": "{name}: wrong value at {field}: {reason}.",
        "vi": "{name}: giá trị sai tại {field}: {reason}.",
    },
    "train.other_recipe": {
        "en": "“{path}” holds a run of another recipe or of other frames. Delete that folder, or "
        "give this recipe another name.",
        "vi": "“{path}” chứa lần chạy của công thức khác hoặc của khung hình khác. Hãy xóa thư mục "
        "đó, hoặc đặt tên khác cho công thức này.",
    },
    "train.start_shape": {
        "en": "The weights “{name}” to start from have another base, other levels or another join "
        "than the recipe.",
        "vi": "Trọng số xuất phát “{name}” có mô hình nền, các tầng hoặc cách ghép khác với công "
        "thức.",
    },
    "train.start_saw_validation": {
        "en": "The weights “{name}” to start from have learned from frames that this recipe would "
        "validate on. Validate on other ones.",
        "vi": "Trọng số xuất phát “{name}” đã học từ những khung hình mà công thức này dùng để "
        "kiểm định. Hãy kiểm định trên khung hình khác.",
    },
    "train.write_failed": {
        "en": "{file} could not be written ({reason}). What was saved before is kept; free some "
        "space and start the same command to go on.",
        "vi": "Không ghi được {file} ({reason}). Những gì đã lưu trước đó vẫn còn; hãy giải phóng "
        "dung lượng rồi chạy lại lệnh này để tiếp tục.",
    },
    "train.disk_full": {
        "en": "is the disk full?",
        "vi": "đĩa có thể đã đầy",
    },
    "train.checkpoint_damaged": {
        "en": "The checkpoint in “{path}” is damaged. Delete that folder to train this stage anew.",
        "vi": "Điểm lưu trong “{path}” bị hỏng. Hãy xóa thư mục đó để huấn luyện lại giai đoạn "
        "này.",
    },
    "train.no_phantoms": {
        "en": "“{name}” was not trained on drawn frames, so it cannot be calibrated on them.",
        "vi": "“{name}” không được huấn luyện trên khung hình vẽ, nên không thể hiệu chuẩn trên "
        "đó.",
    },
    "train.precision": {
        "en": "The precision “{precision}” is not there on this device: {reason}",
        "vi": "Thiết bị này không có độ chính xác “{precision}”: {reason}",
    },
    "train.fp16_on_cpu": {
        "en": "The precision “fp16” needs a GPU. Set precision to bf16 or no in the recipe.",
        "vi": "Độ chính xác “fp16” cần GPU. Hãy đặt precision là bf16 hoặc no trong công thức.",
    },
    "train.no_tensorboard": {
        "en": "TensorBoard is not installed; install it with pip install tensorboard, or set "
        "tensorboard: false in the recipe.",
        "vi": "Chưa cài TensorBoard; hãy cài bằng pip install tensorboard, hoặc đặt "
        "tensorboard: false trong công thức.",
    },
    "train.bad_picture": {
        "en": "The training picture “{name}” cannot be used: {reason}",
        "vi": "Không dùng được ảnh huấn luyện “{name}”: {reason}",
    },
    "train.shared_examinations": {
        "en": "Examinations with frames among both training and validation: {count}. Put each "
        "examination on one side.",
        "vi": "Số lượt khám có khung hình ở cả phần huấn luyện và kiểm định: {count}. Hãy để mỗi "
        "lượt khám ở một phần.",
    },
    "train.shared_pictures": {
        "en": "Pictures that are among both training and validation: {count}. Keep each on one "
        "side.",
        "vi": "Số ảnh có ở cả phần huấn luyện và kiểm định: {count}. Hãy để mỗi ảnh ở một phần.",
    },
    "train.class_missing": {
        "en": "The training frames lack a class: {classes}. Every class must occur.",
        "vi": "Tập huấn luyện thiếu lớp: {classes}. Lớp nào cũng phải có khung hình.",
    },
    "train.no_captions": {
        "en": "No validation frame has a caption; without one nothing can be said of descriptions.",
        "vi": "Không khung hình kiểm định nào có mô tả; thiếu mô tả thì không đánh giá được phần "
        "văn bản.",
    },
    # ablation and figures
    "ablation.seed_used": {
        "en": "Seed {seed} drew frames that {name} has seen in training; choose another seed.",
        "vi": "Hạt giống {seed} đã dùng để vẽ khung hình mà {name} đã thấy khi huấn luyện; "
        "vui lòng chọn số khác.",
    },
    "figures.no_matplotlib": {
        "en": "Figures need matplotlib, which is not installed: pip install “.[train]”.",
        "vi": "Vẽ hình cần matplotlib nhưng chưa được cài đặt: pip install “.[train]”.",
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
    # page
    "ui.unexpected": {
        "en": "Something went wrong here. Please try again.",
        "vi": "Đã có lỗi xảy ra. Vui lòng thử lại.",
    },
    "ui.upload_lost": {
        "en": "The upload did not arrive. Please choose the file again.",
        "vi": "Tệp tải lên không tới nơi. Vui lòng chọn lại tệp.",
    },
    "ui.offline": {
        "en": "The app cannot be reached. Please check the connection and try again.",
        "vi": "Không kết nối được với ứng dụng. Vui lòng kiểm tra kết nối rồi thử lại.",
    },
    "sheet.order": {
        "en": "This case sheet cannot be made: the answer it was asked for is not complete.",
        "vi": "Không tạo được phiếu ca này: câu trả lời gửi kèm không đầy đủ.",
    },
    "sheet.too_large": {
        "en": "This case sheet cannot be made: its query and notes exceed {limit} MB.",
        "vi": "Không tạo được phiếu ca này: truy vấn và ghi chú vượt quá {limit} MB.",
    },
    "ui.too_many": {
        "en": "Too many requests came from your address. Please wait a moment and try again.",
        "vi": "Có quá nhiều yêu cầu từ địa chỉ của bạn. Vui lòng đợi một lát rồi thử lại.",
    },
    "ui.no_picture_dropped": {
        "en": "No file came with that. Please save the picture first, then choose it.",
        "vi": "Không có tệp nào kèm theo. Vui lòng lưu ảnh trước rồi chọn ảnh đó.",
    },
    "ui.no_camera": {
        "en": "The camera cannot be used. Please allow it in the browser, or choose a file.",
        "vi": "Không dùng được máy ảnh. Vui lòng cho phép trong trình duyệt hoặc chọn tệp.",
    },
    "api.k": {
        "en": "k must be a whole number from 1 to {limit}.",
        "vi": "k phải là số nguyên từ 1 đến {limit}.",
    },
    "app.port": {
        "en": "ENTDEMO_PORT is “{value}”; it must be a whole number from 1 to 65535.",
        "vi": "ENTDEMO_PORT là “{value}”; giá trị phải là số nguyên từ 1 đến 65535.",
    },
    "app.port_busy": {
        "en": "Port {port} is in use. Stop the other program or set ENTDEMO_PORT.",
        "vi": "Cổng {port} đang được dùng. Hãy dừng chương trình kia hoặc đặt ENTDEMO_PORT.",
    },
    "app.auth": {
        "en": "ENTDEMO_AUTH must look like user:password.",
        "vi": "ENTDEMO_AUTH phải có dạng tên:mật_khẩu.",
    },
    # quiz
    "quiz.no_cases": {
        "en": "The gallery has no such case. Please choose another region or difficulty.",
        "vi": "Thư viện không có ca nào như vậy. Vui lòng chọn vùng hoặc độ khó khác.",
    },
    "quiz.no_answer": {
        "en": "Please choose one of the seven classes first.",
        "vi": "Vui lòng chọn một trong bảy lớp trước.",
    },
    "quiz.over": {
        "en": "This quiz is over. Please start a new one.",
        "vi": "Lượt tự kiểm tra này đã kết thúc. Vui lòng bắt đầu lượt mới.",
    },
    # own cases
    "edit.no_pictures": {
        "en": "Please choose one picture or more first.",
        "vi": "Vui lòng chọn ít nhất một ảnh trước.",
    },
    "edit.too_many": {
        "en": "These are more than {most} pictures. Please add them in several goes.",
        "vi": "Có hơn {most} ảnh. Vui lòng chia ra thêm nhiều lần.",
    },
    "edit.no_class": {
        "en": "Please choose a class for “{name}”.",
        "vi": "Vui lòng chọn lớp cho “{name}”.",
    },
    "edit.name_twice": {
        "en": "Two pictures are called “{name}”. Please rename one of them.",
        "vi": "Có hai ảnh cùng tên “{name}”. Vui lòng đổi tên một ảnh.",
    },
    "edit.shipped_case": {
        "en": "This case came with the app; only own cases can be removed.",
        "vi": "Ca này đi kèm ứng dụng; chỉ có thể gỡ ca của bạn.",
    },
    "app.edit": {
        "en": "ENTDEMO_EDIT is “{value}”; it must be on or off.",
        "vi": "ENTDEMO_EDIT là “{value}”; giá trị phải là on hoặc off.",
    },
    # drawn frames
    "phantom.folder_not_empty": {
        "en": "The folder “{name}” is not empty. Please name a new or empty folder.",
        "vi": "Thư mục “{name}” không trống. Vui lòng chọn thư mục mới hoặc thư mục trống.",
    },
}


class UserError(Exception):
    """A problem that the user can act on.

    Args:
        key: a key of ``MESSAGES``.
        values: what the message's fields are filled with; a UserError by its own sentence.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """The sentence in ``language``."""
        values = {
            name: value.text(language) if isinstance(value, UserError) else value
            for name, value in self.values.items()
        }
        return MESSAGES[self.key][language].format(**values)
