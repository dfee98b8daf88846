"""Galleries leave one installation and arrive whole in another, or not at all."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from benchmarks.fixtures.gallery_samples import OTHER_EMBEDDER, jpeg, picture
from entdemo.cli.main import app
from entdemo.errors import UserError
from entdemo.gallery import exchange
from entdemo.gallery.exchange import export_gallery, import_gallery
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery
from entdemo.storage.files import sha256


@pytest.fixture(params=["folder", "cases.zip"])
def exported(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> Path:
    assert export_gallery(folder, tmp_path / request.param) == 21
    return tmp_path / request.param


def test_a_table_above_its_budget_is_not_read(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_MAX_TABLE", 100)
    with pytest.raises(UserError):
        import_gallery(tmp_path / "new", exported, OTHER_EMBEDDER)
    assert not (tmp_path / "new").exists()


def test_cases_and_frames_arrive_as_they_left(exported: Path, folder: Path, tmp_path: Path) -> None:
    arrived = import_gallery(tmp_path / "there", exported, OTHER_EMBEDDER)
    ours = Gallery.open(folder)
    assert arrived.cases == ours.cases
    assert arrived.embedder_id == "weights-2"
    assert arrived.vectors.shape == (21, 48)
    for case in ours.cases:
        assert arrived.frame_path(case).read_bytes() == ours.frame_path(case).read_bytes()
    assert verify_gallery(tmp_path / "there") == []


@pytest.mark.parametrize(
    "renamed",
    [
        lambda name: f"my gallery/{name}",
        lambda name: f"a/b/{name}",
        lambda name: name.replace("/", "\\"),
        lambda name: f"My Gallery\\{name}".replace("/", "\\"),
        lambda name: name.replace("cases.csv", "Cases.CSV"),
    ],
)
def test_an_export_that_was_packed_again_is_imported(
    renamed: Callable[[str], str], folder: Path, tmp_path: Path
) -> None:
    export_gallery(folder, tmp_path / "out.zip")
    with (
        zipfile.ZipFile(tmp_path / "out.zip") as whole,
        zipfile.ZipFile(tmp_path / "again.zip", "w") as again,
    ):
        for name in whole.namelist():
            again.writestr(renamed(name), whole.read(name))
        again.writestr("__MACOSX/._cases.csv", b"twin")
    arrived = import_gallery(tmp_path / "there", tmp_path / "again.zip", OTHER_EMBEDDER)
    assert arrived.cases == Gallery.open(folder).cases


def test_an_export_that_lies_in_a_folder_of_its_own_is_imported(
    folder: Path, tmp_path: Path
) -> None:
    export_gallery(folder, tmp_path / "unpacked" / "export")
    arrived = import_gallery(tmp_path / "there", tmp_path / "unpacked", OTHER_EMBEDDER)
    assert arrived.cases == Gallery.open(folder).cases


def test_vectors_and_index_do_not_travel(exported: Path) -> None:
    if exported.is_file():
        with zipfile.ZipFile(exported) as archive:
            names = set(archive.namelist())
    else:
        names = {file.relative_to(exported).as_posix() for file in exported.rglob("*.*")}
    assert len(names) == 22
    assert {name for name in names if not name.startswith("frames/")} == {"cases.csv"}


def test_the_same_gallery_gives_the_same_zip(folder: Path, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        export_gallery(folder, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_deleted_rows_stay_behind(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "cases.csv").read_text("utf-8-sig").splitlines()
    (folder / "cases.csv").write_text("\n".join(lines[:4]), "utf-8")
    assert export_gallery(folder, tmp_path / "out") == 3
    assert len(list((tmp_path / "out" / "frames").iterdir())) == 3


def refusal(source: Path, tmp_path: Path) -> str:
    with pytest.raises(UserError) as caught:
        import_gallery(tmp_path / "there", source, OTHER_EMBEDDER)
    assert caught.value.text("vi")
    assert not (tmp_path / "there" / "gallery.json").exists()
    return caught.value.key


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "noise.zip").write_bytes(b"PK\3\4 and so on")
    assert refusal(tmp_path / "empty", tmp_path) == "gallery.no_export"
    assert refusal(tmp_path / "nowhere", tmp_path) == "gallery.no_export"
    assert refusal(tmp_path / "noise.zip", tmp_path) == "gallery.no_export"


def rezipped(source: Path, target: Path, changes: dict[str, bytes | None]) -> Path:
    """The zip with some members replaced, or left out where None."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = changes.get(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


def test_frames_that_are_not_those_that_left_are_refused(folder: Path, tmp_path: Path) -> None:
    export_gallery(folder, whole := tmp_path / "whole.zip")
    file = Gallery.open(folder).cases[4].file
    for data, key in (
        (None, "gallery.export_lacks"),
        (b"", "gallery.export_changed"),
        (jpeg(picture(99)), "gallery.export_changed"),
        (bytes(30_000_000), "gallery.export_changed"),
    ):
        changed = rezipped(whole, tmp_path / f"{key}-{len(data or b'')}.zip", {file: data})
        assert refusal(changed, tmp_path) == key


def test_what_is_hidden_in_a_frame_does_not_come_along(folder: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "NGUYEN VAN A"
    data = jpeg(picture(3), exif=exif)
    case = Gallery.open(folder).cases[3]
    file = f"frames/{case.case_id}-{sha256(data)[:8]}.jpg"
    export_gallery(folder, out := tmp_path / "out")
    (out / file).write_bytes(data)
    table = (out / "cases.csv").read_text("utf-8-sig").replace(case.file, file)
    (out / "cases.csv").write_text(table, "utf-8")
    assert refusal(out, tmp_path) == "gallery.export_changed"


@pytest.mark.parametrize("file", ["../secret.jpg", "frames/../../secret.jpg", "/etc/passwd"])
def test_names_that_lead_elsewhere_are_refused(file: str, folder: Path, tmp_path: Path) -> None:
    export_gallery(folder, out := tmp_path / "out")
    case = Gallery.open(folder).cases[0]
    table = (out / "cases.csv").read_text("utf-8-sig").replace(case.file, file)
    (out / "cases.csv").write_text(table, "utf-8")
    assert refusal(out, tmp_path) == "table.frame_file"


def test_nothing_is_overwritten_and_nothing_left_half_done(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("out", "out.zip"):
        export_gallery(folder, tmp_path / name)
        with pytest.raises(UserError, match="already exists"):
            export_gallery(folder, tmp_path / name)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for name in ("new", "new.zip"):
        with pytest.raises(UserError, match="No space left"):
            export_gallery(folder, tmp_path / name)
    assert not list(tmp_path.glob("*new*"))
    assert not list(tmp_path.glob(".*new*"))


def test_export_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    words = ["gallery", "export", str(folder), str(tmp_path / "out.zip")]
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"cases": 21, "file": str(tmp_path / "out.zip")}
