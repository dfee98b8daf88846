"""``handout``: the shipped gallery's cases as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pptx import Presentation
from pypdf import PdfReader
from typer.testing import CliRunner

from entdemo.cli.main import app
from entdemo.errors import UserError
from entdemo.settings import DEFAULT_GALLERY


def run(*arguments: str | Path) -> str:
    given = ["handout", *map(str, arguments), "--gallery", str(DEFAULT_GALLERY)]
    result = CliRunner().invoke(app, given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_slides_and_pdf_of_the_same_draw(tmp_path: Path) -> None:
    drawn = ["--finding", "wax", "--n", "2", "--language", "vi"]
    slides, pdf = tmp_path / "wax.pptx", tmp_path / "wax.pdf"
    told = json.loads(run(slides, *drawn, "--json"))
    assert told["file"] == str(slides)
    shown = [slide.shapes.title.text for slide in Presentation(slides).slides]
    assert shown[0] == "Ca giảng dạy"
    assert len(shown) == 1 + 2 * len(told["cases"]) == 5
    run(pdf, *told["cases"], "--title", "Ráy tai", "--language", "vi", "--no-answers")
    text = PdfReader(pdf).pages[0].extract_text()
    assert "Ráy tai" in text
    assert text.count("Bạn thấy gì?") == 2


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    there = tmp_path / "cases.csv"
    there.write_text("mine")
    with pytest.raises(UserError, match="cases"):
        run(there, "--n", "1")
    assert there.read_text() == "mine"


def test_a_collection_brings_order_notes_and_title(tmp_path: Path) -> None:
    csv = tmp_path / "cases.csv"
    ids = json.loads(run(csv, "--n", "2", "--json"))["cases"]
    entries = [{"case_id": ids[1], "note": "nón sáng"}, {"case_id": ids[0]}, {"case_id": "gone"}]
    collection = tmp_path / "collection.json"
    collection.write_text(json.dumps({"name": "Monday", "cases": entries}), "utf-8")
    slides = tmp_path / "monday.pptx"
    told = json.loads(run(slides, "--collection", collection, "--json"))
    assert told["cases"] == ids[::-1]
    shown = list(Presentation(slides).slides)
    assert shown[0].shapes.title.text == "Monday"
    assert any("nón sáng" in it.text_frame.text for it in shown[2].shapes if it.has_text_frame)
