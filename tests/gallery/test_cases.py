"""``cases.csv`` as people hand it back from a spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entdemo.errors import UserError
from entdemo.gallery.cases import COLUMNS, Case, read_cases, write_cases
from entdemo.storage.table import tidy
from entdemo.taxonomy import CLASSES

CASES = [
    Case("c-1", "frames/c-1.jpg", "ear-left", "redness", "red; hot, sore", "màng nhĩ đỏ", "x", "y"),
    Case("c-2", "frames/c-2.jpg", "vc-open", caption_vi='dây thanh "mở"', group="g-1"),
]


def refusal(data: bytes | str) -> UserError:
    with pytest.raises(UserError) as caught:
        read_cases(data.encode() if isinstance(data, str) else data)
    assert caught.value.text("vi")
    return caught.value


def test_round_trip() -> None:
    assert read_cases(write_cases(CASES)) == CASES
    assert write_cases(read_cases(write_cases(CASES))) == write_cases(CASES)
    assert read_cases(write_cases([])) == []


def test_excel_shows_vietnamese() -> None:
    assert write_cases(CASES).startswith(b"\xef\xbb\xbfcase_id,file,class,")


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(tidy)


@given(st.lists(st.tuples(st.sampled_from(CLASSES), text, text, text), max_size=5))
def test_any_text_survives(rows: list[tuple[str, str, str, str]]) -> None:
    cases = [Case(f"c-{n}", f"frames/{n}.png", *row) for n, row in enumerate(rows)]
    assert read_cases(write_cases(cases)) == cases


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_spreadsheet_variants(encoding: str, line_end: str, mark: str) -> None:
    lines = [
        mark.join(["class", "caption_vi", "case_id", "file", "finding"]),
        mark.join([" EAR-left ", '"màng nhĩ đỏ, sưng; đau"', "c-1", "frames/c-1.jpg", "redness"]),
        mark.join(["", "", "", "", ""]),
        mark.join(["vc_open", "", "c-2", "frames\\c-2.jpg", ""]),
        "",
    ]
    first, second = read_cases(line_end.join(lines).encode(encoding))
    assert first == Case(
        "c-1", "frames/c-1.jpg", "ear-left", "redness", caption_vi="màng nhĩ đỏ, sưng; đau"
    )
    assert second == Case("c-2", "frames/c-2.jpg", "vc-open")


def test_separator_line_and_empty_columns() -> None:
    assert read_cases(b"sep=;\r\ncase_id;file;class;;\r\nc-1;frames/a.jpg;throat;;\r\n") == [
        Case("c-1", "frames/a.jpg", "throat")
    ]


def test_one_row_of_many_blank_cells_does_not_widen_the_others() -> None:
    wide = "c-0,frames/0.jpg,throat" + "," * 1_000_000
    others = [f"c-{row},frames/{row}.jpg,throat" for row in range(1, 3_000)]
    assert len(read_cases("\n".join(["case_id,file,class", wide, *others]).encode())) == 3_000


def test_line_ends_in_a_cell_and_decomposed_letters() -> None:
    data = 'case_id,file,class,caption_vi\r\nc-1,frames/a.jpg,throat,"ho\u0323ng\r\nđo\u0309 "\r\n'
    assert read_cases(data.encode())[0].caption_vi == "họng đỏ"


HEADER = "case_id,file,class,caption_en\n"
WRONG = {
    "no class": ("c-1,frames/a.jpg,nose-up,", "row 2, column “class”: “nose-up”"),
    "blank class": ("c-1,frames/a.jpg,,", "row 2, column “class”"),
    "second row": (
        "c-1,frames/a.jpg,throat,\n\nc-2,frames/b.jpg,thrat,",
        "row 4, column “class”: “thrat”",
    ),
    "climbing out": ("c-1,frames/../a.jpg,throat,", "row 2, column “file”"),
    "elsewhere": ("c-1,/etc/passwd,throat,", "row 2, column “file”"),
    "a drive": ("c-1,C:\\frames\\a.jpg,throat,", "row 2, column “file”"),
    "hidden": ("c-1,frames/.a.jpg,throat,", "row 2, column “file”"),
    "no id": (",frames/a.jpg,throat,", "row 2, column “case_id”"),
    "markup in id": ("<b>,frames/a.jpg,throat,", "row 2, column “case_id”"),
    "same id": ("c-1,frames/a.jpg,throat,\nc-1,frames/b.jpg,throat,", "row 3, column “case_id”"),
    "unquoted comma": (
        "c-1,frames/a.jpg,throat,red, sore",
        "row 2, column 5: there are more",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_name_row_and_column(name: str) -> None:
    rows, sentence = WRONG[name]
    message = refusal(HEADER + rows).text("en")
    assert sentence in message
    assert "\n" not in message


def test_all_wrong_rows_are_told_at_once() -> None:
    rows = "c-1,frames/a.jpg,thrat,\nc-2,b.jpg,ear-left,\nc-2,frames/c.jpg,throat,\n"
    told = str(refusal(HEADER + rows))
    assert "There are 3 mistakes." in told
    assert all(f"row {row}, column" in told for row in (2, 3, 4))
    more = str(refusal(f"{HEADER}c-1,frames/a.jpg,throat,a,b\nc-2,frames/b.jpg,throat,a,b\n"))
    assert "row 2" in more
    assert "row 3" in more


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "table.empty"),
        (b"case_id,file\nc-1,frames/a.jpg\n", "table.column_missing"),
        (b"case_id,file,class,colour\n", "table.column"),
        (b"case_id,file,class,class\n", "table.column_twice"),
        ("case_id,file,class,caption_vi\nc-1,frames/a.jpg,throat,é".encode("cp1252"),
         "table.encoding"),
        (b"case_id,file,class\nc-1,frames/a.jpg," + b"x" * 200_000, "table.damaged"),
        (b"\xff\xfea", "table.encoding"),
    ],
)  # fmt: skip
def test_unreadable_tables(data: bytes, key: str) -> None:
    assert refusal(data).key == key


@given(st.binary(max_size=200))
def test_random_bytes_only_raise_user_errors(data: bytes) -> None:
    for content in (data, HEADER.encode() + data):
        try:
            cases = read_cases(content)
        except UserError:
            continue
        assert all(case.class_name in CLASSES for case in cases)


def test_columns_are_the_fields() -> None:
    assert [name.replace("class_name", "class") for name in Case._fields[:-1]] == list(COLUMNS)
    assert CASES[0]._replace(class_name="vc-closed").region == "vocal-cords"
