"""Folders of labelled frames, by class and by region."""

from __future__ import annotations

from pathlib import Path

import pytest

from entdemo.data.dataset import read_data, read_items
from entdemo.errors import UserError
from entdemo.phantom.folder import COLUMNS
from tests.helpers.evaluation_fakes import save_frame


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for number, name in enumerate(["Ear_Left", "throat", "ear", "Vocal Cords"]):
        save_frame(folder / name / "a.png", "throat", number)
    return folder


def refusal(folder: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        read_items(folder)
    assert caught.value.text("en")
    assert caught.value.text("vi")
    return caught.value


def test_classes_and_regions(data: Path) -> None:
    found = {item.name: (item.region, item.class_name) for item in read_items(data)}
    assert found == {
        "Ear_Left/a.png": ("ear", "ear-left"),
        "Vocal Cords/a.png": ("vocal-cords", None),
        "ear/a.png": ("ear", None),
        "throat/a.png": ("throat", "throat"),
    }


@pytest.mark.parametrize(
    ("folders", "region", "classes"),
    [
        ("tai", "ear", {"ear-left", "ear-right"}),
        ("left", "", {"ear-left", "nose-left"}),
        ("perforation", "ear", {"ear-left", "ear-right"}),
        ("polyp", "", {"nose-left", "nose-right", "vc-open", "vc-closed"}),
        ("ear/right", "ear", {"ear-right"}),
        ("throat/polyp", "throat", {"throat"}),
    ],
)
def test_a_region_a_side_or_a_finding_leaves_classes_open(
    folders: str, region: str, classes: set[str], tmp_path: Path
) -> None:
    save_frame(tmp_path / folders / "a.png", "throat", 0)
    (item,) = read_items(tmp_path)
    assert (item.region, item.open) == (region, classes)
    assert item.class_name == (classes.pop() if len(classes) == 1 else None)


def test_frames_of_which_nothing_is_stated_are_left_out(data: Path) -> None:
    save_frame(data / "unlabelled" / "b.png", "throat", 9)
    found = read_data(data)
    assert len(found.items) == 4
    assert [it.name for it in found.skipped] == ["unlabelled/b.png"]


def test_folders_that_exclude_each_other(tmp_path: Path) -> None:
    save_frame(tmp_path / "ear" / "ear-left" / "right" / "a.png", "throat", 0)
    error = refusal(tmp_path)
    assert (error.key, error.values["first"], error.values["second"]) == (
        "folder.two_folders", "ear-left", "right",
    )  # fmt: skip


def test_other_files_are_ignored(data: Path) -> None:
    (data / "frames.csv").write_text("file,region\nmissing.jpg,ear\n")
    (data / "SOURCES.md").write_text("where from")
    save_frame(data / "overview.png", "throat", 9)
    (data / ".cache").mkdir()
    (data / "ear" / ".hidden.png").write_bytes(b"")
    (data / "ear" / "Thumbs.db").write_bytes(b"")
    assert len(read_items(data)) == 4


def test_captions_are_joined(data: Path) -> None:
    (data / "captions.csv").write_text(
        "file,class,finding,caption_en,caption_vi,group\n"
        "Ear_Left/a.png,ear-left,wax,wax,ráy tai,7\n"
        "ear/a.png,ear-right,,left drum,,8\n",
        "utf-8",
    )
    items = {item.name: item for item in read_items(data)}
    first = items["Ear_Left/a.png"]
    assert (first.finding, first.caption_en, first.caption_vi, first.group) == (
        "wax", "wax", "ráy tai", "7",
    )  # fmt: skip
    assert items["ear/a.png"].class_name is None, "a region folder counts for the region alone"
    assert items["ear/a.png"].group == "8"
    assert items["throat/a.png"].caption_en == ""


@pytest.mark.parametrize("row", ["Ear_Left/a.png,ear-right", "ear/a.png,throat"])
def test_a_class_that_contradicts_its_folder(data: Path, row: str) -> None:
    (data / "captions.csv").write_text(f"file,class\n{row}\n")
    error = refusal(data)
    assert error.key == "folder.two_classes"
    assert error.values["row"] == 2


def test_a_mistyped_sub_folder_is_named(data: Path) -> None:
    (data / "nose-rihgt").mkdir()
    error = refusal(data)
    assert error.key == "evaluation.no_class_or_region"
    assert "nose-rihgt" in str(error)
    assert "vocal-cords" in str(error)


def test_nothing_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "missing").key == "folder.missing"
    (tmp_path / "throat").mkdir()
    assert refusal(tmp_path).key == "folder.no_pictures"


def test_the_table_of_drawn_frames_is_understood(data: Path) -> None:
    cells = dict.fromkeys(COLUMNS, "") | {"file": "throat/a.png", "finding": "redness", "seed": "7"}
    lines = [",".join(COLUMNS), ",".join(cells[column] for column in COLUMNS)]
    (data / "captions.csv").write_text("\n".join(lines), "utf-8")
    assert [item.finding for item in read_items(data) if item.class_name == "throat"] == ["redness"]
