"""What commands work on, made once by the commands themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fixtures.bundle import make_bundle
from tests.helpers.command_line import entdemo


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Drawn frames, random weights and a gallery; no test changes them."""
    root = tmp_path_factory.mktemp("made")
    places = {name: root / name for name in ("frames", "weights", "gallery")}
    make_bundle(places["weights"])
    frames, weights, gallery = map(str, places.values())
    for command in (
        ["phantom", frames, "--n", "21", "--seed", "3"],
        ["gallery", "build", gallery, "--from", frames, "--weights", weights],
    ):
        ended = entdemo(*command)
        assert ended.code == 0, ended.err
    return places
