"""Through the web server: one client, eight at once, and the start of the app."""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.bench_models import VIEWS, endless_frames, rates_around
from benchmarks.bench_rows import Effort, Row, medians, ms, seconds_of
from entdemo.image.frame import Frame
from entdemo.predictor import Predictor
from entdemo.settings import ROOT
from entdemo.ui.page import build_page, launch_options

CLIENTS = 8
_EXTRA_S = 0.040
_TOGETHER = 8
_PATIENCE_S = 120


@contextmanager
def served(predictor: Predictor) -> Iterator[str]:
    """Address of a page around the predictor."""
    page = build_page(predictor)
    settings = launch_options(predictor) | {"server_port": free_port()}
    _, url, _ = page.launch(prevent_thread_lock=True, server_name="127.0.0.1", **settings)
    try:
        yield url
    finally:
        page.close(verbose=False)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client_report(url: str, clients: int, each: int) -> dict[str, float]:
    """What a process with that many clients measures: median seconds, and frames a second."""
    command = [sys.executable, "-m", "benchmarks.bench_client", url, str(clients), str(each)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    report: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return report


def http_rows(predictor: Predictor, effort: Effort) -> Iterator[Row]:
    """Latency of one client, throughput of eight."""
    frames = endless_frames()
    with rates_around(predictor, _TOGETHER, effort, VIEWS) as rates:
        direct = medians({"predict": lambda: predictor.predict(next(frames))}, effort.of(10, 3))
        threads = thread_rate(predictor, [next(frames) for _ in range(effort.of(64, 8))])
        with served(predictor) as url:
            alone = client_report(url, 1, effort.of(10, 3))["median_s"]
            together = client_report(url, CLIENTS, effort.of(8, 2))["rate"]
    rate = statistics.mean(rates)
    limit = 1.5 * direct["predict"] + _EXTRA_S
    yield Row(
        "HTTP upload to result / (1.5 predict + 40 ms)", alone / limit, "at most", 1.0,
        f"{ms(alone)}; predict {ms(direct['predict'])}",
    )  # fmt: skip
    yield Row(
        "8 HTTP clients / batched encoder", together / rate, "at least", 0.9,
        f"{together:.1f} / {rate:.1f} frames/s",
    )  # fmt: skip
    yield Row(
        "8 threads on predict / batched encoder", threads / rate, "at least", 0.9,
        f"{threads:.1f} / {rate:.1f} frames/s",
    )  # fmt: skip


def thread_rate(predictor: Predictor, asked: list[Frame]) -> float:
    """Frames a second that eight threads get from the predictor, which must not know them yet."""
    with ThreadPoolExecutor(CLIENTS) as callers:
        return len(asked) / seconds_of(lambda: list(callers.map(predictor.predict, asked)))


def start_rows(effort: Effort) -> Iterator[Row]:
    """From starting the program to the first page, against importing gradio and torch alone."""
    turns = effort.of(5, 1)
    imports, starts = [], []
    for _ in range(turns):
        imports.append(seconds_of(import_alone))
        starts.append(first_page())
    alone, page = statistics.median(imports), statistics.median(starts)
    yield Row(
        "first page / importing gradio and torch", page / alone, "at most", 1.3,
        f"{page:.2f} s / {alone:.2f} s",
    )  # fmt: skip


def import_alone() -> None:
    """Import gradio and torch in a process of their own."""
    subprocess.run([sys.executable, "-c", "import gradio, torch"], check=True)


def first_page() -> float:
    """Seconds until a started app answers with its page."""
    port = free_port()
    environment = {**os.environ, "ENTDEMO_PORT": str(port)}
    start = time.perf_counter()
    app = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")], env=environment, cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while time.perf_counter() - start < _PATIENCE_S:
            try:
                with urlopen(f"http://127.0.0.1:{port}/", timeout=_PATIENCE_S) as answer:
                    answer.read()
                return time.perf_counter() - start
            except (URLError, ConnectionError):
                time.sleep(0.02)
        raise TimeoutError("the app did not answer")
    finally:
        app.terminate()
        app.wait()
