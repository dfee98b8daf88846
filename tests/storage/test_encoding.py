"""A byte that is no text is told with its line and column, in whatever file it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from entdemo.data.entrep.files import read_list, read_pairs
from entdemo.errors import UserError
from entdemo.evaluation.texts import read_sentences
from entdemo.storage.table import read_any_table
from entdemo.training.yaml_file import read_yaml_file

READERS: dict[str, Callable[[Path], object]] = {
    "table": lambda file: list(read_any_table(file.read_bytes(), file.name)),
    "sentences": read_sentences,
    "ENTRep list": lambda file: read_list(file.parent, file.name),
    "ENTRep JSON": lambda file: read_pairs(file.parent, file.name),
    "recipe": read_yaml_file,
}
WRONG = {
    "latin-1": ("a\nhọng ".encode() + "đỏ é".encode("cp1258", "ignore"), "line 2, column 6"),
    "behind a mark": ("\ufeffa\r\nb".encode() + b"\xe9", "line 2, column 2"),
    "half of a UTF-16 pair": ("a\nb".encode("utf-16") + b"\x00\xd8a\0", "line 2, column 2"),
    "far in": ("họng\n".encode() * 9_000 + b"\xff", "line 9001, column 1"),
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("reader", READERS)
def test_a_byte_that_is_no_text_has_its_place(reader: str, kind: str, tmp_path: Path) -> None:
    data, place = WRONG[kind]
    (tmp_path / "it").write_bytes(data)
    with pytest.raises(UserError, match=f"it, {place}: byte 0x") as caught:
        READERS[reader](tmp_path / "it")
    assert "byte 0x" in caught.value.text("vi")
