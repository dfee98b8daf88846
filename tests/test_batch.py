"""Many frames at once: each is answered, and what cannot be read stops nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from entdemo import batch
from entdemo.batch import answers, batch_csv, batch_json, holds_many, opened
from entdemo.errors import DataError
from entdemo.image.frame import Frame
from entdemo.inference.prediction import Neighbour, Prediction
from entdemo.taxonomy import CLASSES


def picture(colour: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (96, 96), (colour, 90, 80)).save(data, "PNG")
    return data.getvalue()


FILES = {
    "a/first.png": picture(220),
    "second.PNG": picture(120),
    "a/broken.jpg": b"\xff\xd8\xff no picture",
    "=cmd.png": picture(60),
    "notes.txt": b"not a picture",
    "a/.hidden.png": picture(1),
    "__MACOSX/a/first.png": b"twin",
}
NAMES = ["=cmd.png", "a/broken.jpg", "a/first.png", "second.PNG"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        file = tmp_path / "frames" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path / "frames"


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def ask(frame: Frame) -> Prediction:
    """The redder the surer."""
    best = frame.rgb[0, 0, 0] / 255
    shares = dict.fromkeys(CLASSES, (1 - best) / 6) | {"throat": float(best)}
    near = Neighbour("c-1", 0.9, "throat", "normal", "Normal throat.", "Họng bình thường.", "f.jpg")
    return Prediction("throat", "throat", shares, True, (near,), {})


def test_a_folder_and_its_zip_give_the_same_answers(folder: Path, tmp_path: Path) -> None:
    told = []
    for path in (folder, packed(tmp_path / "frames.zip", FILES)):
        assert holds_many(path)
        with opened(path) as held:
            told.append(batch_json(list(answers(held.pictures, ask)), held.left_out))
    assert told[0] == told[1]
    assert [it["file"] for it in told[0]["frames"]] == NAMES
    assert (told[0]["answered"], told[0]["unreadable"]) == (3, 1)
    assert "damaged" in told[0]["frames"][1]["error"]
    assert [it["file"] for it in told[0]["left_out"]] == ["notes.txt"]
    assert told[0]["frames"][2]["neighbours"][0]["case_id"] == "c-1"


def test_pictures_are_told_by_content_where_their_name_does_not_say(
    folder: Path, tmp_path: Path
) -> None:
    files = {"IM00001": picture(200), "b\\c.jfif": picture(100), "@eaDir/d.jpg": picture(50)}
    for name, data in files.items():
        file = folder / name.replace("\\", "/")
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
    for path in (folder, packed(tmp_path / "more.zip", FILES | files)):
        with opened(path) as held:
            assert [it.name for it in held.pictures] == sorted([*NAMES, "IM00001", "b/c.jfif"])


def test_the_surest_frame_has_the_least_doubt_and_an_unreadable_one_the_most(folder: Path) -> None:
    with opened(folder) as held:
        ranked = sorted(answers(held.pictures, ask), key=lambda it: it.doubt)
    assert [it.name for it in ranked] == ["a/first.png", "second.PNG", "=cmd.png", "a/broken.jpg"]


def test_the_csv_has_a_row_a_picture_and_no_formula(folder: Path) -> None:
    with opened(folder) as held:
        data = batch_csv(list(answers(held.pictures, ask)))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["file"] for row in rows] == ["'=cmd.png", *NAMES[1:]]
    assert rows[2]["class"] == "throat"
    assert rows[2]["nearest_case"] == "c-1"
    assert rows[1]["class"] == ""
    assert "damaged" in rows[1]["note"]


def test_a_refused_picture_has_no_class_in_the_table(folder: Path) -> None:
    def refuse(frame: Frame) -> Prediction:
        return replace(ask(frame), in_distribution=False)

    with opened(folder) as held:
        data = batch_csv(list(answers(held.pictures, refuse)))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert {row["verdict"] for row in rows} == {"refused", "unreadable"}
    for row in rows:
        told = {name for name, cell in row.items() if cell}
        assert told <= {"file", "verdict", "reasons", "doubt", "note"}


def test_an_entry_larger_than_it_says_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MAX_BYTES", 1_000)
    path = packed(tmp_path / "bomb.zip", {"bomb.jpg": b"\xff\xd8\xff" + bytes(10_000_000)})
    with opened(path) as held:
        assert isinstance(data := held.pictures[0].read(), bytes)
        assert len(data) == 1_001
        found = list(answers(held.pictures, ask))
    assert found[0].prediction is None


def test_what_holds_no_pictures_too_many_or_is_damaged_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    torn = tmp_path / "torn.zip"
    torn.write_bytes(packed(tmp_path / "whole.zip", FILES).read_bytes()[:-40])
    monkeypatch.setattr(batch, "MOST_PICTURES", 1)
    many = packed(tmp_path / "many.zip", FILES)
    for path, told in ((empty, "no picture"), (torn, "damaged"), (many, "limit is 1")):
        with pytest.raises(DataError, match=told), opened(path):
            pass


def test_a_locked_entry_is_told_as_such(tmp_path: Path) -> None:
    path = packed(tmp_path / "locked.zip", {"frame.png": picture(200)})
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    with opened(path) as held:
        assert "password" in str(next(answers(held.pictures, ask)).note)
