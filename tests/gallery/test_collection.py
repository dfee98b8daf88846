from __future__ import annotations

import json
from pathlib import Path

import pytest

from entdemo.errors import DataError, StorageError
from entdemo.gallery import collection
from entdemo.gallery.collection import (
    Collection,
    Entry,
    Shelf,
    load_collection,
    read_collection,
    write_collection,
)

EARS = Collection(name="Tai, tuần 1", cases=(Entry(case_id="c-2", note="cán búa"),))


def test_a_file_gives_the_collection_back() -> None:
    assert read_collection(write_collection(EARS)) == EARS
    assert "cán búa" in write_collection(EARS).decode()


def test_a_case_counts_once_in_its_first_place() -> None:
    given = {"name": " x ", "cases": [{"case_id": it} for it in ("b", "a", "b")]}
    found = read_collection(json.dumps(given).encode())
    assert (found.name, [it.case_id for it in found.cases]) == ("x", ["b", "a"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x", "cases": [{"case_id": "../etc"}]},
        {"name": "x", "cases": [{"case_id": "a", "note": "n" * 1001}]},
        {"name": "x", "cases": [{"case_id": f"c-{n}"} for n in range(201)]},
        {"name": "x", "format": 2},
        {"name": "x", "more": 1},
        [],
    ],
)
def test_what_is_none_is_told(wrong: object) -> None:
    with pytest.raises(DataError) as caught:
        read_collection(json.dumps(wrong).encode())
    assert caught.value.key == "collection.none"


def test_a_file_that_is_not_there_or_too_large_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_collection(tmp_path / "none.json")
    assert caught.value.key == "collection.unreadable"
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (collection.MOST_BYTES + 1))
    with pytest.raises(DataError) as caught:
        load_collection(large)
    assert caught.value.key == "collection.none"


def test_a_shelf_keeps_replaces_and_forgets(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "kept")
    assert shelf.all() == []
    shelf.keep(EARS)
    shelf.keep(Collection(name="../nose"))
    shelf.keep(EARS.model_copy(update={"cases": ()}))
    assert [(it.name, len(it.cases)) for it in shelf.all()] == [("../nose", 0), (EARS.name, 0)]
    assert {file.parent for file in tmp_path.rglob("*.json")} == {tmp_path / "kept"}
    shelf.remove(EARS.name)
    shelf.remove("nobody")
    assert [it.name for it in Shelf(tmp_path / "kept").all()] == ["../nose"]


def test_a_damaged_file_hides_no_other(tmp_path: Path) -> None:
    Shelf(tmp_path).keep(EARS)
    (tmp_path / "x.json").write_text("{")
    assert Shelf(tmp_path).all() == [EARS]


def test_a_full_shelf_and_a_folder_that_is_none_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection, "MOST_KEPT", 1)
    Shelf(tmp_path).keep(EARS)
    Shelf(tmp_path).keep(EARS)
    with pytest.raises(DataError, match="1 collections"):
        Shelf(tmp_path).keep(Collection(name="other"))
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        Shelf(tmp_path / "file").keep(EARS)
