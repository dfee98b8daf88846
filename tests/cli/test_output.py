"""What other people wrote is printed as it is written, and steers no terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from entdemo.cli.output import out, rows, tell_taken
from entdemo.errors import UserError
from entdemo.storage.skipped import Skipped

WRITTEN = ["polyp [left] of the cord [see note]", "scar [/b] old", "[bold red]x", ":pill: [1]"]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_looks_like_markup_is_printed_as_written(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Console(markup=False, emoji=False, width=200).print(rows("", ["caption"], [[text]]))
    out.print(text)
    tell_taken(3, [Skipped(text, UserError("text.empty"))])
    told = capsys.readouterr()
    assert told.out.count(text) == 2
    assert text in told.err
    assert "Taken: 3. Left out: 1." in told.err


def test_control_characters_are_left_away() -> None:
    file = io.StringIO()
    Console(file=file, width=200).print(rows("", ["caption"], [["a\x1b[31mb\x07\u202ec"]]))
    assert "a[31mbc" in file.getvalue()
    assert "\x1b" not in file.getvalue()
