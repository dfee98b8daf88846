"""The ENTRep reader against a miniature folder with the real one's traps."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from entdemo.data.entrep import EntrepSet, is_entrep, read_entrep
from entdemo.errors import UserError
from entdemo.storage.skipped import skipped_lines
from entdemo.taxonomy import CLASSES
from tests.helpers.entrep_folder import (
    EntrepFolder,
    add_broken,
    on_disk,
    write_entrep,
    write_json,
)
from tests.helpers.evaluation_fakes import coloured


@pytest.fixture
def folder(tmp_path: Path) -> EntrepFolder:
    return write_entrep(tmp_path / "Dataset", coloured(14, 0), coloured(7, 100), coloured(5, 200))


def by_name(found: EntrepSet) -> dict[str, object]:
    return {item.file.name: item for item in found.items}


def test_both_spellings_are_found_and_copies_merged(folder: EntrepFolder) -> None:
    found = read_entrep(folder.path)
    assert len(found.items) == 14 + 7
    names = {item.file.name for item in found.items}
    assert names == {on_disk(name) for name in [*folder.train, *folder.public]}
    assert found.report.copies == 1
    assert found.report.skipped == []
    assert found.report.classes == dict.fromkeys(CLASSES, 3)


def test_numbers_repeat_and_join_but_are_not_kept(folder: EntrepFolder) -> None:
    items = by_name(read_entrep(folder.path))
    groups = [items[on_disk(name)].group for name in folder.train]
    assert groups[0] == groups[1] != groups[2]
    assert len(set(groups)) == 7
    assert all(group.startswith("g-") and len(group) < 5 for group in groups)


def test_examinations_that_share_a_picture_are_one(folder: EntrepFolder) -> None:
    imgs = folder.path / "train" / "imgs"
    shutil.copy(imgs / on_disk(folder.train[2]), imgs / on_disk(folder.copies[0]))
    labels = json.loads((folder.path / "train" / "cls.json").read_text("utf-8"))
    labels[folder.copies[0]] = labels[folder.train[2]]
    labels["30000000_copy_image02.png"] = labels[folder.train[0]]
    shutil.copy(imgs / on_disk(folder.train[0]), imgs / "30000000_copy_Image02.png")
    write_json(folder.path / "train" / "cls.json", labels)
    items = by_name(read_entrep(folder.path))
    groups = {items[on_disk(name)].group for name in folder.train[:4]}
    assert len(groups) == 1, "one examination's two copies tie both of the others together"


def test_captions_are_one_line_in_either_language(folder: EntrepFolder) -> None:
    items = by_name(read_entrep(folder.path))
    first, second = (items[on_disk(name)] for name in folder.public[:2])
    assert first.caption_en is None
    assert second.caption_en.endswith("case 1. blurred image")
    assert second.caption_vi == f"Ảnh {second.class_name}; Ảnh mờ"
    train = [items[on_disk(name)] for name in folder.train[:4]]
    assert train[0].caption_en == f"A {train[0].class_name}, case 0."
    assert [bool(item.caption_en) for item in train] == [True, False, True, False]
    assert [bool(item.caption_vi) for item in train] == [True, False, False, True]


def test_pairs_phrases_and_lists(folder: EntrepFolder) -> None:
    found = read_entrep(folder.path)
    assert len(found.i2i) == 14
    assert found.i2i[0] == tuple(
        folder.path / "train" / "imgs" / on_disk(folder.train[index]) for index in (0, 7)
    )
    assert len(found.t2i) == 7 + 5
    repeated = [phrase for phrase, _ in found.t2i if phrase == f"Ảnh {CLASSES[0]}"]
    assert repeated, "the phrase is as it was written"
    assert found.tests[1] == folder.test
    assert found.tests[2] == folder.test[1:]
    assert found.tests[3] == folder.phrases


def test_a_phrase_that_repeats_as_a_key_is_not_lost(folder: EntrepFolder) -> None:
    first, second = folder.train[:2]
    (folder.path / "train" / "t2i.json").write_text(f'{{"wax": "{first}", "wax": "{second}"}}')
    found = read_entrep(folder.path)
    assert [phrase for phrase, _ in found.t2i] == ["wax", "wax"]
    items = by_name(found)
    assert [items[on_disk(name)].caption_en for name in (first, second)] == ["wax", "wax"]


def test_what_is_skipped_is_told_with_its_reason(folder: EntrepFolder) -> None:
    add_broken(folder)
    found = read_entrep(folder.path)
    assert len(found.items) == 21
    reasons = {entry.name: entry.reason for entry in found.report.skipped}
    assert {name: reason.key for name, reason in reasons.items()} == {
        "train/900000_gone_image01.png": "frame.missing",
        "train/900001_broken_Image01.png": "frame.truncated",
        "train/900002_odd_Image01.png": "entrep.unknown_class",
    }
    assert all(reason.text("vi") != reason.text("en") for reason in reasons.values())
    told = "\n".join([*found.report.lines(), *skipped_lines(found.report.skipped)])
    assert "“larynx”" in told
    assert "21 distinct frames" in told
    assert "train/cls.json 18" in told
    numbers = {name.split("_")[0] for name in [*folder.train, *folder.public]}
    assert not any(number in told for number in numbers)


def test_many_of_a_kind_are_counted(folder: EntrepFolder) -> None:
    file = folder.path / "train" / "cls.json"
    labels = json.loads(file.read_text("utf-8"))
    write_json(file, labels | {f"{index}_gone.png": "throat" for index in range(29)})
    lines = list(skipped_lines(read_entrep(folder.path).report.skipped))
    assert len(lines) == 21
    assert lines[-1] == "Skipped for the same reason: 9 more."


def test_copies_of_two_classes_are_left_out(folder: EntrepFolder) -> None:
    file = folder.path / "train" / "cls.json"
    labels = json.loads(file.read_text("utf-8"))
    labels[folder.copies[0]] = "throat"
    write_json(file, labels)
    found = read_entrep(folder.path)
    assert [entry.reason.key for entry in found.report.skipped] == ["entrep.two_classes"]
    assert on_disk(folder.train[0]) not in by_name(found)
    assert len(found.i2i) == 12, "no pair points to a frame that is not there"


def test_numbers_stand_for_classes_in_the_official_order(folder: EntrepFolder) -> None:
    file = folder.path / "train" / "cls.json"
    labels = json.loads(file.read_text("utf-8"))
    write_json(file, {name: CLASSES.index(label) for name, label in labels.items()})
    found = by_name(read_entrep(folder.path))
    assert [found[on_disk(name)].class_name for name in folder.train[:7]] == list(CLASSES)


def test_names_lead_nowhere_outside(folder: EntrepFolder) -> None:
    (folder.path / "secret.png").write_bytes(b"x")
    write_json(folder.path / "train" / "cls.json", {"../../secret.png": "throat"})
    reasons = [entry.reason.key for entry in read_entrep(folder.path).report.skipped]
    assert reasons[0] == "frame.missing"


@pytest.mark.parametrize("name", ["train/cls.json", "public/data.json", "test/i2i.csv"])
def test_an_empty_file_is_told(folder: EntrepFolder, name: str) -> None:
    for content in ("", " \n", *(["[]"] if name.endswith("json") else [])):
        (folder.path / name).write_text(content)
        with pytest.raises(UserError, match=f"{name} is empty"):
            read_entrep(folder.path)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("train/cls.json", b"{", "entrep.not_json"),
        ("train/cls.json", b'["a"]', "entrep.shape"),
        ("train/cls.json", b"7", "entrep.shape"),
        ("train/cls.json", b"\xff\xfe{", "evaluation.not_utf8"),
        ("public/data.json", b'{"Path": "a"}', "entrep.shape"),
        ("public/data.json", b'["a"]', "entrep.shape"),
    ],
)
def test_a_damaged_file_is_told(folder: EntrepFolder, name: str, content: bytes, key: str) -> None:
    (folder.path / name).write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_entrep(folder.path)
    assert caught.value.key == key
    assert name in caught.value.text("vi")


def test_all_damaged_files_are_told_at_once_with_line_and_column(folder: EntrepFolder) -> None:
    for name, content in {
        "train/cls.json": '{"a.png": "throat",\n "b.png" 7}',
        "train/i2i.json": "[]",
        "public/data.json": '["a"]',
        "test/cls.csv": '"a.png',
    }.items():
        (folder.path / name).write_text(content)
    with pytest.raises(UserError) as caught:
        read_entrep(folder.path)
    told = str(caught.value)
    assert "There are 4 mistakes." in told
    assert "train/cls.json, line 2, column 10" in told
    assert all(name in told for name in ("train/i2i.json", "public/data.json", "test/cls.csv"))


def test_what_is_skipped_has_its_place(folder: EntrepFolder) -> None:
    file = folder.path / "train" / "cls.json"
    labels = json.loads(file.read_text("utf-8"))
    write_json(file, {**labels, "gone_image01.png": "throat"})
    (gone,) = [it for it in read_entrep(folder.path).report.skipped if "gone_" in it.name]
    line = file.read_text("utf-8").splitlines().index(' "gone_image01.png": "throat"') + 1
    assert gone.place == f"train/cls.json, {line}:2"
    assert f"({gone.place})" in next(skipped_lines([gone]))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_that_an_editor_saved_again_are_read(folder: EntrepFolder, encoding: str) -> None:
    before = read_entrep(folder.path).items
    for name in ("train/cls.json", "public/data.json", "test/cls.csv"):
        file = folder.path / name
        file.write_bytes(file.read_text("utf-8").replace("\n", "\r\n").encode(encoding))
    assert read_entrep(folder.path).items == before


def test_records_without_a_path_are_skipped(folder: EntrepFolder) -> None:
    write_json(folder.path / "public" / "data.json", [{"Classification": "throat"}])
    assert [entry.reason.key for entry in read_entrep(folder.path).report.skipped] == [
        "entrep.no_path"
    ]


def test_no_folder_no_files_no_frames(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no folder"):
        read_entrep(tmp_path / "none")
    with pytest.raises(UserError, match="no ENTRep folder"):
        read_entrep(tmp_path)
    (tmp_path / "train").mkdir()
    write_json(tmp_path / "train" / "cls.json", {"1_image01.png": "throat"})
    with pytest.raises(UserError, match=r"1_image01\.png"):
        read_entrep(tmp_path)


def test_parts_may_be_missing(folder: EntrepFolder) -> None:
    shutil.rmtree(folder.path / "public")
    shutil.rmtree(folder.path / "test")
    assert is_entrep(folder.path)
    found = read_entrep(folder.path)
    assert len(found.items) == 14
    assert found.tests == {}
