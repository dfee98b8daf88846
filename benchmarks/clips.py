"""How fast clips are read, and in how much memory: ``python -m benchmarks.clips``.

A clip of drawn structures, 640 x 480 at 25 frames a second in H.264, is made in two lengths and
read by the shipped weights. The ratio is the clip's length by the time that reading takes: as it
passed, and as the processor's cores were busy, which a busy machine does not change much. Memory
is that of the decoder, and what this process grew by.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image
from rich.console import Console

from entdemo.cli.output import rows
from entdemo.clip.reading import check_clip
from entdemo.clip.timeline import read_timeline
from entdemo.phantom.frame import draw
from entdemo.predictor import Predictor
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS, ROOT

RATE, WIDTH, HEIGHT = 25, 640, 480
CORES = 2
"""Of which the wanted ratio is told."""
_MEASURED = """
import os, subprocess, sys
decoder = [sys.executable, "-m", "entdemo.clip.worker", *sys.argv[1:]]
_, _, took = os.wait4(subprocess.Popen(decoder, stdout=subprocess.DEVNULL).pid, 0)
print(took.ru_utime + took.ru_stime, took.ru_maxrss)
"""
_STILLS = 5.0
"""Seconds that one drawn frame is moved about."""


@dataclass(frozen=True)
class Took:
    """What reading a clip cost.

    Attributes:
        length: of the clip in seconds.
        passed: seconds.
        busy: seconds of processor time, the decoder's among them.
        decoder: most memory of the decoder in bytes.
        own: memory that this process had grown by at its most, in bytes.
        stretches: that were found.
    """

    length: float
    passed: float
    busy: float
    decoder: int
    own: int
    stretches: int


def make_clip(path: Path, seconds: float) -> None:
    """Draw a clip: each five seconds another structure, which the camera sways before."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for number in range(round(seconds * RATE)):
            if number % round(_STILLS * RATE) == 0:
                drawn = draw(number // round(_STILLS * RATE)).rgb
                still = Image.fromarray(drawn).resize((WIDTH + 40, WIDTH + 40))
            x, y = (round(20 + 20 * np.sin(number / by)) for by in (9, 14))
            shown = still.crop((x, y + 80, x + WIDTH, y + 80 + HEIGHT))
            frame = av.VideoFrame.from_image(shown)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def read(path: Path, predictor: Predictor) -> Took:
    """Read a clip and note what it took."""
    before, passed, cpu = _memory(), time.perf_counter(), _busy()
    timeline = read_timeline(path, predictor.classes)
    passed, cpu = time.perf_counter() - passed, _busy() - cpu
    return Took(
        length=timeline.seconds,
        passed=passed,
        busy=cpu,
        decoder=decoder_took(path)[1],
        own=max(0, _memory() - before),
        stretches=len(timeline.stretches),
    )


def decoder_took(path: Path) -> tuple[float, int]:
    """Seconds of processor time and most memory in bytes of the process that decodes a clip.

    The system counts a parent's memory at the start as its child's, so that a small one starts it.
    """
    command = [sys.executable, "-c", _MEASURED, str(path.resolve()), check_clip(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    seconds, kilobytes = told.split()
    return float(seconds), int(kilobytes) * (1 if sys.platform == "darwin" else 1024)


def _busy() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(it.ru_utime + it.ru_stime for it in used)


def _memory() -> int:
    """The most that this process ever held, in bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(lengths: list[float]) -> None:
    """Make the clips, read them and print the table."""
    predictor = Predictor.open(str(DEFAULT_WEIGHTS), str(DEFAULT_GALLERY), "cpu")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for number, seconds in enumerate((10.0, *lengths)):  # the first one warms up
            make_clip(path := Path(folder) / "clip.mp4", seconds)
            took = read(path, predictor)
            if number:
                lines.append(_line(took))
    columns = ["clip", "x real time, passed", f"x real time, {CORES} cores busy"]
    columns += ["decoder MB", "own growth MB", "stretches"]
    title = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {predictor.library}"
    Console().print(rows(f"{title} {predictor.precision}", columns, lines))


def _line(took: Took) -> list[str]:
    return [
        f"{took.length:.0f} s",
        f"{took.length / took.passed:.1f}",
        f"{took.length / (took.busy / CORES):.1f}",
        f"{took.decoder / 1e6:.0f}",
        f"{took.own / 1e6:.0f}",
        str(took.stretches),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lengths", nargs="*", type=float, default=[60.0, 180.0])
    main(parser.parse_args().lengths)
