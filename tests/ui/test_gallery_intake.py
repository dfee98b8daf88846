from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entdemo.errors import UserError
from entdemo.image.frame import load_frame
from entdemo.taxonomy import finding_key
from entdemo.ui.gallery_tab_intake import MOST, file_name, handed_in
from tests.helpers.ui_fakes import draw_frame


@pytest.fixture
def uploaded(upload_folder: Path) -> Any:
    """Put a file where uploads lie; its entry as the page sends it."""

    def upload(name: str, data: bytes | None = None, **fields: str) -> dict[str, Any]:
        folder = upload_folder / f"{len(list(upload_folder.iterdir())):04}"
        folder.mkdir()
        path = folder / "0123abcd"
        if data is None:
            draw_frame(path, "throat", shift=len(name))
        else:
            path.write_bytes(data)
        return {"path": str(path), "name": name, **fields}

    return upload


def test_a_form_for_each_picture(uploaded: Any, upload_folder: Path) -> None:
    files = [
        uploaded(
            "a.jpg", **{"class": "ear-left", "finding": "Thủng màng nhĩ", "caption_en": " A\nb"}
        ),
        uploaded(
            "a.jpg",
            **{"class": "throat", "finding": "a scar", "source": "own", "licence": "x"},
            group="7f",
        ),
    ]
    with handed_in({"files": files}) as (first, second):
        assert (first.class_name, first.finding, first.caption_en) == (
            "ear-left",
            "perforation",
            "A b",
        )
        assert (second.class_name, second.finding, second.source) == ("throat", "a scar", "own")
        assert first.name == second.name == "a.jpg"
        assert (first.group, second.group) == ("", "7f")
        assert load_frame(first.picture).rgb.shape == (240, 320, 3)
    assert not Path(str(first.picture)).exists()
    assert list(upload_folder.iterdir()) == []


LONG = "内視鏡検査で撮影した左の声帯" * 9
"""Of a Windows disk, which counts letters; in UTF-8 it has 378 bytes."""


@pytest.mark.parametrize("name", [f"{LONG}.jpg", f"{LONG}", "\ud83d" * 90 + ".jpg", "họng" * 70])
def test_names_longer_than_this_disk_takes_are_cut(uploaded: Any, name: str) -> None:
    fields = {"class": "throat"}
    with handed_in({"files": [uploaded(name, **fields), uploaded(name, **fields)]}) as cases:
        assert all(Path(str(case.picture)).is_file() for case in cases)
        assert Path(str(cases[0].picture)).suffix == Path(name).suffix


def test_a_table_names_pictures_by_their_long_names(uploaded: Any) -> None:
    names = [f"{LONG}{number}.JPG" for number in range(2)]
    table = f"file;class\n{names[1].lower()};ear-left\n{names[0]};throat\n".encode()
    files = [uploaded(name) for name in names]
    with handed_in({"files": files, "table": uploaded("list.csv", table)}) as cases:
        assert {case.class_name for case in cases} == {"ear-left", "throat"}
        assert len({case.name for case in cases}) == 2


def test_a_table_describes_the_pictures(uploaded: Any) -> None:
    table = "file;class;caption_vi\nb.png;EAR_RIGHT;Tai\na.jpg;throat;Họng\n".encode()
    data = {
        "files": [uploaded("a.jpg"), uploaded("C:\\pictures\\b.png")],
        "table": uploaded("list.csv", table),
    }
    with handed_in(data) as cases:
        assert [(case.name, case.class_name, case.caption_vi) for case in cases] == [
            ("a.jpg", "throat", "Họng"),
            ("b.png", "ear-right", "Tai"),
        ]


@pytest.mark.parametrize(
    ("names", "table", "sentence"),
    [
        (["a.jpg", "x/a.jpg"], "file,class\na.jpg,throat\n", "Two pictures are called “a.jpg”"),
        (["a.jpg"], "file,class\nb.jpg,throat\n", "b.jpg"),
        (["a.jpg"], "file,class\na.jpg,knee\n", "knee"),
        (["a.jpg"], "file\na.jpg\n", "has no class"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(
    uploaded: Any, names: list[str], table: str, sentence: str
) -> None:
    data = {"files": [uploaded(n) for n in names], "table": uploaded("t.csv", table.encode())}
    with pytest.raises(UserError, match=sentence), handed_in(data):
        pass


def test_a_class_is_needed(uploaded: Any) -> None:
    data = {"files": [uploaded("a.jpg", **{"class": "knee"})]}
    with pytest.raises(UserError, match=r"class for “a\.jpg”"), handed_in(data):
        pass


@pytest.mark.parametrize("files", [None, [], "a", ["a"]])
def test_nothing_handed_in_is_said(files: Any) -> None:
    with pytest.raises(UserError, match="one picture or more"), handed_in({"files": files}):
        pass


def test_too_many_at_once_are_refused() -> None:
    data = {"files": [{}] * (MOST + 1)}
    with pytest.raises(UserError, match=f"more than {MOST}"), handed_in(data):
        pass


def test_no_other_file_of_the_computer_is_taken(upload_folder: Path, tmp_path: Path) -> None:
    outside = draw_frame(tmp_path / "outside.jpg", "throat")
    data = {"files": [{"path": str(outside), "name": "a.jpg", "class": "throat"}]}
    with pytest.raises(UserError) as caught, handed_in(data):
        pass
    assert caught.value.key == "ui.upload_lost"
    assert outside.exists()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.jpg", "a.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\b.png", "b.png"),
        (".hidden", "hidden"),
        ("..", "picture"),
        ("", "picture"),
        (None, "picture"),
    ],
)
def test_a_name_stays_within_its_folder(given: object, name: str) -> None:
    assert file_name(given) == name


def test_findings_are_known_in_both_languages() -> None:
    assert finding_key("ear", "Perforated eardrum") == "perforation"
    assert finding_key("ear", "perforation") == "perforation"
    assert finding_key("ear", "polyp mũi") == "polyp mũi"
