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
        ("a: !!int ''\n", "is not a YAML file"),
        ("a: !!bool maybe\n", "is not a YAML file"),
        ("a: !!timestamp today\n", "is not a YAML file"),
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
