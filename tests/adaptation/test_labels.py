"""Frames labelled in part, in words or by a table, are read as what they leave open."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.adaptation.labels import EVERY, Classes, labelled_cases, read_labelled
from entdemo.errors import DataError
from entdemo.gallery.build import build_gallery
from entdemo.settings import ROOT

EARS = frozenset({"ear-left", "ear-right"})
LEFT = frozenset({"nose-left", "ear-left"})


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def opened(folder: Path) -> dict[str, Classes]:
    return {item.name: item.open for item in read_labelled(folder).items}


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("Ear_Left", {"ear-left"}),
        ("ear", EARS),
        ("tai trái", {"ear-left"}),
        ("left", LEFT),
        ("phải", {"nose-right", "ear-right"}),
        ("perforation", EARS),
        ("thủng màng nhĩ", EARS),
        ("polyp", {"nose-left", "nose-right", "vc-open", "vc-closed"}),
        ("họng", {"throat"}),
        ("unlabelled", EVERY),
    ],
)
def test_folder_states_a_class_a_region_a_side_or_a_finding(
    name: str, classes: Classes, tmp_path: Path
) -> None:
    touch(tmp_path, f"{name}/a.png")
    assert opened(tmp_path) == {f"{name}/a.png": classes}


def test_table_narrows_what_the_folder_leaves_open(tmp_path: Path) -> None:
    touch(tmp_path, "ear/a.png", "ear/b.png", "c.png", "d.png")
    (tmp_path / "frames.csv").write_text(
        "file,region,side,finding,group\near/a.png,,left,own words,g1\nc.png,nose,,,\n"
    )
    assert opened(tmp_path) == {
        f"{tmp_path.name}/c.png": {"nose-left", "nose-right"},
        "ear/a.png": {"ear-left"},
        "ear/b.png": EARS,
    }
    found = read_labelled(tmp_path)
    assert [item.group for item in found.items] == ["", "g1", ""]
    assert [it.name for it in found.left_out] == ["d.png"]


def test_labels_are_named_by_what_they_leave_open(tmp_path: Path) -> None:
    touch(tmp_path, "ear-left/a.png", "ear/a.png", "left/a.png", "polyp/a.png", "unlabelled/a.png")
    names = {item.name: item.label for item in read_labelled(tmp_path).items}
    assert names == {
        "ear-left/a.png": "ear-left",
        "ear/a.png": "ear",
        "left/a.png": "left",
        "polyp/a.png": "nose or vocal-cords",
        "unlabelled/a.png": "",
    }


def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    touch(tmp_path, "ear/a.png", "ear/notes.docx")
    assert [it.name for it in read_labelled(tmp_path).left_out] == ["ear/notes.docx"]


def test_labels_that_exclude_each_other_are_told(tmp_path: Path) -> None:
    touch(tmp_path, "throat/a.png")
    (tmp_path / "frames.csv").write_text("file,side\nthroat/a.png,left\n")
    with pytest.raises(DataError, match=r"throat/a\.png is given labels that exclude each other"):
        read_labelled(tmp_path)


def test_all_unknown_labels_are_told_at_once(tmp_path: Path) -> None:
    touch(tmp_path, "elbow/a.png", "knee/b.png", "throat/c.png")
    (tmp_path / "frames.csv").write_text("file,side\nthroat/c.png,left\n")
    with pytest.raises(DataError) as caught:
        read_labelled(tmp_path)
    assert all(word in str(caught.value) for word in ("“elbow”", "“knee”", "throat/c.png"))


def test_unknown_label_is_told_with_those_known(tmp_path: Path) -> None:
    touch(tmp_path, "elbow/a.png")
    with pytest.raises(DataError, match=r"“elbow” is no label.*ear-left.*left"):
        read_labelled(tmp_path)


def test_of_a_gallery_only_cases_that_are_not_drawn_count(tmp_path: Path) -> None:
    gallery = tmp_path / "gallery"
    shutil.copytree(ROOT / "gallery" / "default", gallery)
    with pytest.raises(DataError):
        read_labelled(gallery)
    table = (gallery / "cases.csv").read_text("utf-8")
    table = table.replace("phantom frame, drawn by entdemo", "our clinic", 1)
    (gallery / "cases.csv").write_text(table, "utf-8")
    assert len(read_labelled(gallery).items) == 1


def test_a_finding_narrows_what_a_case_leaves_open(tmp_path: Path) -> None:
    stated = [("left", "adenoid"), ("left", ""), ("ear", "left or right?"), ("throat", "wax")]
    items = [
        replace(item, class_name=name, finding=finding)
        for item, (name, finding) in zip(new_cases(4), stated, strict=True)
    ]
    gallery = build_gallery(tmp_path / "mine", items, EMBEDDER)
    assert [item.label for item in labelled_cases(gallery)] == [
        "nose-left",
        "left",
        "ear",
        "throat",
    ]
