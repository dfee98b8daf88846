from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import pytest
from PIL import Image

from entdemo.ui.sheet.archive import sheet_zip
from entdemo.ui.sheet.content import CaseSheet


def opened(sheet: CaseSheet) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(sheet_zip(sheet)))


def rows(sheet: CaseSheet, name: str) -> list[dict[str, str]]:
    text = opened(sheet).read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_tables_hold_the_answer(sheet: CaseSheet) -> None:
    classes = rows(sheet, "classes.csv")
    assert [row["class"] for row in classes] == list(sheet.probabilities)
    assert classes[3] == {"class": "ear-left", "name": "tai trái", "probability": "0.8600"}
    first = rows(sheet, "cases.csv")[0]
    assert first["rank"] == "1"
    assert first["similarity"] == "0.9300"
    assert first["caption"] == "Màng nhĩ trái co lõm, mất nón sáng."


def test_each_case_names_a_picture_in_the_archive(sheet: CaseSheet) -> None:
    archive = opened(sheet)
    files = [row["file"] for row in rows(sheet, "cases.csv")]
    assert len(set(files)) == len(sheet.cases)
    for file in [*files, "query.jpg"]:
        assert Image.open(io.BytesIO(archive.read(file))).size == (320, 240)


def test_notes_and_purpose_come_along(sheet: CaseSheet) -> None:
    archive = opened(sheet)
    assert archive.read("notes.txt").decode() == sheet.notes
    assert "Chỉ để giảng dạy, không để chẩn đoán." in archive.read("README.txt").decode()


def test_what_there_is_not_has_no_file(sheet: CaseSheet) -> None:
    names = opened(replace(sheet, jpeg=b"", notes=" ", text="tai")).namelist()
    assert "description.txt" in names
    assert not {"query.jpg", "notes.txt"} & set(names)


def test_dates_tell_nothing_and_bytes_repeat(sheet: CaseSheet) -> None:
    assert {entry.date_time[0] for entry in opened(sheet).infolist()} == {1980}
    assert sheet_zip(sheet) == sheet_zip(sheet)


@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-cmd", "'-cmd"), ("plain", "plain")],
)
def test_no_cell_is_a_formula(sheet: CaseSheet, cell: str, written: str) -> None:
    cases = (replace(sheet.cases[0], caption=cell, similarity=-0.5),)
    (row,) = rows(replace(sheet, cases=cases), "cases.csv")
    assert row["caption"] == written
    assert row["similarity"] == "-0.5000"
