from __future__ import annotations

import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from benchmarks.fixtures.pictures import saved
from entdemo.errors import UserError
from entdemo.image.decode import decode
from entdemo.image.silence import no_warnings


@pytest.mark.skipif(sys.platform == "win32", reason="Pillow's libtiff is hidden there")
def test_damaged_tiff_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    pixels = np.random.default_rng(3).integers(0, 2, (64, 64), np.uint8) * 255
    for kind in ("group4", "tiff_deflate", "jpeg"):
        mode = "1" if kind == "group4" else "L"
        whole = saved(Image.fromarray(pixels).convert(mode), "TIFF", compression=kind)
        for at in range(8, len(whole) - 8, len(whole) // 7):
            with suppress(UserError):
                decode(whole[:at] + bytes(8) + whole[at + 8 :])
    assert capfd.readouterr().err == ""


def test_threads_are_quiet_side_by_side_until_the_last_one_leaves() -> None:
    before = list(warnings.filters)
    both, first_left = threading.Barrier(2, timeout=10), threading.Event()

    def first() -> None:
        with no_warnings():
            both.wait()
        first_left.set()

    def second() -> None:
        with no_warnings():
            both.wait()
            assert first_left.wait(10)
            warnings.warn("still quiet", UserWarning, stacklevel=1)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(first), threads.submit(second)]:
            done.result(20)
    assert list(warnings.filters) == before
