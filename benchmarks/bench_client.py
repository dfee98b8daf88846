"""Clients of a served app in a process of their own: ``python -m benchmarks.bench_client URL N M``.

N clients send M frames each and one first that is not counted; JSON goes to stdout.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gradio_client import Client, handle_file

from benchmarks.bench_files import frame_files


def ask(client: Client, file: Path) -> float:
    """Seconds from sending a frame to its answer."""
    start = time.perf_counter()
    client.predict(frame=handle_file(file), api_name="/predict")
    return time.perf_counter() - start


def main(url: str, clients: int, each: int) -> dict[str, float]:
    """Median seconds of an answer, and answers a second of all clients together."""
    files = frame_files()[-clients * (each + 1) :]
    connected = [Client(url, verbose=False) for _ in range(clients)]
    for client, file in zip(connected, files, strict=False):
        ask(client, file)
    rest = files[clients:]
    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = list(pool.map(ask, connected * each, rest))
    return {
        "median_s": statistics.median(times),
        "rate": len(times) / (time.perf_counter() - start),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
