"""The served app as programs see it."""

from __future__ import annotations

import io
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
import torch
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from benchmarks.fixtures.bundle import make_bundle
from entdemo.bundle.weights import load_bundle
from entdemo.errors import SettingError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.intake import NewCase
from entdemo.image.frame import load_frame
from entdemo.predictor import frame_embedder
from entdemo.settings import ROOT, ServeSettings
from entdemo.taxonomy import CLASSES
from entdemo.ui import ending, limits, serve
from tests.helpers.serving import free_port, run_app, served
from tests.helpers.surroundings import HOSTILE
from tests.helpers.ui_fakes import FakePredictor, draw_frame, fake_gallery


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> FakePredictor:
    return FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))


@pytest.fixture(scope="module")
def url(predictor: FakePredictor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("uploads")))
        with served(predictor) as address:
            yield address


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def gif() -> bytes:
    buffer = io.BytesIO()
    stills = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    stills[0].save(buffer, "GIF", save_all=True, append_images=stills[1:])
    return buffer.getvalue()


def truncated(folder: Path) -> bytes:
    return draw_frame(folder / "whole.jpg", "throat").read_bytes()[:2000]


def test_predict_answers_like_the_command_line(client: Client, tmp_path: Path) -> None:
    frame = draw_frame(tmp_path / "frame.jpg", "vc-open")
    answer = client.predict(frame=handle_file(frame), k=3, api_name="/predict")
    assert answer["class"] in CLASSES
    assert list(answer["probabilities"]) == list(CLASSES)
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert len(answer["neighbours"]) == 3
    assert set(answer["neighbours"][0]) >= {"case_id", "similarity", "class", "caption_vi"}


def test_search_answers_in_either_language(client: Client) -> None:
    for text in ("left eardrum", "màng nhĩ trái"):
        assert client.predict(text=text, k=1, api_name="/search")["class"] == "ear-left"


def test_only_two_endpoints_are_offered(client: Client) -> None:
    described = client.view_api(return_format="dict", print_info=False)
    assert set(described["named_endpoints"]) == {"/predict", "/search"}
    assert described["unnamed_endpoints"] == {}
    assert "similar teaching cases" in described["named_endpoints"]["/predict"]["description"]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: b"", "This file is empty"),
        (lambda folder: b"hello", "not a picture"),
        (truncated, "damaged or cut short"),
        (lambda folder: png(13000, 13000), "13000 x 13000 pixels"),
        (lambda folder: gif(), "This file holds 2 pictures"),
        (lambda folder: b"\0" * 128 + b"DICM" + b"\0" * 64, "DICOM"),
        (lambda folder: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    ],
    ids=["empty", "text", "truncated", "bomb", "animated", "dicom", "svg"],
)
def test_a_bad_file_gets_one_clear_sentence(
    client: Client, tmp_path: Path, make: Any, sentence: str
) -> None:
    file = tmp_path / "upload"
    file.write_bytes(make(tmp_path))
    with pytest.raises(AppError, match=sentence):
        client.predict(frame=handle_file(file), api_name="/predict")


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "type a description"), ("ear " * 1250, "5000 characters")]
)
def test_a_bad_description_gets_one_clear_sentence(
    client: Client, text: str, sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        client.predict(text=text, api_name="/search")


def test_errors_speak_the_language_of_the_request(url: str) -> None:
    client = Client(url, verbose=False, headers={"Accept-Language": "vi-VN,vi;q=0.9"})
    with pytest.raises(AppError, match="Vui lòng nhập mô tả"):
        client.predict(text=" ", api_name="/search")


def test_a_fault_shows_neither_traceback_nor_content(
    predictor: FakePredictor, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictor, "fail", True)
    frame = handle_file(draw_frame(tmp_path / "frame.jpg", "throat"))
    with pytest.raises(AppError, match=r"^Something went wrong here\. Please try again\.$"):
        client.predict(frame=frame, api_name="/predict")


def test_gallery_pictures_are_served_by_id(url: str) -> None:
    answer = httpx.get(f"{url}cases/small/ear-left-0")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    width, height = Image.open(io.BytesIO(answer.content)).size
    assert (200 < width <= 240, abs(width - height) < 4) == (True, True), "the disc alone"
    example = httpx.get(f"{url}cases/tiny/ear-left-0")
    assert max(Image.open(io.BytesIO(example.content)).size) == 112


@pytest.mark.parametrize(
    "path",
    [
        "cases/small/nobody",
        "cases/huge/ear-left-0",
        "cases/small/..%2F..%2Fapp.py",
        "cases/small/%2Fetc%2Fpasswd",
        "gradio_api/file=app.py",
        f"gradio_api/file={ROOT}/pyproject.toml",
        "gradio_api/file=/etc/passwd",
    ],
)
def test_no_other_file_can_be_read(url: str, path: str) -> None:
    assert httpx.get(url + path).status_code in (403, 404)


def test_a_path_on_the_server_is_not_an_upload(url: str, predictor: FakePredictor) -> None:
    file = predictor.gallery.frame_path(predictor.gallery.cases[0])
    payload = {"data": [{"path": str(file), "meta": {"_type": "gradio.FileData"}}, 3]}
    event = httpx.post(f"{url}gradio_api/call/predict", json=payload).json()["event_id"]
    answer = httpx.get(f"{url}gradio_api/call/predict/{event}", timeout=20).text
    assert "event: error" in answer
    assert file.exists()


def test_health_tells_what_runs_here(url: str) -> None:
    answer = httpx.get(f"{url}health")
    assert answer.json() == {
        "status": "ok",
        "bundle": "default",
        "bundle_id": "0123456789abcdef",
        "gallery_size": 28,
        "library": "torch",
        "precision": "fp32",
        "device": "CPU",
    }


@pytest.mark.parametrize("path", ["", "health", "cases/small/ear-left-0", "gradio_api/file=x"])
def test_each_answer_carries_the_security_headers(url: str, path: str) -> None:
    headers = httpx.get(url + path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in headers["content-security-policy"]


def test_a_flood_is_turned_away_and_the_page_stays_up(
    predictor: FakePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "QUESTIONS", limits.Allowance(burst=3, per_second=0.001))
    with served(predictor) as address, httpx.Client(base_url=address) as visitor:
        statuses = [visitor.post("gradio_api/queue/join", json={}).status_code for _ in range(4)]
        assert statuses == [422, 422, 422, 429]
        vietnamese = {"Accept-Language": "vi"}
        answer = visitor.post("gradio_api/queue/join", json={}, headers=vietnamese)
        assert answer.json()["detail"].startswith("Có quá nhiều yêu cầu")
        assert visitor.get("/").status_code == 200


def test_pictures_ask_for_the_login_too(predictor: FakePredictor) -> None:
    with served(predictor, auth=("user", "word")) as address:
        picture = f"{address}cases/small/ear-left-0"
        assert httpx.get(picture).status_code == 401
        assert httpx.post(f"{address}sheet", json={}).status_code == 401
        assert httpx.get(f"{address}health").status_code == 200
        with httpx.Client() as visitor:
            form = {"username": "user", "password": "word"}
            assert visitor.post(f"{address}login", data=form).status_code == 200
            assert visitor.get(picture).status_code == 200


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "ENTDEMO_PORT is “eighty”; it must be a whole number from 1 to 65535."),
        ("PORT", "70000", "ENTDEMO_PORT is “70000”; it must be a whole number from 1 to 65535."),
        ("AUTH", "nobody", "ENTDEMO_AUTH must look like user:password."),
        ("GALLERY", "/nowhere/cases", "“/nowhere/cases”"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(
    name: str,
    value: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ENTDEMO_WEIGHTS", str(make_bundle(tmp_path / "bundle")))
    monkeypatch.setenv(f"ENTDEMO_{name}", value)
    assert serve.main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("entdemo: ")
    assert sentence in line


def test_a_taken_port_is_named(
    predictor: FakePredictor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve.Predictor, "open", lambda *_: predictor)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("ENTDEMO_PORT", str(port))
        assert serve.main() == 2
    assert f"Port {port} is in use." in capsys.readouterr().err


def test_a_request_to_end_that_an_import_swallows_ends_the_app_all_the_same(
    predictor: FakePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_: object) -> None:
        with suppress(SystemExit):
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(serve.Predictor, "open", lambda *_: predictor)
    monkeypatch.setattr(serve, "is_foreseeable", lambda _: False)
    monkeypatch.setattr(serve, "warm_up", load)
    for lasting in ("every", "keep_clearing", "set_up_logs"):
        monkeypatch.setattr(serve, lasting, lambda *_: None)
    monkeypatch.setattr(gr.Blocks, "block_thread", lambda _: pytest.fail("goes on"))
    monkeypatch.setattr(ending, "GRACE_S", 1e6)  # the process goes on with other tests
    before = signal.getsignal(signal.SIGTERM)
    serve.serve(ServeSettings(port=free_port()))
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1"])
def test_an_address_of_others_is_named(
    host: str, predictor: FakePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve.Predictor, "open", lambda *_: predictor)
    with pytest.raises(SettingError, match=f"ENTDEMO_HOST is “{host}”"):
        serve.serve(ServeSettings(host=host, port=free_port()))


def test_whoever_lets_anyone_in_is_told_so(
    predictor: FakePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = ServeSettings(host="0.0.0.0")
    (notice,) = serve.notices(predictor, everywhere)
    assert "ENTDEMO_AUTH=user:password" in str(notice)
    assert serve.notices(predictor, ServeSettings(host="0.0.0.0", auth="user:word")) == []
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "someone/entdemo")
    assert serve.notices(predictor, everywhere) == []


def test_a_space_is_never_edited(predictor: FakePredictor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert serve.editor_of(predictor, ServeSettings(edit=True))
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "someone/entdemo")
    assert serve.editor_of(predictor, ServeSettings(edit=True)) is None


@pytest.mark.slow
def test_the_app_serves_a_bundle_and_a_gallery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (uploads := tmp_path / "uploads").mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(uploads))
    weights, gallery = make_bundle(tmp_path / "bundle"), build_cases(tmp_path)
    port = free_port()
    around = {**HOSTILE, "no_proxy": "", "NO_PROXY": ""}
    process = run_app(around, PORT=str(port), WEIGHTS=str(weights), GALLERY=str(gallery))
    try:
        answer = ask_everything(f"http://127.0.0.1:{port}/", tmp_path)
        assert len(answer["neighbours"]) == 3
    finally:
        process.terminate()
        told = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    assert all(name in told for name in ("ALL_PROXY", "SSL_CERT_FILE"))
    assert [path for path in uploads.rglob("*") if path.is_file()] == []


def build_cases(folder: Path) -> Path:
    bundle = load_bundle(folder / "bundle")
    pictures = [
        draw_frame(folder / f"{n}.jpg", name, shift=3 * n) for n, name in enumerate(CLASSES)
    ]
    cases = [
        NewCase(load_frame(picture), name, "normal", f"{name}.", f"{name}.")
        for picture, name in zip(pictures, CLASSES, strict=True)
    ]
    target = folder / "gallery"
    build_gallery(target, cases, frame_embedder(bundle, torch.device("cpu")))
    return target


def ask_everything(address: str, folder: Path) -> dict[str, Any]:
    """A frame's answer, after the page and a description were asked for too."""
    wait_until_it_answers(address)
    client = Client(address, verbose=False)
    assert client.predict(text="thủng màng nhĩ trái", k=1, api_name="/search")["class"] in CLASSES
    frame = handle_file(draw_frame(folder / "frame.jpg", "throat", shift=5))
    answer: dict[str, Any] = client.predict(frame=frame, k=3, api_name="/predict")
    picture = httpx.get(f"{address}cases/large/{answer['neighbours'][0]['case_id']}")
    assert picture.headers["content-type"] == "image/jpeg"
    return answer


def wait_until_it_answers(address: str, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            httpx.get(address).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise TimeoutError(f"{address} did not answer within {seconds} s")
