"""A quotation mark that makes a row unreadable is told with its line and column."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entdemo.errors import UserError
from entdemo.storage.quotation import damaged_row
from entdemo.storage.table import read_any_table

HEADER = "file,caption\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f'{HEADER}a.jpg,"red\nb.jpg,pale\n', (2, 2, 7)),
        (f'{HEADER}a.jpg,"red" throat\n', (2, 2, 7)),
        (f'{HEADER}a.jpg,"in ""two""\nlines"\n"b.jpg","x"y\n', (3, 4, 9)),
        (f'{HEADER}"a.jpg","x\r\ny",\r\nb.jpg,5" wide,"z\r\n', (3, 4, 15)),
        ('sep=;\nfile;caption\na.jpg;"red\n', (2, 3, 7)),
        ('\ufefffile,"caption\na.jpg,red\n', (1, 1, 6)),
    ],
)
def test_its_place_is_told(text: str, place: tuple[int, int, int]) -> None:
    with pytest.raises(UserError, match="cannot be read") as raised:
        list(read_any_table(text.encode(), "captions.csv"))
    assert tuple(raised.value.values[it] for it in ("row", "line", "column")) == place


@given(st.text('",\r\na', max_size=30), st.integers(1, 9))
def test_every_text_has_a_place(text: str, line: int) -> None:
    told = str(damaged_row("t.csv", 1, text, line))
    assert re.search(r"\(line [1-9]\d*, column [1-9]\d*\)", told)
