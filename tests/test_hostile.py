"""Hostile uploads and requests: each has its answer, and nothing of the server comes back."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from entdemo.errors import UserError
from entdemo.gallery.intake import stored_jpeg
from entdemo.image.frame import load_frame
from entdemo.settings import ROOT
from tests.helpers.hostile import CORPUS, NAMES, PATHS, PAYLOAD, PNG, TAKEN
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

CANARY = "canary-7f3a"


def outcome(data: bytes) -> str:
    try:
        frame = load_frame(data)
    except UserError as error:
        return error.key if error.text("en") != error.text("vi") else "untranslated"
    assert PAYLOAD not in stored_jpeg(frame)
    return TAKEN


@pytest.mark.parametrize("name", CORPUS)
def test_each_upload_has_its_outcome(name: str) -> None:
    data, expected = CORPUS[name]
    start = time.process_time()
    assert outcome(data) == expected
    assert time.process_time() - start < 10


# served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server")
    (folder / "canary.txt").write_text(CANARY)
    (folder / "uploads").mkdir()
    (folder / "gallery").mkdir()
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "uploads"))
        with served(FakePredictor(fake_gallery(folder / "gallery"))) as address:
            yield address


def upload(url: str, data: bytes, name: str = "frame.png") -> httpx.Response:
    files = {"files": (name, data, "image/png")}
    return httpx.post(f"{url}gradio_api/upload", files=files, timeout=30)


def predict(url: str, file: Any) -> str:
    """What the app answers to a frame, as text."""
    payload = {"data": [file, 3]}
    event = httpx.post(f"{url}gradio_api/call/predict", json=payload, timeout=30).json()
    return httpx.get(f"{url}gradio_api/call/predict/{event['event_id']}", timeout=60).text


def file_of(answer: httpx.Response) -> dict[str, Any]:
    return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}


def secrets_of(folder: Path) -> tuple[str, ...]:
    """Paths of the server, and what lies in files that are not to be served."""
    return (
        str(ROOT), str(folder / "gallery"), str(Path.home()) + "/", sys.prefix,
        sys.base_prefix, "site-packages", "Traceback", CANARY, "root:x:0:0", "[build-system]",
    )  # fmt: skip


def check(text: str, folder: Path) -> None:
    for secret in secrets_of(folder):
        assert secret not in text
    assert PAYLOAD.decode() not in text


SERVED = [
    "bmp bomb", "zip bomb", "jpeg and html", "png with html in its text", "svg with script",
    "html", "huge exif", "16 bits", "cmyk", "animated png", "dicom and html", "cut JPEG",
    "png with a text bomb",
]  # fmt: skip


@pytest.mark.parametrize("name", SERVED)
def test_the_app_answers_each_with_a_sentence_or_a_class(name: str, url: str, folder: Path) -> None:
    data, expected = CORPUS[name]
    answer = predict(url, file_of(upload(url, data)))
    check(answer, folder)
    if expected == TAKEN:
        assert "event: complete" in answer
        assert "probabilities" in answer
    else:
        assert "event: error" in answer
        assert UserError(expected, **dict.fromkeys(FIELDS, 0)).text("en")[:12] in answer


FIELDS = ("width", "height", "limit", "megabytes", "scans", "name", "pages")


@pytest.mark.parametrize("name", NAMES)
def test_an_upload_stays_where_uploads_go_whatever_its_name(
    name: str, url: str, folder: Path
) -> None:
    before = {path for path in folder.rglob("*") if "uploads" not in path.parts}
    answer = upload(url, PNG, name)
    assert {path for path in folder.rglob("*") if "uploads" not in path.parts} == before
    if answer.status_code == 200:
        path = Path(answer.json()[0]).resolve()
        assert path.is_relative_to((folder / "uploads").resolve())
        check(predict(url, file_of(answer)), folder)


@pytest.mark.parametrize("path", PATHS)
def test_no_request_leads_to_another_file(path: str, url: str, folder: Path) -> None:
    asked = path.format(
        canary=folder / "canary.txt", uploads=folder / "uploads", gallery=folder / "gallery"
    )
    answer = raw_get(url, "/" + asked)
    check(answer.replace(asked.rpartition("=")[2], "what was asked for"), folder)


def raw_get(url: str, path: str) -> str:
    """The whole answer to a request line as it is; clients would tidy the path up."""
    import socket

    host, port = httpx.URL(url).host, httpx.URL(url).port
    with socket.create_connection((host, port), timeout=20) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts).decode("utf-8", "replace")


@pytest.mark.parametrize("where", ["{canary}", "/etc/passwd", "{uploads}/../canary.txt", "", None])
def test_a_path_in_place_of_an_upload_is_not_read(
    where: str | None, url: str, folder: Path
) -> None:
    path = where and where.format(canary=folder / "canary.txt", uploads=folder / "uploads")
    answer = predict(url, {"path": path, "meta": {"_type": "gradio.FileData"}})
    assert "event: error" in answer
    check(answer, folder)
    assert (folder / "canary.txt").read_text() == CANARY


def test_an_address_in_place_of_an_upload_is_not_fetched(url: str, folder: Path) -> None:
    victim = f"{url}cases/small/ear-left-0"
    for file in ({"url": victim}, {"path": victim}):
        answer = predict(url, {**file, "meta": {"_type": "gradio.FileData"}})
        assert "event: error" in answer
        check(answer, folder)


@pytest.mark.parametrize(
    "path",
    ["", "config", "gradio_api/info", "gradio_api/startup-events", "gradio_api/app_id", "health",
     "nowhere", "cases/small/nobody", "gradio_api/heartbeat/x", "manifest.json", "robots.txt",
     "gradio_api/queue/status", "monitoring", "docs", "openapi.json", "theme.css"],
)  # fmt: skip
def test_no_answer_tells_a_path_of_the_server(path: str, url: str, folder: Path) -> None:
    try:
        with httpx.stream("GET", url + path, timeout=10) as answer:
            text = "".join(part for part, _ in zip(answer.iter_text(), range(500), strict=False))
    except httpx.ReadTimeout:  # a stream of events that stays open
        return
    check(text, folder)
    assert tempfile.gettempdir() + "/" not in text.replace("/tmp/gradio", "")
