"""A small bundle that the tests of a file share."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fixtures.bundle import make_bundle
from entdemo.bundle.weights import Bundle, load_bundle


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("weights") / "bundle")


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    """Loaded anew for each file, as an engine rewrites its network."""
    return load_bundle(folder)
