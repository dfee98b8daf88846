"""Older files are led to the current format, newer ones refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fixtures.bundle import make_bundle
from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.bundle import weights
from entdemo.bundle.hub import verify
from entdemo.bundle.weights import INFO, load_bundle, read_info
from entdemo.errors import UserError
from entdemo.gallery import manifest
from entdemo.gallery.store import Gallery
from entdemo.storage.formats import NewerFormatError, migrated


def rename(old: str, new: str) -> Any:
    return lambda content: {
        **{name: value for name, value in content.items() if name != old},
        new: content[old],
    }


STEPS = {1: rename("a", "b"), 2: rename("b", "c")}


def test_each_step_is_taken_once() -> None:
    assert migrated({"format": 1, "a": 5}, 3, STEPS) == {"format": 3, "c": 5}
    assert migrated({"format": 2, "b": 5}, 3, STEPS) == {"format": 3, "c": 5}
    assert migrated({"format": 3, "c": 5}, 3, STEPS) == {"format": 3, "c": 5}


@pytest.mark.parametrize(
    "content", [None, [], {}, {"format": "1"}, {"format": True}, {"format": 0}]
)
def test_what_has_no_known_format_is_left_to_the_check_of_its_keys(content: object) -> None:
    assert migrated(content, 3, STEPS) == content


def test_newer_formats_are_not_guessed_at() -> None:
    with pytest.raises(NewerFormatError) as caught:
        migrated({"format": 4}, 3, STEPS)
    assert caught.value.found == 4


def test_weights_of_format_1_open(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    info = read_info(bundle)
    values = json.loads((bundle / INFO).read_text("utf-8"))
    del values["digest"]
    (bundle / INFO).write_text(json.dumps({**values, "format": 1}), "utf-8")
    assert verify(bundle) == []
    assert load_bundle(bundle).info.embedder_id == info.embedder_id
    assert read_info(bundle) == info.model_copy(update={"digest": None})


def test_a_registered_step_opens_older_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    values = json.loads((bundle / INFO).read_text("utf-8"))
    older = rename("name", "title")({**values, "format": 0, "digest": None})
    (bundle / INFO).write_text(json.dumps(older), "utf-8")
    with pytest.raises(UserError):
        read_info(bundle)
    steps = {0: rename("title", "name"), **weights.MIGRATIONS}
    monkeypatch.setattr(weights, "MIGRATIONS", steps)
    assert read_info(bundle).name == "test-weights"


def test_a_registered_step_opens_an_older_gallery_and_the_next_change_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from entdemo.gallery.build import build_gallery, remove_cases

    folder = tmp_path / "gallery"
    build_gallery(folder, new_cases(3), EMBEDDER)
    current = (folder / "gallery.json").read_bytes()
    older = rename("dim", "width")({**json.loads(current), "format": 0})
    (folder / "gallery.json").write_text(json.dumps(older))
    with pytest.raises(UserError):
        Gallery.open(folder)
    monkeypatch.setattr(manifest, "MIGRATIONS", {0: rename("width", "dim")})
    assert len(Gallery.open(folder).cases) == 3
    remove_cases(folder, [])
    assert (folder / "gallery.json").read_bytes() == current
