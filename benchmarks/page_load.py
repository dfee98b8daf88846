"""What opening the page costs: ``make page-load``.

It serves the shipped weights and gallery and opens the page in a browser that has nothing of it, at
1366 x 768 and as a phone, until the example of the first screen is answered and all that is in view
has loaded; then it asks an example, and counts what moves by itself when the answer comes.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser
from rich.console import Console
from rich.table import Table

from benchmarks.screenshots import PICTURES_ARE_THERE, chromium
from benchmarks.visitors import served, wait_until_it_answers

MOST_KB, MOST_PAINT_S, MOST_SHIFT = 400, 0.5, 0.02
_SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
_VISITS = 3
_PATIENCE_MS = 300_000
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_SHIFT = """new Promise((done) => {
    let sum = 0;
    const add = ({ value, hadRecentInput }) => { sum += hadRecentInput ? 0 : value; };
    new PerformanceObserver((list) => list.getEntries().forEach(add))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 200);
})"""


@dataclass(frozen=True)
class Load:
    """One opening of the page.

    Attributes:
        kb: kilobytes that came over the network, as they were packed.
        paint_s: seconds until the first content was painted.
        shift: cumulative layout shift.
        asked: the same of an answer that comes.
    """

    kb: float
    paint_s: float
    shift: float
    asked: float


def measure(browser: Browser, url: str, size: tuple[int, int]) -> Load:
    """Open the page once, with nothing kept from before, and ask."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    # The stream of answers is broken off by the page once it holds them, so it never finishes.
    streams: dict[str, float] = defaultdict(float)
    network.on(
        "Network.dataReceived",
        lambda event: streams.update(
            {event["requestId"]: streams[event["requestId"]] + event["encodedDataLength"]}
        ),
    )
    network.on(
        "Network.loadingFailed", lambda event: sizes.append(streams.get(event["requestId"], 0))
    )
    page.goto(url)
    page.locator("html:not([data-waiting]) #frame-answer .answer:not(.empty)").wait_for()
    page.wait_for_function(PICTURES_ARE_THERE)
    page.wait_for_timeout(500)
    kb, paint_s, shift = sum(sizes) / 1e3, page.evaluate(_PAINT) / 1e3, page.evaluate(_SHIFT)
    page.locator("[data-example]").nth(3).click()
    page.locator("html:not([data-waiting]) [data-asked] #frame-answer h2").wait_for()
    page.wait_for_timeout(1000)
    asked = page.evaluate(_SHIFT) - shift
    context.close()
    return Load(kb, paint_s, shift, asked)


@contextmanager
def _app() -> Iterator[str]:
    """Address of the app once it answers; afterwards the browser's own loop may run."""
    with served() as server:
        asyncio.run(wait_until_it_answers(server.url))
        yield server.url


def main() -> None:
    """Serve, open the page some times, and print the medians."""
    table = Table(
        "Window",
        f"kB (≤ {MOST_KB})",
        f"paint s (≤ {MOST_PAINT_S})",
        f"shift (≤ {MOST_SHIFT})",
        f"shift of an answer (≤ {MOST_SHIFT})",
    )
    with _app() as url, chromium() as browser:
        for name, size in _SIZES.items():
            loads = [measure(browser, url, size) for _ in range(_VISITS)]
            middle = [
                sorted(column)[_VISITS // 2] for column in zip(*map(_figures, loads), strict=True)
            ]
            table.add_row(
                name, f"{middle[0]:.0f}", f"{middle[1]:.2f}", *(f"{it:.3f}" for it in middle[2:])
            )
    Console().print(table)


def _figures(load: Load) -> tuple[float, float, float, float]:
    return load.kb, load.paint_s, load.shift, load.asked


if __name__ == "__main__":
    main()
