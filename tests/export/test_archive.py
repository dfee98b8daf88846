from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import pytest
from PIL import Image

from entdemo.export.archive import handout_csv, handout_zip
from entdemo.export.handout import Handout
from entdemo.taxonomy import CLASSES


def opened(sheet: Handout) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(handout_zip(sheet)))


def rows(sheet: Handout, name: str) -> list[dict[str, str]]:
    text = opened(sheet).read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_tables_hold_the_answer(sheet: Handout) -> None:
    classes = rows(sheet, "classes.csv")
    assert [row["class"] for row in classes] == list(CLASSES)
    assert classes[3] == {"class": "ear-left", "name": "tai trái", "probability": "0.8600"}
    first = rows(sheet, "cases.csv")[0]
    assert first["rank"] == "1"
    assert first["similarity"] == "0.9300"
    assert first["caption"] == "Màng nhĩ trái co lõm, mất nón sáng."


def test_each_case_names_a_picture_in_the_archive(sheet: Handout) -> None:
    archive = opened(sheet)
    files = [row["file"] for row in rows(sheet, "cases.csv")]
    assert len(set(files)) == len(sheet.cases)
    for file in [*files, "query.jpg"]:
        assert Image.open(io.BytesIO(archive.read(file))).size == (320, 240)


def test_notes_and_purpose_come_along(sheet: Handout) -> None:
    archive = opened(sheet)
    assert archive.read("notes.txt").decode() == sheet.notes
    assert "Chỉ để giảng dạy, không để chẩn đoán." in archive.read("README.txt").decode()


def test_what_there_is_not_has_no_file(sheet: Handout) -> None:
    assert sheet.asked is not None
    asked = replace(sheet.asked, jpeg=b"", text="tai")
    names = opened(replace(sheet, asked=asked, notes=" ")).namelist()
    assert "description.txt" in names
    assert not {"query.jpg", "notes.txt"} & set(names)


def test_dates_tell_nothing_and_bytes_repeat(sheet: Handout) -> None:
    assert {entry.date_time[0] for entry in opened(sheet).infolist()} == {1980}
    assert handout_zip(sheet) == handout_zip(sheet)


@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-cmd", "'-cmd"), ("plain", "plain")],
)
def test_no_cell_is_a_formula(sheet: Handout, cell: str, written: str) -> None:
    cases = (replace(sheet.cases[0], caption=cell, similarity=-0.5),)
    (row,) = rows(replace(sheet, cases=cases), "cases.csv")
    assert row["caption"] == written
    assert row["similarity"] == "-0.5000"


def test_a_table_alone_holds_the_cases_in_order(handout: Handout) -> None:
    table = list(csv.DictReader(io.StringIO(handout_csv(handout).decode("utf-8-sig"), newline="")))
    assert [row["case_id"] for row in table] == [case.case_id for case in handout.cases]
    assert table[0]["alternative"] == "ear, left: retracted eardrum"
    assert table[1]["note"] == "Ask for the handle."
    assert {row["licence"] for row in table} == {"Apache-2.0"}
    assert "file" not in table[0]


def test_questions_tell_no_answer(handout: Handout) -> None:
    archive = opened(replace(handout, answers=False))
    assert archive.namelist() == ["README.txt", "cases.csv", "cases/01.jpg", "cases/02.jpg"]
    text = archive.read("cases.csv").decode("utf-8-sig")
    assert text.splitlines()[1] == "1,,Case 1,phantom,Apache-2.0,cases/01.jpg"
