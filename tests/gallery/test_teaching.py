from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from benchmarks.fixtures.pictures import saved, scene
from entdemo.errors import DataError, UserError
from entdemo.gallery.cases import COLUMNS, Case, read_cases, write_cases
from entdemo.gallery.folder import read_folder
from entdemo.gallery.teaching import NOTHING, Teaching, teaching_of

TAUGHT = Teaching("Hoarse for weeks.", "", "Look at the cords", "", "", "Polyp", "https://x.org/a")
CASES = [
    Case("c-1", "frames/c-1.jpg", "throat"),
    Case("c-2", "frames/c-2.jpg", "vc-open", teaching=TAUGHT),
]


def test_texts_travel_in_columns_of_their_own() -> None:
    assert read_cases(write_cases(CASES)) == CASES


def test_a_gallery_without_them_keeps_its_columns() -> None:
    data = write_cases(CASES[:1])
    (header, *_) = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert tuple(header) == COLUMNS
    assert read_cases(data)[0].teaching is NOTHING


def test_a_text_in_one_language_serves_both() -> None:
    assert TAUGHT.one("history", "vi") == "Hoarse for weeks."
    assert dict(TAUGHT.told())["differential"] == ("Polyp", "Polyp")
    assert list(NOTHING.told()) == []


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "x.org", "https://a b", "data:text/html,x"]
)
def test_a_link_that_is_none_is_told(link: str) -> None:
    with pytest.raises(DataError) as caught:
        teaching_of({"link": link})
    assert caught.value.key == "teaching.link"
    wrong = [CASES[0], CASES[1]._replace(teaching=TAUGHT._replace(link=link))]
    with pytest.raises(DataError) as caught:
        read_cases(write_cases(wrong))
    assert (caught.value.key, caught.value.values["row"]) == ("table.link", 3)


def test_a_folder_brings_them_in_its_table(tmp_path: Path) -> None:
    (tmp_path / "throat").mkdir()
    (tmp_path / "throat" / "a.jpg").write_bytes(saved(scene(), "JPEG"))
    table = tmp_path / "captions.csv"
    table.write_text("file,points_vi,link\na.jpg,Nhìn lưỡi gà,http://x.org/1\n", "utf-8")
    (found,) = read_folder(tmp_path).cases
    assert found.teaching == Teaching(points_vi="Nhìn lưỡi gà", link="http://x.org/1")
    table.write_text("file,link\na.jpg,ftp://x.org/1\n", "utf-8")
    with pytest.raises(UserError, match="is no link"):
        read_folder(tmp_path)
