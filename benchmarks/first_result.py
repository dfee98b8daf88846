"""How long a visitor waits: from a frame handed in to the first similar case painted.

Run: python -m benchmarks.first_result --frames 20 (needs the ``dev`` extra and Chromium)

The page runs as ``app.py`` runs it, with the shipped weights; each frame is new to the server.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from benchmarks.screenshots import PICTURES_ARE_THERE, chromium
from entdemo.phantom import draw
from entdemo.predictor import Predictor
from entdemo.settings import Settings
from entdemo.ui.page import build_page, launch_options
from entdemo.ui.served import warm_up

SIZE = (640, 480)
LIMIT_MS = 1500

# From the moment the browser has the file until a frame after the first case's picture is there.
_WATCH = """() => {
    const answer = document.querySelector("#frame-answer");
    let start = 0;
    document.addEventListener("change", () => (start = performance.now()), true);
    window.painted = [];
    new MutationObserver(async () => {
        const image = answer.querySelector(".card img");
        if (!start || !image) return;
        const began = start;
        start = 0;
        await image.decode().catch(() => {});
        requestAnimationFrame(() => requestAnimationFrame(
            () => window.painted.push(performance.now() - began)));
    }).observe(answer, { childList: true, subtree: true });
}"""


@contextmanager
def page_of_app() -> Iterator[tuple[str, Predictor]]:
    """Address of the app with the default settings, warmed up as it is at its start."""
    settings = Settings()
    predictor = Predictor.open(settings.weights, settings.gallery, settings.device)
    warm_up(predictor)
    demo = build_page(predictor)
    options = launch_options(predictor) | {"server_name": "127.0.0.1"}
    _, url, _ = demo.launch(prevent_thread_lock=True, **options)
    try:
        yield url, predictor
    finally:
        demo.close(verbose=False)


def drawn(folder: Path, count: int) -> list[Path]:
    """Frames that neither training nor gallery has seen, as JPEG of an endoscope's usual size."""
    files = []
    for seed in range(count):
        file = folder / f"{seed}.jpg"
        Image.fromarray(draw(7_000_000 + seed).rgb).resize(SIZE).save(file, "JPEG", quality=90)
        files.append(file)
    return files


def measure(page: Page, url: str, files: list[Path]) -> list[float]:
    """Milliseconds until painted, a number a file."""
    page.goto(url)
    page.locator("[data-example]").first.wait_for()
    page.wait_for_function(PICTURES_ARE_THERE)
    page.evaluate(_WATCH)
    for done, file in enumerate(files, 1):
        page.set_input_files("#panel-frame input[type=file]", str(file))
        page.wait_for_function(f"window.painted.length >= {done}", timeout=60_000)
    return [float(value) for value in page.evaluate("window.painted")]


def main() -> None:
    """Print the waits, and whether nineteen of twenty are within the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, page_of_app() as (url, predictor):
        files = drawn(Path(folder), arguments.frames)
        with chromium() as browser:
            waits = measure(browser.new_page(), url, files)
        report = {
            "frames": len(waits),
            "device": predictor.device,
            "precision": predictor.precision,
            "first_ms": round(waits[0]),
            "median_ms": round(float(np.median(waits))),
            "p95_ms": round(float(np.quantile(waits, 0.95))),
            "limit_ms": LIMIT_MS,
        }
    if arguments.json:
        print(json.dumps(report))
    else:
        print("\n".join(f"{name:10} {value}" for name, value in report.items()))


if __name__ == "__main__":
    main()
