"""Files that are refused as frames, each with its reason, and whole ones."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.fixtures.pictures import saved, scene
from entdemo.errors import UserError
from entdemo.image.frame import load_frame


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def refusal(source: bytes | str | Path) -> str:
    """Key of the refusal."""
    with pytest.raises(UserError) as caught:
        load_frame(source)
    assert caught.value.text("en")
    assert caught.value.text("vi") != caught.value.text("en")
    return caught.value.key


def gif(frames: int) -> bytes:
    pages = [Image.new("RGB", (64, 64), (90 * index, 0, 60)) for index in range(frames)]
    return saved(pages[0], "GIF", save_all=True, append_images=pages[1:])


def webp_header(width: int, height: int) -> bytes:
    body = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + body


def progressive(scans: int) -> bytes:
    """A JPEG of so many passes, all but one of them empty."""
    data = saved(scene(), "JPEG")
    start = data.index(b"\xff\xda")
    head = data[start : start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")]
    return data[:start] + head * (scans - 1) + data[start:]


REFUSED = {
    "empty": (b"", "frame.empty"),
    "text": (b"just some words\n" * 40, "frame.not_a_picture"),
    "text that starts like a bitmap": (b"BMW is a car maker, and so on" * 9, "frame.not_a_picture"),
    "pdf": (b"%PDF-1.7\n" + bytes(400), "frame.document"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="x"></svg>', "frame.vector"),
    "svg with a byte order mark": (b"\xef\xbb\xbf<SVG></SVG>", "frame.vector"),
    "dicom": (bytes(128) + b"DICM" + bytes(400), "frame.dicom_tag"),
    "mp4": (b"\0\0\0\x18ftypisom" + bytes(99), "frame.video"),
    "avi": (b"RIFF\0\0\0\0AVI LIST" + bytes(99), "frame.video"),
    "mkv": (b"\x1aE\xdf\xa3" + bytes(99), "frame.video"),
    "heic without a picture": (b"\0\0\0\x18ftypheic" + bytes(99), "frame.truncated"),
    "jpeg xl": (b"\xff\x0a" + bytes(99), "frame.jpeg_xl"),
    "jpeg xl in boxes": (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99), "frame.jpeg_xl"),
    "raw of Canon": (b"\0\0\0\x18ftypcrx " + bytes(99), "frame.raw"),
    "older raw of Canon": (b"II*\0\x10\0\0\0CR\2\0" + bytes(99), "frame.raw"),
    "zip": (b"PK\3\4" + bytes(99), "frame.archive"),
    "web page": (b"\n<!DOCTYPE html><html>", "frame.web_page"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "frame.git_pointer"),
    "companion of macOS": (b"\0\5\x16\7" + bytes(99), "frame.mac_twin"),
    "animated gif": (gif(3), "frame.several"),
    "truncated jpeg": (saved(scene(), "JPEG")[:900], "frame.truncated"),
    "jpeg of endless passes": (progressive(40), "frame.too_many_scans"),
    "jpeg mark alone": (b"\xff\xd8\xff\xe0", "frame.truncated"),
    "png bomb": (png_header(13_000, 13_000), "frame.too_many_pixels"),
    "webp bomb": (webp_header(13_000, 13_000), "frame.too_many_pixels"),
    "too small": (saved(scene(96, 31)), "frame.too_small"),
    "too many bytes": (b"\xff\xd8\xff" + bytes(21 * 1024 * 1024), "frame.too_many_bytes"),
    "animated png": (
        saved(scene(), save_all=True, append_images=[Image.fromarray(scene()[::-1])]),
        "frame.several",
    ),
    "animated webp": (
        saved(scene(), "WEBP", save_all=True, append_images=[Image.fromarray(scene()[::-1])]),
        "frame.several",
    ),
    "two-page tiff": (
        saved(scene(), "TIFF", save_all=True, append_images=[Image.fromarray(scene())]),
        "frame.several",
    ),
}


WHOLE = {
    form: saved(scene(), form, **({"compression": "tiff_deflate"} if form == "TIFF" else {}))
    for form in ("JPEG", "PNG", "WEBP", "TIFF", "BMP")
}

HEIC = base64.b64decode(
    """
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAA
AAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABZgABAAAAAAAAAMwAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABo
dmMxAAAAAA5waXRtAAAAAAABAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEA
GEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBJZbqSSmubgIaDAgAAAMAyAAA
AwAIQGIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAGAAAABIAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEA
AQOBAgMAAADUbWRhdAAAAMgoAa8J4NYS/M1Ui6XdRr/rpTRrQfKkk7WS4wRCGD1IFqQGabWSaZBuDdag1L9qioNiY6Iz
XUw1z+bQBBfZV+kFZ5LR11fy25ggMzBxJZf12rqBIBlS76bUgKzgTRZy2lyhocn4YlcNPVhSehnJ7Ij3Qrv44aAWp1bu
Akyv+MC/VGnp4A/c5PJB6kr/y2Fstnd2XSNAIavZJYnwPF12xahyY8ii1w4NXJdO7BZjAynXkFiB5JPDrFRRVrjDA/+O
fGen9/nL+FTEvg==
    """
)
"""``scene`` by libheif and x265: what reads HEIC here does not write it."""
