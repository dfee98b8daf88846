"""Folders as people keep them: nested, with files of systems, phones and archives among them."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.fixtures.gallery_samples import EMBEDDER, jpeg, picture
from benchmarks.fixtures.pictures import dicom, saved, scene
from entdemo.cli.main import app
from entdemo.data.dataset import read_data
from entdemo.data.entrep.files import read_list
from entdemo.errors import UserError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.folder import read_folder
from entdemo.gallery.tree import picture_tree
from entdemo.storage.names import comparable
from entdemo.storage.skipped import skipped_lines
from tests.helpers.uploads import HEIC

TAKEN = {
    "throat/a.jpg": jpeg(picture(1)),
    "throat/b.jfif": jpeg(picture(2)),
    "throat/c.jpe": jpeg(picture(3)),
    "throat/d.jpg ": jpeg(picture(4)),
    "throat/patient 1/e.jpg": jpeg(picture(5)),
    "throat/IM00001": dicom(scene()),
    "exam 7/throat/f.png": jpeg(picture(6)),
    "throat/g.HEIC": HEIC,
    "throat/h.gif": saved(scene(), "GIF"),
}
LEFT = {
    "SOURCES.md": (b"where from", "frame.not_a_picture"),
    "throat/empty.heic": (b"\0\0\0\x18ftypheic" + bytes(87), "frame.truncated"),
    "throat/i.jp2": (b"no codes", "frame.not_a_picture"),
    "throat/clip.mp4": (b"\0\0\0\x18ftypisom" + bytes(99), "frame.video"),
    "captions.csv.csv": (b"file\n", "table.misnamed"),
}
PASSED = (
    "__MACOSX/throat/._a.jpg",
    "throat/@eaDir/a.jpg",
    "throat/.hidden.jpg",
    "throat/Thumbs.db",
    "desktop.ini",
    "$RECYCLE.BIN/a.jpg",
    ".git/config",
)


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    left = {name: data for name, (data, _) in LEFT.items()}
    return fill(tmp_path / "in", TAKEN | left | dict.fromkeys(PASSED, b"\0\5\x16\7"))


def test_what_is_a_picture_is_taken_and_the_rest_is_told(folder: Path) -> None:
    found = read_folder(folder)
    assert len(found.cases) == len(TAKEN)
    assert {it.name: it.reason.key for it in found.left_out} == {
        name: key for name, (_, key) in LEFT.items()
    }
    lines = list(skipped_lines(found.left_out))
    assert all(any(name in line for line in lines) for name in LEFT)
    labelled = read_data(folder)
    assert len(labelled.items) == len(TAKEN)
    assert list(skipped_lines(labelled.skipped)) == lines


def test_a_folder_without_pictures_tells_why_its_files_are_none(tmp_path: Path) -> None:
    fill(tmp_path, {"throat/a.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"})
    with pytest.raises(UserError, match=r"holds no pictures.*“throat/a\.svg” cannot be taken: "):
        read_folder(tmp_path)


def test_links_in_a_circle_end(folder: Path) -> None:
    os.symlink(folder, folder / "throat" / "again")
    assert len(picture_tree(folder).pictures) == len(TAKEN)


def test_a_folder_of_two_classes_is_refused(folder: Path) -> None:
    fill(folder, {"throat/Ear Left/x.jpg": jpeg(picture(9))})
    for read in (read_folder, read_data):
        with pytest.raises(UserError) as caught:
            read(folder)
        assert caught.value.key == "folder.two_folders"


NAMES = {
    "decomposed on the disk": (unicodedata.normalize("NFD", "họng đỏ.jpg"), "họng đỏ.jpg"),
    "decomposed in the table": ("họng đỏ.jpg", unicodedata.normalize("NFD", "họng đỏ.jpg")),
    "case of the ending": ("IMG_1.JPG", "IMG_1.jpg"),
    "case of the name": ("img_1.jpg", "IMG_1.jpg"),
    "spaces beside it": ("a.jpg ", "a.jpg"),
    "spaces within it": ("a  b.jpg", "a b.jpg"),
    "a folder's name": ("exam 1/a.jpg", "Exam 1\\A.jpg"),
    "a path's end": ("exam 1/a.jpg", "a.jpg"),
}


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("table", ["captions.csv", "Captions.CSV"])
def test_names_are_compared_in_one_form(kind: str, table: str, tmp_path: Path) -> None:
    disk, written = NAMES[kind]
    fill(tmp_path, {f"Throat/{disk}": jpeg(picture(1)), "Ear_Left/other.jpg": jpeg(picture(2))})
    (tmp_path / table).write_bytes(f"file,caption_en\n{written},red\n".encode())
    assert [case.caption_en for case in read_folder(tmp_path).cases] == ["", "red"]
    assert [item.caption_en for item in read_data(tmp_path).items] == ["", "red"]


def test_a_name_as_on_the_disk_comes_first(tmp_path: Path) -> None:
    fill(tmp_path, {"throat/a.jpg": jpeg(picture(1)), "throat/A.JPG": jpeg(picture(2))})
    (tmp_path / "captions.csv").write_bytes(b"file,caption_en\na.jpg,small\nA.JPG,large\n")
    found = {case.name: case.caption_en for case in read_folder(tmp_path).cases}
    assert found == {"a.jpg": "small", "A.JPG": "large"}
    (tmp_path / "captions.csv").write_bytes(b"file,caption_en\nA.jpg,which\n")
    with pytest.raises(UserError, match="several of that name"):
        read_folder(tmp_path)


def test_all_mistakes_of_a_table_are_told_together(tmp_path: Path) -> None:
    fill(tmp_path, {f"throat/{name}.jpg": jpeg(picture(1)) for name in "ab"})
    (tmp_path / "captions.csv").write_bytes(b"file\na.jpg\na.jpg\nx.jpg\ny.jpg\n")
    with pytest.raises(UserError) as caught:
        read_folder(tmp_path)
    assert caught.value.values["count"] == 3
    for text in (caught.value.text("en"), caught.value.text("vi")):
        assert all(word in text for word in ("a.jpg", "x.jpg", "y.jpg", "3", "4", "5"))


@pytest.mark.parametrize(
    "rows",
    [
        '0.jpg,"red throat,x\n1.jpg,pale,y\n',
        'none.jpg,fine,\n0.jpg,"red" throat,x\n',
        '0.jpg,"red throat,x\n1.jpg,"pale",y\n',
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_refused_with_its_row(
    rows: str, tmp_path: Path
) -> None:
    fill(tmp_path, {"throat/0.jpg": jpeg(picture(1)), "throat/1.jpg": jpeg(picture(2))})
    (tmp_path / "captions.csv").write_text(f"file,caption_en,caption_vi\n{rows}")
    with pytest.raises(UserError) as caught:
        read_folder(tmp_path)
    assert caught.value.key == "table.damaged"
    assert caught.value.values["row"] == (3 if rows.startswith("none") else 2)


@pytest.mark.parametrize(
    "text", ["a.png,\nb.png,\n", "a.png \nb.png\t\n", "a.png,,\r\n b.png, \r\n"]
)
def test_lists_that_a_spreadsheet_saved(text: str, tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "cls.csv").write_text(text)
    assert read_list(tmp_path, "test/cls.csv") == ["a.png", "b.png"]


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    good = {f"throat/{number}.jpg": jpeg(picture(number)) for number in range(3)}
    bad = {f"ear-left/bad{number}.jpg": b"\xff\xd8\xff\xe0 cut" for number in range(5)}
    return fill(tmp_path / "in", good | bad)


def test_all_damaged_pictures_are_named_in_one_run(damaged: Path, tmp_path: Path) -> None:
    cases = read_folder(damaged).cases
    with pytest.raises(UserError) as caught:
        build_gallery(tmp_path / "g", cases, EMBEDDER)
    assert caught.value.values["count"] == 5
    assert all(f"bad{number}.jpg" in str(caught.value) for number in range(5))
    gallery = build_gallery(tmp_path / "g", cases, EMBEDDER, skip_bad=True)
    assert len(gallery.cases) == 3
    assert [it.name for it in gallery.left_out] == [f"bad{number}.jpg" for number in range(5)]


def test_the_command_tells_what_it_left_out(damaged: Path, tmp_path: Path) -> None:
    (damaged / "notes.txt").write_text("no picture")
    words = ["gallery", "build", str(tmp_path / "g"), "--from", str(damaged)]
    refused = CliRunner().invoke(app, words)
    assert isinstance(refused.exception, UserError)
    assert "--skip-bad" in refused.output
    built = CliRunner().invoke(app, [*words, "--skip-bad"])
    assert built.exit_code == 0
    assert "3 cases" in built.output
    assert "Taken: 3. Left out: 6." in built.stderr
    assert all(name in built.output for name in ("bad0.jpg", "bad4.jpg", "notes.txt"))


def test_comparable() -> None:
    assert comparable(" Họng \\Đỏ  1.JPG ") == comparable("họng/đỏ 1.jpg")
    assert comparable("a.jpg") != comparable("a.jpeg")
