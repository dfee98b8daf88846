"""A folder as labs keep theirs: other endings, nested folders, near copies, lists in place of
values. Everything is counted, and nothing is silent."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.fixtures.gallery_samples import picture
from entdemo.data.entrep import EntrepItem, EntrepSet, read_entrep
from entdemo.data.entrep.files import Pictures
from entdemo.errors import UserError
from entdemo.evaluation.submission import listed_pictures, picture_pool

UUID = "0b9f6a1e-3c5d-4f2a-9b7e-5d1c2a3b4c5d"


def save(file: Path, seed: int, size: tuple[int, int] = (320, 240), **how: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture(seed)).resize(size, Image.Resampling.BICUBIC).save(file, **how)
    return file


def write(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    imgs = tmp_path / "train" / "imgs"
    save(imgs / "101_a_Image01.PNG", 1)  # .PNG, _Image
    save(imgs / "102_a_IMAGE01.png", 2)  # _IMAGE
    save(imgs / "103_a_image01.jpg", 3, quality=90)  # jpg for png
    save(imgs / "2024" / "May" / "104_a_image01.png", 4)  # nested
    save(imgs / unicodedata.normalize("NFD", "105_phải_image01.png"), 5)  # decomposed on the disk
    save(imgs / "north" / "106_image01.png", 6)  # the same name in two folders
    save(imgs / "south" / "106_image01.png", 7)
    save(imgs / "107_image01.png", 8)
    save(imgs / "901_image01.jpg", 8, quality=60)  # encoded again under another number
    save(imgs / "902_image01.png", 8, size=(480, 360))  # scaled
    save(imgs / f"{UUID}_image01.png", 9)
    save(imgs / f"{UUID.upper()}_image02.png", 10)
    save(imgs / "nobody_asks.png", 11)
    save(imgs / "__MACOSX" / "101_a_image01.png", 12)
    write(
        tmp_path / "train" / "cls.json",
        {
            "101_a_image01.png": 6.0,
            "102_a_image01.png": "0",
            "103_a_image01.png": ["nose-left"],
            "104_a_image01.png": 2,
            "105_phải_image01.png": "Ear Left",
            "north/106_image01.png": "vc-open",
            "south/106_image01.png": "vc-closed",
            "107_image01.png": "throat",
            "901_image01.png": "throat",
            "902_image01.png": "throat",
            f"{UUID}_image01.png": "throat",
            f"{UUID}_image02.png": "throat",
            "106_image01.png": "throat",
            "gone.png": "throat",
            "108.png": 7,
        },
    )
    write(
        tmp_path / "train" / "i2i.json",
        {"101_a_image01.png": ["102_a_image01.png", "103_a_image01.png"]},
    )
    write(
        tmp_path / "train" / "t2i.json",
        {"red throat": "101_a_image01.png", "granules": ["101_a_image01.png", "107_image01.png"]},
    )
    return tmp_path


@pytest.fixture
def found(folder: Path) -> EntrepSet:
    return read_entrep(folder)


def item(found: EntrepSet, name: str) -> EntrepItem:
    (one,) = [it for it in found.items if it.file.as_posix().endswith(name)]
    return one


def test_each_spelling_is_found_with_its_class(found: EntrepSet) -> None:
    assert len(found.items) == 12
    expected = {
        "101_a_Image01.PNG": "throat",
        "102_a_IMAGE01.png": "nose-right",
        "103_a_image01.jpg": "nose-left",
        "104_a_image01.png": "ear-right",
        unicodedata.normalize("NFD", "105_phải_image01.png"): "ear-left",
        "north/106_image01.png": "vc-open",
        "south/106_image01.png": "vc-closed",
    }
    assert {name: item(found, name).class_name for name in expected} == expected


def test_what_cannot_be_used_is_told_and_the_rest_is_counted(found: EntrepSet) -> None:
    assert {it.name: it.reason.key for it in found.report.skipped} == {
        "train/106_image01.png": "entrep.ambiguous",
        "train/gone.png": "frame.missing",
        "train/108.png": "frame.missing",
    }
    report = found.report
    assert (report.frames, report.copies, report.near_copies, report.unlisted) == (12, 0, 2, 1)
    assert report.respelt > 5
    told = "\n".join(report.lines())
    assert "2 look like another frame" in told
    assert "1 pictures are named nowhere" in told


def test_every_caption_and_every_value_of_a_list_is_kept(found: EntrepSet) -> None:
    assert item(found, "101_a_Image01.PNG").caption_en == "red throat; granules"
    assert item(found, "107_image01.png").caption_en == "granules"
    assert len(found.t2i) == 3
    assert [second.name for _, second in found.i2i] == ["102_a_IMAGE01.png", "103_a_image01.jpg"]


def test_near_copies_and_frames_of_one_uuid_share_an_examination(found: EntrepSet) -> None:
    near = {item(found, name).group for name in ("107_image01.png", "901_image01.jpg")}
    assert near == {item(found, "902_image01.png").group}
    (own,) = {it.group for it in found.items if UUID in it.file.name.lower()}
    assert own not in near
    assert len({it.group for it in found.items}) == 8, "both frames 106 are of one examination"


def test_numbers_beyond_the_classes_are_no_class(folder: Path) -> None:
    for label in (7, 6.5, -1, True, None):
        write(folder / "train" / "cls.json", {"101_a_image01.png": label})
        (told,) = read_entrep(folder).report.skipped
        assert told.reason.key == "entrep.unknown_class"


def test_lists_of_test_find_pictures_alike(folder: Path) -> None:
    shutil.copytree(folder / "train" / "imgs", folder / "test" / "imgs")
    names = ["101_a_image01.png", "north/106_image01.png", "south\\106_image01.png"]
    files = listed_pictures(folder, names)
    assert [file.parent.name for file in files] == ["imgs", "north", "south"]
    with pytest.raises(UserError, match="Name the folder"):
        listed_pictures(folder, ["106_image01.png"])
    (folder / "test" / "cls.csv").write_text("\n".join(names))
    assert len(picture_pool(folder)) == 13
    assert Pictures(folder / "test").find("../train/nothing.png") is None


def test_equal_pictures_of_one_name_are_no_riddle(folder: Path) -> None:
    imgs = folder / "train" / "imgs"
    shutil.copy(imgs / "north" / "106_image01.png", imgs / "south" / "106_image01.png")
    file = Pictures(folder / "train").find("106_image01.png")
    assert file is not None
    assert np.asarray(Image.open(file)).shape == (240, 320, 3)
