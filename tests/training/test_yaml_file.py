"""Recipes as people write them: what is wrong in them is told with line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from entdemo.errors import UserError
from entdemo.training.config import Strict, read_yaml
from entdemo.training.yaml_file import read_yaml_file


class Anything(BaseModel):
    """Takes every field."""


class Model(Strict):
    """A recipe of two numbers."""

    seed: int
    stages: tuple[int, ...]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\n\tb: 2\n", "line 2, column 1"),
        ('a: 1\nfolder: "D:\\data"\n', "line 2, column 13"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "line 4, column 3: “c”"),
        ("a: 1\nb: 010\n", "line 2, column 4: “010”"),
        ("a: 1:30\n", "line 1, column 4: “1:30”"),
        ("a: 1\nb: x\0y\n", r"line 2, column 5: '\x00' is no text"),
        ("a: !!int ''\n", "line 1, column 4: “” cannot be read as “int”"),
        ("a: !!bool maybe\n", "line 1, column 4: “maybe” cannot"),
        ("a: !!timestamp today\n", "line 1, column 4: “today” cannot"),
        ("a: !!python/object:os.system x\n", "line 1, column 4: could not determine"),
        ("a: 1\n? [b]\n: 2\n", "line 2, column 3: found unhashable key"),
        ('a: 1\nb: "x\nc: 2\n', "line 2, column 4: found unexpected end of stream"),
        ("a: " + "[" * 2000, "line 1, column 44: there are more than 40 levels"),
        ("- " * 2000, "levels inside one another"),
        ("a: 1:30.5\n", "line 1, column 4: “1:30.5”"),
    ],
)
def test_a_mistake_has_its_line_and_column(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"r\.yaml") as raised:
        read_yaml(file, Anything)
    assert told in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_editors_are_read(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("a: họng\nb: 10\nc: 0.5\nd: -0\ne: 0\n", encoding)
    assert read_yaml_file(file).content == {"a": "họng", "b": 10, "c": 0.5, "d": 0, "e": 0}


def test_all_wrong_fields_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("seed: x\nstages: [010, 2, y]\nmore: 1\nmore: 2\n", "utf-8")
    with pytest.raises(UserError) as raised:
        read_yaml(file, Model)
    told = str(raised.value)
    assert "line 1, column 7, seed" in told
    assert "line 2, column 18, stages.2" in told
    assert "line 3, column 7, more" in told
    assert "line 2, column 10: “010”" in told
    assert "line 4, column 1: “more” appears a second time" in told


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_all_mistakes_of_form_and_wrong_values_are_told_at_once(end: str, tmp_path: Path) -> None:
    lines = (
        'folder: "D:\\data"',
        "seed: x",
        "a: b: c",
        "  d: 1",
        "stages: [1, 2",
        "more: @home",
        "less: 1",
        "\tthan: 1",
        "twice: 1\0",
        "twice: 2",
        'open: "never closed',
    )
    file = tmp_path / "r.yaml"
    file.write_bytes(end.join(lines).encode())
    with pytest.raises(UserError) as raised:
        read_yaml(file, Model)
    told = str(raised.value)
    for place in (
        "1, column 13", "2, column 7, seed", "3, column 5", "6, column 7", "8, column 1",
        "9, column 9", "10, column 1", "11, column 7",
    ):  # fmt: skip
        assert f"line {place}:" in told
    assert "line 4" not in told
    assert "required" not in told


def test_bytes_that_are_no_text_have_their_place(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_bytes("seed: 1\nname: họng ".encode() + b"\xe9\n")
    with pytest.raises(UserError, match="line 2, column 12: byte 0xe9 is no text"):
        read_yaml_file(file)
