"""A teacher's folder of pictures and its ``captions.csv``."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fixtures.gallery_samples import EMBEDDER, jpeg, picture
from entdemo.errors import UserError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.folder import read_folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two classes, four pictures, and what operating systems leave about."""
    folder = tmp_path / "pictures"
    for number, name in enumerate(
        ["Ear_Left/b.JPG", "Ear_Left/a.png", "throat/a.png", "throat/z.jpg"]
    ):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(jpeg(picture(number)))
    (folder / "Ear_Left" / ".DS_Store").write_bytes(b"x")
    (folder / "throat" / "Thumbs.db").write_bytes(b"x")
    (folder / ".git").mkdir()
    return folder


def captions(folder: Path, text: str) -> None:
    (folder / "captions.csv").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))


def refusal(folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_folder(folder)
    assert caught.value.text("vi")
    return caught.value.key


def test_sub_folders_are_classes(pictures: Path) -> None:
    found = [(case.name, case.class_name) for case in read_folder(pictures).cases]
    assert found == [("a.png", "ear-left"), ("b.JPG", "ear-left"), ("a.png", "throat"),
                     ("z.jpg", "throat")]  # fmt: skip


def test_captions_are_joined(pictures: Path, tmp_path: Path) -> None:
    captions(
        pictures,
        "file;caption_vi;caption_en;finding;group\n"
        "throat\\a.png;họng đỏ;red throat;redness;17\n"
        "z.jpg;;;;17\n",
    )
    cases = read_folder(pictures).cases
    assert [case.caption_vi for case in cases] == ["", "", "họng đỏ", ""]
    assert (cases[2].caption_en, cases[2].finding) == ("red throat", "redness")
    gallery = build_gallery(tmp_path / "g", cases, EMBEDDER)
    assert [case.group for case in gallery.cases] == ["", "", "g-1", "g-1"]


def test_classes_may_come_from_the_table(pictures: Path) -> None:
    (pictures / "flat.png").write_bytes(jpeg(picture(9)))
    assert refusal(pictures) == "folder.unclassified"
    captions(pictures, "file,class\nflat.png,VC-Open\nz.jpg,throat\n")
    assert [case.class_name for case in read_folder(pictures).cases][-3:] == [
        "vc-open",
        *["throat"] * 2,
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("file,class\nz.jpg,ear-left\n", "folder.two_classes"),
        ("file,class\nz.jpg,elbow\n", "table.class"),
        ("file,class\nnone.jpg,throat\n", "table.no_such_file"),
        ("file,class\na.png,throat\n", "table.no_such_file"),
        ("file,class\nz.jpg,throat\nthroat/z.jpg,throat\n", "table.value_twice"),
        ("name,class\nz.jpg,throat\n", "table.column"),
        ("class\nthroat\n", "table.column_missing"),
    ],
)
def test_wrong_tables(text: str, key: str, pictures: Path) -> None:
    captions(pictures, text)
    assert refusal(pictures) == key


def test_wrong_folders(pictures: Path, tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == "folder.missing"
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty") == "folder.no_pictures"
    (pictures / "knee").mkdir()
    assert refusal(pictures) == "folder.no_class"
