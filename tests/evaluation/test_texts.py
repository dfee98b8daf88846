"""Labelled sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entdemo.errors import UserError
from entdemo.evaluation.texts import Sentence, evaluate_texts, read_sentences
from tests.helpers.evaluation_fakes import fake_encoder


def write(folder: Path, *rows: object) -> Path:
    file = folder / "texts.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    return file


def test_figures_by_hand(tmp_path: Path) -> None:
    """The fake takes a text for the class that it names, otherwise for throat."""
    file = write(
        tmp_path,
        {"text": "ear-left: ráy tai", "class": "ear-left", "lang": "vi"},
        {"text": "ear-right", "class": "ear-left", "region": "ear"},
        {"text": "a red fold", "class": "nose-left"},
        "",
        {"text": "vc-open", "class": None, "region": "vocal-cords"},
        {"text": "vc-open", "region": "nose"},
        {"text": "colon polyp", "about": False},
        {"text": "a right ear of corn", "about": False},
    )
    told: list[tuple[int, int]] = []
    report = evaluate_texts(fake_encoder(), file, lambda done, total: told.append((done, total)))
    assert report.to_json() == {
        "n": 7,
        "accuracy": pytest.approx(1 / 3),
        "region_accuracy": pytest.approx(3 / 5),
        "region_accuracy_by_language": {"en": pytest.approx(2 / 4), "vi": 1},
        "refused": 0,
        "refused_by_language": {"en": 0, "vi": 0},
        "recognised": pytest.approx(1 / 2),
        "recognised_by_language": {"en": pytest.approx(1 / 2), "vi": None},
        "elsewhere": 2,
    }
    assert told == [(7, 7)]


def test_regions_alone_have_no_accuracy(tmp_path: Path) -> None:
    file = write(tmp_path, {"text": "sore", "class": None, "region": "throat"})
    report = evaluate_texts(fake_encoder(), file)
    assert (report.n, report.accuracy, report.region_accuracy) == (1, None, 1)
    assert report.region_accuracy_by_language == {"en": 1, "vi": None}
    assert report.recognised is None


def test_texts_about_something_else_alone_have_no_other_figure(tmp_path: Path) -> None:
    file = write(tmp_path, {"text": "banana", "about": False})
    report = evaluate_texts(fake_encoder(), file)
    assert (report.recognised, report.region_accuracy, report.refused) == (1, None, None)


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("{not json", "evaluation.line"),
        ([1, 2], "evaluation.line"),
        ({"class": "throat"}, "evaluation.line"),
        ({"text": "  ", "class": "throat"}, "evaluation.line"),
        ({"text": 5, "class": "throat"}, "evaluation.line"),
        ({"text": "x", "class": "thraot"}, "evaluation.line_value"),
        ({"text": "x", "class": ["throat"]}, "evaluation.line_value"),
        ({"text": "x", "region": "larynx"}, "evaluation.line_value"),
        ({"text": "x", "class": "throat", "region": "ear"}, "evaluation.line_value"),
        ({"text": "x"}, "evaluation.line_unlabelled"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, row: object, key: str) -> None:
    file = write(tmp_path, {"text": "fine", "class": "throat"}, "", row)
    with pytest.raises(UserError) as caught:
        read_sentences(file)
    assert caught.value.key == key
    assert "line 3" in caught.value.text("en")
    assert "dòng 3" in caught.value.text("vi")


def test_all_bad_lines_are_named_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, "{", {"text": "fine", "class": "throat"}, {"text": "x"})
    with pytest.raises(UserError) as caught:
        read_sentences(file)
    told = str(caught.value)
    assert "line 1, column" in told
    assert "line 3, column 1: neither class nor region" in told
    assert "line 2" not in told


SENTENCES = [
    Sentence("wax in the left ear", "ear", "ear-left"),
    Sentence("thủng màng nhĩ; tai", "ear", None),
    Sentence("banana", None, None),
]
TABLE = """text,class,region,about
wax in the left ear,Ear Left,,
thủng màng nhĩ; tai,,ear,
banana,,,no
"""
LINES = """{"text": "wax in the left ear", "class": "Ear Left"}

{"text": "thủng màng nhĩ; tai", "region": "ear"}
{"text": "banana", "about": false}
"""
ARRAY = f"[{','.join(filter(str.strip, LINES.splitlines(keepends=True)))}]"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", LINES),
        ("a.json", ARRAY),
        ("a.csv", TABLE),
        ("a.TSV", TABLE.replace(",", "\t")),
        ("a.csv", TABLE.replace("\n", "\r\n")),
    ],
)
def test_files_of_editors_and_spreadsheets_are_read(
    name: str, text: str, encoding: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert read_sentences(tmp_path / name) == SENTENCES


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "text,class\nfine,throat\nx,thraot\n", "line 3, column 1: “thraot”"),
        ("a.csv", "words,class\n", "column “words”"),
        ("a.json", '[{"text": "fine", "class": "throat"},\n\n {"text": "x"}]', "line 3"),
        ("a.jsonl", '{"text": "wax\\ud800", "class": "throat"}', "line 1"),
    ],
)
def test_a_mistake_in_any_of_them_has_its_line(
    name: str, text: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(UserError, match=told):
        read_sentences(tmp_path / name)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for name, content, key in [
        ("empty.jsonl", b"\n\n", "evaluation.no_lines"),
        ("latin.jsonl", '{"text": "é"}'.encode("latin-1"), "evaluation.not_utf8"),
        ("missing.jsonl", None, "evaluation.no_file"),
    ]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError) as caught:
            read_sentences(tmp_path / name)
        assert caught.value.key == key
