"""What others do to the folder of a served gallery is seen."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.fixtures.gallery_samples import new_cases
from entdemo.errors import UserError
from entdemo.gallery.build import add_cases, remove_cases
from entdemo.gallery.embedder import Embedder
from entdemo.gallery.store import Gallery
from entdemo.ui import gallery_watch
from entdemo.ui.gallery_watch import GalleryWatch, stamp_of
from entdemo.ui.pictures import picture_route, picture_url
from tests.helpers.editing import EditablePredictor, editable


@pytest.fixture
def predictor(tmp_path: Path) -> EditablePredictor:
    return editable(tmp_path / "gallery")


@pytest.fixture
def watch(predictor: EditablePredictor) -> GalleryWatch:
    return GalleryWatch(predictor, stamp_of(predictor.gallery.folder))  # type: ignore[arg-type]


def test_what_the_command_line_adds_or_removes_is_served(
    predictor: EditablePredictor, watch: GalleryWatch
) -> None:
    before = predictor.gallery
    watch.look()
    assert predictor.gallery is before
    added = add_cases(before.folder, new_cases(2, start=100), predictor.embedder)
    watch.look()
    assert predictor.gallery.cases == added.cases
    gone = before.cases[0].case_id
    remove_cases(before.folder, [gone])
    watch.look()
    with pytest.raises(UserError):
        predictor.gallery.case(gone)
    assert len(predictor.gallery.cases) == len(before.cases) + 1


def test_a_gallery_that_was_spoiled_is_told_once_and_the_old_one_stays(
    predictor: EditablePredictor, watch: GalleryWatch
) -> None:
    before = predictor.gallery
    (before.folder / "gallery.json").write_text("{")
    with pytest.raises(UserError):
        watch.look()
    watch.look()
    assert predictor.gallery is before


def test_what_the_page_served_meanwhile_stays(
    predictor: EditablePredictor, watch: GalleryWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = predictor.gallery

    def slowly(folder: Path, embedder: Embedder) -> Gallery:
        found = Gallery.open(folder, embedder)
        predictor.gallery = remove_cases(folder, [before.cases[0].case_id])
        return found

    add_cases(before.folder, new_cases(1, start=100), predictor.embedder)
    monkeypatch.setattr(gallery_watch, "Gallery", SimpleNamespace(open=slowly))
    watch.look()
    assert before.cases[0] not in predictor.gallery.cases
    monkeypatch.undo()
    watch.look()
    assert before.cases[0] not in predictor.gallery.cases
    assert len(predictor.gallery.cases) == len(before.cases)


def test_a_removed_case_has_no_picture_any_more(
    predictor: EditablePredictor, watch: GalleryWatch
) -> None:
    gone, stays = (case.case_id for case in predictor.gallery.cases[:2])
    client = TestClient(Starlette(routes=[picture_route(predictor)]))  # type: ignore[arg-type]
    assert client.get(picture_url(gone, "small")).status_code == 200
    remove_cases(predictor.gallery.folder, [gone])
    assert client.get(picture_url(gone, "small")).status_code == 404, "before the next look"
    watch.look()
    assert client.get(picture_url(gone, "small")).status_code == 404
    assert client.get(picture_url(stays, "small")).status_code == 200
