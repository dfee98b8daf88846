"""Uploads that mean harm, or are merely odd; each with what must come of it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from benchmarks.fixtures.pictures import dicom, saved, scene
from tests.helpers.uploads import REFUSED, WHOLE, chunk, gif, png_header

TAKEN = "taken"
PAYLOAD = b"<script>alert('canary')</script>"
"""What must never come back from the app."""


def with_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """The PNG with a chunk right after its header."""
    return png[:33] + chunk(kind, body) + png[33:]


def with_segments(jpeg: bytes, body: bytes, count: int, kind: int = 0xE1) -> bytes:
    """The JPEG with ``count`` metadata segments of this body."""
    segment = bytes((0xFF, kind)) + struct.pack(">H", len(body) + 2) + body
    return jpeg[:2] + segment * count + jpeg[2:]


def packed(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", data)
    return file.getvalue()


def looping_tiff() -> bytes:
    """A TIFF whose directory names itself as the next one."""
    data = bytearray(saved(scene(), "TIFF"))
    start = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, start)[0]
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    return bytes(data)


def tiff_claiming(width: int, height: int) -> bytes:
    """A TIFF that claims a size and holds a strip of nothing."""
    data = bytearray(saved(scene(), "TIFF"))
    start = struct.unpack_from("<I", data, 4)[0]
    for entry in range(start + 2, start + 2 + 12 * struct.unpack_from("<H", data, start)[0], 12):
        tag = struct.unpack_from("<H", data, entry)[0]
        if tag in (256, 257):
            struct.pack_into("<HII", data, entry + 2, 4, 1, width if tag == 256 else height)
    return bytes(data)


def bmp_claiming(width: int, height: int) -> bytes:
    data = bytearray(saved(scene(), "BMP"))
    struct.pack_into("<ii", data, 18, width, height)
    return bytes(data)


JPEG, PNG = saved(scene(), "JPEG"), saved(scene())
DEEP = Image.fromarray(scene()[:, :, 0].astype(np.uint16) * 257)
COMMENT = PngInfo()
COMMENT.add_text("Comment", PAYLOAD.decode())
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + PAYLOAD + b"</svg>"
ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'
)

CORPUS: dict[str, tuple[bytes, str]] = {
    **REFUSED,
    # bombs
    "bmp bomb": (bmp_claiming(60_000, 60_000), "frame.too_many_pixels"),
    "tiff bomb": (tiff_claiming(60_000, 60_000), "frame.too_many_pixels"),
    "zip bomb": (packed(bytes(50_000_000)), "frame.archive"),
    "png of a line": (png_header(1_000_000, 33), "frame.too_many_pixels"),
    "png with a text bomb": (
        with_chunk(PNG, b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000))), "frame.truncated",
    ),
    "png with a profile bomb": (
        with_chunk(PNG, b"iCCP", b"a\0\0" + zlib.compress(bytes(80_000_000))), "frame.truncated",
    ),
    "tiff in a loop": (looping_tiff(), TAKEN),
    # polyglots
    "jpeg and html": (JPEG + PAYLOAD, TAKEN),
    "jpeg and zip": (JPEG + packed(b"x" * 99), TAKEN),
    "jpeg with html in a comment": (with_segments(JPEG, PAYLOAD, 1, 0xFE), TAKEN),
    "png with html in its text": (saved(scene(), pnginfo=COMMENT), TAKEN),
    "gif and script": (b"GIF89a/*" + gif(1)[8:] + b"*/=1;alert(1)", TAKEN),
    "bitmap and script": (b"BM=alert('canary');//" + bytes(99), "frame.not_a_picture"),
    "pdf and jpeg": (b"%PDF-1.7\n" + JPEG, "frame.document"),
    "zip and jpeg": (packed(b"x") + JPEG, "frame.archive"),
    "dicom and html": (PAYLOAD.ljust(128, b"\0") + dicom(scene())[128:], TAKEN),
    "dicom and bitmap": (
        saved(scene(), "BMP")[:128] + dicom(scene())[128:], TAKEN,
    ),
    # text that a browser would run
    "svg with script": (SVG, "frame.vector"),
    "svg with an entity": (ENTITY, "frame.vector"),
    "html": (b"<!DOCTYPE html><html>" + PAYLOAD + b"</html>", "frame.web_page"),
    "script": (b"#!/bin/sh\ncat /etc/passwd\n", "frame.not_a_picture"),
    "pickle": (b"\x80\x04cos\nsystem\n(S'id'\ntR.", "frame.not_a_picture"),
    # metadata
    "huge exif": (with_segments(JPEG, b"Exif\0\0" + PAYLOAD * 2000, 200), TAKEN),
    "exif of zeros": (with_segments(JPEG, b"Exif\0\0" + bytes(60_000), 1), TAKEN),
    "endless icc": (with_segments(JPEG, b"ICC_PROFILE\0\1\xff" + bytes(60_000), 99, 0xE2), TAKEN),
    # odd, but pictures
    "16 bits": (saved(DEEP), TAKEN),
    "cmyk": (saved(Image.fromarray(scene()).convert("CMYK"), "JPEG"), TAKEN),
    "palette": (saved(Image.fromarray(scene()).quantize(16)), TAKEN),
    "lab": (saved(Image.fromarray(scene()).convert("LAB"), "TIFF"), TAKEN),
    "one bit": (saved(Image.fromarray(scene()).convert("1")), TAKEN),
    "dicom with a name": (dicom(scene()), TAKEN),
    # cut short
    **{f"cut {form}": (data[: len(data) * 2 // 3], "frame.truncated")
       for form, data in WHOLE.items()},
    **{f"head of {form}": (data[:40], "frame.truncated") for form, data in WHOLE.items()},
    "cut dicom": (dicom(scene())[:3000], "frame.truncated"),
}  # fmt: skip

NAMES = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "frame.png/../../x.png",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "con.png",
    "a" * 600 + ".png",
    "<script>alert(1)</script>.png",
    "NGUYEN VAN A 1970.png",
    "…\u202egnp.exe",
    "new\nline.png",
)
"""Names that an upload may bear."""

PATHS = (
    "etc/passwd",
    "../etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "%252e%252e%252fetc%252fpasswd",
    "cases/small/../../../../etc/passwd",
    "cases/small/..%2f..%2f..%2fetc%2fpasswd",
    "cases/large/%2fetc%2fpasswd",
    "cases/large/{canary}",
    "static/../../../../etc/passwd",
    "static/..%2f..%2f..%2fetc%2fpasswd",
    "assets/..%2f..%2f..%2fetc%2fpasswd",
    "gradio_api/file=/etc/passwd",
    "gradio_api/file={canary}",
    "gradio_api/file=file://{canary}",
    "gradio_api/file={uploads}/../canary.txt",
    "gradio_api/file={uploads}/%2e%2e/canary.txt",
    "gradio_api/file=../canary.txt",
    "gradio_api/file=//{canary}",
    "gradio_api/file=\\\\localhost{canary}",
    "gradio_api/file=http://127.0.0.1/canary.txt",
    "gradio_api/file=pyproject.toml",
    "gradio_api/file=app.py",
    "gradio_api/file=.git/config",
    "gradio_api/file={gallery}/gallery.json",
    "gradio_api/file={gallery}/cases.csv",
    "gradio_api/proxy=http://127.0.0.1/",
    "gradio_api/stream/../../../etc/passwd",
    "gradio_api/custom_component/x/client/component/..%2f..%2fetc%2fpasswd",
    "gradio_api/upload_progress?upload_id={canary}",
    "file={canary}",
    "file=/etc/passwd",
    "theme.css/../../etc/passwd",
    "custom_component/x/..%2f..%2fetc%2fpasswd",
    "svelte/..%2f..%2f..%2fetc%2fpasswd",
)
"""Requests for files that are no business of a visitor."""
