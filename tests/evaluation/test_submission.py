"""Submissions to the three tracks, and the validator of them."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from entdemo.cli import main as cli
from entdemo.cli import submit as commands
from entdemo.data.dataset import Item
from entdemo.errors import UserError
from entdemo.evaluation.encode import encode_items
from entdemo.evaluation.pool import pool_of
from entdemo.evaluation.retrieval import without
from entdemo.evaluation.submission import answer_track, picture_pool, write_submission
from entdemo.evaluation.submission_check import validate_submission
from entdemo.taxonomy import CLASSES
from tests.helpers.entrep_folder import EntrepFolder, on_disk, write_entrep
from tests.helpers.evaluation_fakes import coloured, fake_encoder

pytestmark = pytest.mark.usefixtures("colour_alone")


@pytest.fixture
def folder(tmp_path: Path) -> EntrepFolder:
    return write_entrep(tmp_path / "Dataset", coloured(7, 0), coloured(7, 100), coloured(21, 200))


def picture(folder: EntrepFolder, name: str) -> Path:
    return folder.path / "test" / "imgs" / on_disk(name)


def zipped(path: Path, content: object, name: str = "track1.json") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content if isinstance(content, str) else json.dumps(content))
    return path


def keys(problems: list[UserError]) -> list[str]:
    assert all(problem.text("en") and problem.text("vi") for problem in problems)
    return [problem.key for problem in problems]


def test_track_1_numbers_the_classes_in_the_official_order(folder: EntrepFolder) -> None:
    answers = answer_track(fake_encoder(), folder.path, 1)
    assert list(answers) == folder.test
    assert list(answers.values()) == [index % 7 for index in range(21)]
    assert all(type(answer) is int for answer in answers.values())


def test_track_2_finds_another_frame_of_the_list(folder: EntrepFolder) -> None:
    told: list[tuple[int, int]] = []
    answers = answer_track(fake_encoder(), folder.path, 2, lambda *done: told.append(done))
    listed = folder.test[1:]
    assert list(answers) == listed
    assert told[-1] == (20, 20)
    for query, answer in answers.items():
        assert answer in listed
        assert answer != query
        assert folder.test.index(answer) % 7 == folder.test.index(query) % 7


def test_track_2_ranks_as_evaluate_ranks(folder: EntrepFolder) -> None:
    encoder, listed = fake_encoder(), folder.test[1:]
    labels = [CLASSES[folder.test.index(name) % 7] for name in listed]
    items = [
        Item(picture(folder, name), frozenset({label}))
        for name, label in zip(listed, labels, strict=True)
    ]
    pool = pool_of(encoder, encode_items(encoder, items))
    answers = answer_track(encoder, folder.path, 2)
    for row, query in enumerate(pool.frame_queries):
        others = without(pool.matcher, np.arange(len(listed)) == row)
        (first,) = pool.matcher.near(query, 1, others)
        assert answers[listed[row]] == listed[pool.matcher.row(first.case)]


def test_track_3_answers_phrases_as_they_are_written(folder: EntrepFolder) -> None:
    answers = answer_track(fake_encoder(), folder.path, 3)
    assert list(answers) == list(dict.fromkeys(folder.phrases))
    for phrase, answer in answers.items():
        assert CLASSES[folder.test.index(str(answer)) % 7] in phrase


def test_the_pool_holds_every_test_picture_as_the_lists_spell_it(folder: EntrepFolder) -> None:
    shutil.copy(picture(folder, folder.test[0]), picture(folder, "5_extra_image01.png"))
    assert set(picture_pool(folder.path)) == {*folder.test, "5_extra_Image01.png"}


@pytest.mark.parametrize("track", [1, 2, 3])
def test_what_is_written_is_valid(folder: EntrepFolder, tmp_path: Path, track: int) -> None:
    out = tmp_path / "new" / "answers.zip"
    answers = answer_track(fake_encoder(), folder.path, track)
    write_submission(answers, track, out)
    assert validate_submission(out, folder.path, track) == []
    first = out.read_bytes()
    write_submission(answers, track, out)
    assert out.read_bytes() == first
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == [f"track{track}.json"]
        assert json.loads(archive.read(f"track{track}.json")) == answers
    others = {1, 2, 3} - {track}
    assert all(validate_submission(out, folder.path, other) for other in others)


def test_wrong_answers_are_told(folder: EntrepFolder, tmp_path: Path) -> None:
    good = dict(answer_track(fake_encoder(), folder.path, 1))
    first, second, third, *_ = good
    bad = good | {first: 7, second: "0", third: True, "5_more.png": 1}
    del bad[folder.test[-1]]
    problems = validate_submission(zipped(tmp_path / "a.zip", bad), folder.path, 1)
    assert keys(problems) == ["submit.missing", "submit.unknown", *["submit.class"] * 3]
    pairs = dict(answer_track(fake_encoder(), folder.path, 2))
    one, two, three, *_ = pairs
    pairs |= {one: one, two: folder.test[0], three: None}
    problems = validate_submission(zipped(tmp_path / "b.zip", pairs), folder.path, 2)
    assert keys(problems) == ["submit.itself", "submit.file", "submit.file"]


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        ("{}", "deep/track1.json", "submit.content"),
        ("{}", "track1.txt", "submit.content"),
        ("{", "track1.json", "entrep.not_json"),
        ("[1]", "track1.json", "entrep.shape"),
        ("3", "track1.json", "entrep.shape"),
        ('{"a": 1, "a": 2}', "track1.json", "submit.repeated"),
        ("{}", "track1.json", "submit.missing"),
    ],
)
def test_wrong_files_are_told(
    folder: EntrepFolder, tmp_path: Path, content: str, name: str, key: str
) -> None:
    file = zipped(tmp_path / "a.zip", content, name)
    assert keys(validate_submission(file, folder.path, 1)) == [key]


def test_no_zip_at_all(folder: EntrepFolder, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK not really")
    assert keys(validate_submission(tmp_path / "a.zip", folder.path, 1)) == ["submit.not_zip"]
    assert keys(validate_submission(tmp_path / "b.zip", folder.path, 1)) == ["evaluation.no_file"]
    broken = zipped(tmp_path / "c.zip", {"a": "b" * 99})
    broken.write_bytes(broken.read_bytes().replace(b"bbb", b"ccc"))
    assert keys(validate_submission(broken, folder.path, 1)) == ["submit.not_zip"]


def test_missing_and_damaged_test_pictures_are_named(folder: EntrepFolder) -> None:
    wrong = folder.test[2:4]
    for name in wrong:
        picture(folder, name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.raises(UserError, match="test picture") as caught:
        answer_track(fake_encoder(), folder.path, 1)
    assert all(on_disk(name) in str(caught.value) for name in wrong)
    for name in wrong:
        picture(folder, name).unlink()
    for track in (1, 2, 3):
        with pytest.raises(UserError, match="not found") as caught:
            answer_track(fake_encoder(), folder.path, track)
        assert all(name in str(caught.value) for name in wrong)


def test_missing_empty_and_short_lists_are_told(folder: EntrepFolder) -> None:
    (folder.path / "test" / "i2i.csv").write_text(folder.test[0])
    with pytest.raises(UserError, match="one frame alone"):
        answer_track(fake_encoder(), folder.path, 2)
    (folder.path / "test" / "i2i.csv").write_text("\n")
    with pytest.raises(UserError, match="is empty"):
        answer_track(fake_encoder(), folder.path, 2)
    (folder.path / "test" / "cls.csv").unlink()
    with pytest.raises(UserError, match="was not found"):
        answer_track(fake_encoder(), folder.path, 1)


def test_a_full_disk_leaves_the_last_file(
    folder: EntrepFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.zip"
    out.write_bytes(b"before")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left") as caught:
        write_submission({"a": 1}, 1, out)
    assert "gallery" not in str(caught.value)
    assert out.read_bytes() == b"before"
    assert {file.name for file in tmp_path.iterdir()} == {"a.zip", "Dataset"}


def test_the_command_writes_and_checks(
    folder: EntrepFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "open_encoder", lambda weights, device: fake_encoder())
    file = str(tmp_path / "a.zip")
    base = ["submit", str(folder.path), "--track", "2"]
    written = CliRunner().invoke(cli.app, [*base, "--out", file, "--json"])
    assert json.loads(written.stdout) == {"file": file, "track": 2, "answers": 20}
    checked = CliRunner().invoke(cli.app, [*base, "--validate", file, "--json"])
    assert checked.exit_code == 0
    assert json.loads(checked.stdout) == {"ok": True, "problems": []}
    wrong = CliRunner().invoke(
        cli.app, ["submit", str(folder.path), "--track", "1", "--validate", file]
    )
    assert wrong.exit_code == 1
    assert "no class" in wrong.stdout
    neither = CliRunner().invoke(cli.app, base)
    assert isinstance(neither.exception, UserError)
    nowhere = CliRunner().invoke(cli.app, ["submit", "none", "--track", "1", "--out", file])
    assert isinstance(nowhere.exception, UserError)


def test_copies_under_another_name_may_be_answers(folder: EntrepFolder) -> None:
    pixels = np.asarray(Image.open(picture(folder, folder.test[1])))
    Image.fromarray(pixels).save(picture(folder, folder.test[2]))
    answers = answer_track(fake_encoder(), folder.path, 2)
    assert answers[folder.test[1]] == folder.test[2]
