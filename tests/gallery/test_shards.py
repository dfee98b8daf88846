"""Shares of several processes give the gallery of a single one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fixtures.bundle import make_bundle
from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases, picture
from entdemo.errors import UserError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.intake import NewCase
from entdemo.gallery.shards import share_of, take_share, together
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery
from entdemo.settings import ROOT
from tests.helpers.command_line import entdemo
from tests.helpers.file_contents import contents

SIZE = 4


def test_shares_are_whole_batches_and_cover_everything_once() -> None:
    items = new_cases(19)
    shares = [share_of(items, process, 3, SIZE) for process in range(3)]
    assert shares[1][:SIZE] == items[SIZE : 2 * SIZE]
    assert sorted(item.caption_en for share in shares for item in share) == sorted(
        item.caption_en for item in items
    )


def test_shares_make_the_same_bytes(tmp_path: Path) -> None:
    items = [*new_cases(14), *new_cases(6, start=3), *new_cases(9, start=20)]
    for process in range(2):
        share = share_of(items, process, 2, SIZE)
        take_share(tmp_path / "shared", share, EMBEDDER, batch_size=SIZE)
    shared = build_gallery(tmp_path / "shared", items, EMBEDDER, batch_size=SIZE)
    alone = build_gallery(tmp_path / "alone", items, EMBEDDER, batch_size=SIZE)
    assert contents(shared.folder) == contents(alone.folder)
    assert len([note for note in shared.notes if "already there" in note]) == 6


def test_a_bad_picture_is_told_by_the_first_process_alone(tmp_path: Path) -> None:
    items = [*new_cases(6), NewCase(b"no picture", "throat")]
    take_share(tmp_path / "g", items, EMBEDDER, batch_size=SIZE)
    with pytest.raises(UserError, match="not a picture"):
        build_gallery(tmp_path / "g", items, EMBEDDER, batch_size=SIZE)


def test_a_single_process_just_makes_the_change(tmp_path: Path) -> None:
    made = together(build_gallery, tmp_path / "g", new_cases(3), EMBEDDER)
    assert made is not None
    assert len(made.cases) == 3


@pytest.mark.slow
def test_two_processes_under_torchrun(tmp_path: Path) -> None:
    from PIL import Image

    frames, weights = tmp_path / "frames", make_bundle(tmp_path / "weights")
    (frames / "throat").mkdir(parents=True)
    for seed in range(70):
        Image.fromarray(picture(seed)).save(frames / "throat" / f"{seed:02}.png")
    (notes := tmp_path / "notes").mkdir()
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    both = [sys.executable, *torchrun, "-m", "tests.helpers.launched", str(notes)]

    def building(name: str) -> list[str]:
        told = ["--from", str(frames), "--weights", str(weights), "--device", "cpu", "--json"]
        return ["gallery", "build", str(tmp_path / name), *told]

    assert entdemo(*building("one")).code == 0
    subprocess.run([*both, *building("two")], cwd=ROOT, check=True, capture_output=True)
    taken = {path.name: int(path.read_text("ascii")) for path in notes.iterdir()}
    assert taken.keys() == {"0-of-2", "1-of-2"}
    assert sum(taken.values()) == 70
    assert min(taken.values()) > 0
    two, one = (Gallery.open(tmp_path / name) for name in ("two", "one"))
    assert two.cases == one.cases
    assert np.allclose(two.vectors, one.vectors, atol=1e-5)
    assert verify_gallery(two.folder) == []
