"""Galleries are made and changed whole, whatever happens meanwhile."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from benchmarks.fixtures.gallery_samples import (
    EMBEDDER,
    OTHER_EMBEDDER,
    embed,
    jpeg,
    new_cases,
    picture,
)
from entdemo.errors import UserError
from entdemo.gallery import intake
from entdemo.gallery.build import add_cases, build_gallery, embed_again, remove_cases
from entdemo.gallery.cases import read_cases, write_cases
from entdemo.gallery.intake import NewCase
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery
from entdemo.image.frame import Frame, frame_from_array, load_frame
from entdemo.storage import files
from tests.helpers.file_contents import contents


def ids(gallery: Gallery) -> list[str]:
    return [case.case_id for case in gallery.cases]


def test_build(folder: Path) -> None:
    gallery = Gallery.open(folder)
    assert EMBEDDER.made(gallery.embedder_id, gallery.preprocess_hash)
    assert [case.caption_en for case in gallery.cases] == [f"case, number {n}" for n in range(21)]
    assert gallery.vectors.shape == (21, 192)
    assert gallery.notes == ()
    assert verify_gallery(folder) == []
    assert set(contents(folder)) == {
        "cases.csv", "vectors.safetensors", "index.hnsw", "gallery.json",
        *(case.file for case in gallery.cases),
    }  # fmt: skip


def test_vectors_are_those_of_the_stored_frames(folder: Path) -> None:
    gallery = Gallery.open(folder)
    stored = embed([load_frame(gallery.frame_path(case)) for case in gallery.cases])
    lengths = np.linalg.norm(stored, axis=1, keepdims=True)
    assert np.allclose(gallery.vectors, stored / lengths, atol=1e-6)
    for row, hits in enumerate(gallery.search(stored, 1)):
        assert hits[0].case == gallery.cases[row]
        assert hits[0].similarity == pytest.approx(1, abs=1e-5)


def test_two_builds_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    build_gallery(tmp_path / "other", new_cases(21), EMBEDDER, batch_size=4)
    assert contents(folder) == contents(tmp_path / "other")


def test_add_and_remove_round_trip(folder: Path, tmp_path: Path) -> None:
    grown = add_cases(folder, new_cases(4, start=22), EMBEDDER)
    assert len(grown.cases) == 25
    assert verify_gallery(folder) == []
    build_gallery(tmp_path / "other", [*new_cases(21), *new_cases(4, 22)], EMBEDDER)
    assert contents(folder) == contents(tmp_path / "other")
    removed = remove_cases(folder, ids(grown)[21:])
    build_gallery(tmp_path / "third", new_cases(21), EMBEDDER)
    assert contents(folder) == contents(tmp_path / "third")
    assert removed.search(grown.vectors[22], 1)[0][0].case.case_id != ids(grown)[22]


def test_a_removed_frame_is_gone_from_the_disk(folder: Path) -> None:
    case = Gallery.open(folder).cases[3]
    assert not (remove_cases(folder, [case.case_id]).folder / case.file).exists()
    with pytest.raises(UserError, match=case.case_id):
        remove_cases(folder, [case.case_id])


def test_everything_can_be_removed_and_added_again(folder: Path) -> None:
    emptied = remove_cases(folder, ids(Gallery.open(folder)))
    assert emptied.search(np.ones(192, np.float32), 5) == [[]]
    assert verify_gallery(folder) == []
    assert len(add_cases(folder, new_cases(3), EMBEDDER).cases) == 3
    assert len(build_gallery(folder, [], EMBEDDER).cases) == 0
    assert len(add_cases(folder, new_cases(3), EMBEDDER).cases) == 3


def test_a_build_replaces_and_sweeps(folder: Path) -> None:
    replaced = build_gallery(folder, new_cases(5, start=50), EMBEDDER)
    assert len(list((folder / "frames").iterdir())) == len(replaced.cases) == 5


def test_duplicates_are_folded_with_a_note(tmp_path: Path) -> None:
    twice = [*new_cases(3), *new_cases(2)]
    gallery = build_gallery(tmp_path / "g", twice, EMBEDDER)
    assert len(gallery.cases) == 3
    assert len(gallery.notes) == 2
    assert ids(gallery)[0] in gallery.notes[0]
    again = add_cases(tmp_path / "g", new_cases(4), EMBEDDER)
    assert len(again.cases) == 4
    assert len(again.notes) == 3


def test_one_picture_cannot_have_two_classes(tmp_path: Path) -> None:
    pictures = [NewCase(frame_from_array(picture(1)), side) for side in ("ear-left", "ear-right")]
    with pytest.raises(UserError, match=r"ear-left.*ear-right"):
        build_gallery(tmp_path / "g", pictures, EMBEDDER)


def test_nothing_of_names_metadata_or_patients_is_kept(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "NGUYEN VAN A"
    source = tmp_path / "NGUYEN_VAN_A_1970.jpg"
    source.write_bytes(jpeg(picture(1), exif=exif))
    items = [
        NewCase(source, "throat", group="NGUYEN"),
        NewCase(jpeg(picture(2)), "throat", group="NGUYEN"),
        NewCase(jpeg(picture(3)), "throat", group="TRAN"),
    ]
    gallery = build_gallery(tmp_path / "g", items, EMBEDDER)
    assert [case.group for case in gallery.cases] == ["g-1", "g-1", "g-2"]
    third = NewCase(jpeg(picture(4)), "throat", group="LE")
    grown = add_cases(tmp_path / "g", [third], EMBEDDER)
    assert grown.cases[-1].group == "g-3"
    for name, data in contents(tmp_path / "g").items():
        assert b"NGUYEN" not in data
        assert "NGUYEN" not in name
        assert b"Exif" not in data


def test_frames_are_stored_small(tmp_path: Path) -> None:
    pictures = [np.tile(picture(2), (20, 20, 1)), np.tile(picture(1), (1, 30, 1))[:40],
                np.zeros((40, 900, 3), np.uint8)]  # fmt: skip
    pictures[2][:, 20:40] = 200
    items = [NewCase(frame_from_array(pixels), "throat") for pixels in pictures]
    gallery = build_gallery(tmp_path / "g", items, EMBEDDER)
    sizes = [Image.open(gallery.frame_path(case)).size for case in gallery.cases]
    assert sizes[0] == (480, 360)
    assert max(sizes[1]) == 480
    assert min(min(size) for size in sizes) == 32
    assert verify_gallery(tmp_path / "g") == []


def test_names_burned_into_the_surround_are_not_stored(tmp_path: Path) -> None:
    y, x = np.mgrid[:480, :640]
    disc = ((x - 320) ** 2 + (y - 240) ** 2 < 230**2)[..., None]
    frame = np.where(disc, 90 + np.tile(picture(5), (10, 10, 1)) // 2, 3).astype(np.uint8)
    clean = frame.copy()
    frame[15:31, 5:88] = frame[440:456, 120:170] = (0, 255, 0)
    items = [NewCase(frame_from_array(frame), "throat"), NewCase(frame_from_array(clean), "throat")]
    gallery = build_gallery(tmp_path / "g", items, EMBEDDER)
    stored = load_frame(gallery.frame_path(gallery.cases[0])).rgb
    assert np.abs(np.subtract(stored.shape[:2], 460)).max() < 8
    assert stored[:60, :60].max() < 20
    assert stored[-30:, :60].max() < 20
    assert gallery.vectors[0] @ gallery.vectors[1] > 0.999


def test_progress_counts_reading_and_what_is_embedded_after_it(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    build_gallery(tmp_path / "g", new_cases(5), EMBEDDER, batch_size=2,
                  progress=lambda done, total: seen.append((done, total)))  # fmt: skip
    assert seen == [*((n, None) for n in range(1, 6)), (4, 5), (5, 5)]


def test_a_bad_picture_is_named_and_changes_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("no picture")
    before = contents(folder)
    items = [*new_cases(2, start=60), NewCase(tmp_path / "notes.jpg", "throat")]
    for change in (add_cases, build_gallery):
        with pytest.raises(UserError, match=r"notes\.jpg.*not a picture") as caught:
            change(folder, items, EMBEDDER)
        assert "không phải ảnh" in caught.value.text("vi")
        assert {problem.key for problem in verify_gallery(folder)} <= {"gallery.stray_file"}
    remove_cases(folder, [])
    assert contents(folder) == before


def test_embeddings_are_checked(tmp_path: Path) -> None:
    def build(embed: Callable[[list[Frame]], np.ndarray]) -> None:
        build_gallery(tmp_path / "g", new_cases(2), replace(EMBEDDER, embed=embed))

    with pytest.raises(ValueError, match=r"2 frames gave \[3, 192\]"):
        build(lambda frames: np.ones((len(frames) + 1, 192), np.float32))
    with pytest.raises(ValueError, match=r"2 frames gave \[2, 4\]"):
        build(lambda frames: np.ones((len(frames), 4), np.float32))
    with pytest.raises(ValueError, match="finite"):
        build(lambda frames: embed(frames) * np.nan)
    with pytest.raises(ValueError, match="classes"):
        build_gallery(tmp_path / "g", [NewCase(jpeg(picture(1)), "knee")], EMBEDDER)
    assert len(build_gallery(tmp_path / "g", new_cases(2), EMBEDDER).cases) == 2


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.txt").write_text("x")
    for path in (tmp_path, tmp_path / "holiday.txt"):
        with pytest.raises(UserError, match="no gallery"):
            build_gallery(path, new_cases(1), EMBEDDER)
    assert contents(tmp_path) == {"holiday.txt": b"x"}
    with pytest.raises(UserError, match="There is no gallery"):
        add_cases(tmp_path / "nowhere", new_cases(1), EMBEDDER)
    assert not (tmp_path / "nowhere").exists()


def test_only_the_same_weights_may_add(folder: Path) -> None:
    for other in ({"embedder_id": "weights-2"}, {"preprocess_hash": "prep-2"}):
        with pytest.raises(UserError, match="weights-1") as caught:
            add_cases(folder, new_cases(1, 70), replace(EMBEDDER, **other))
        assert caught.value.key == "gallery.other_weights"
    again = embed_again(folder, OTHER_EMBEDDER)
    assert again.vectors.shape == (21, 48)
    assert verify_gallery(folder) == []
    assert len(add_cases(folder, new_cases(1, 70), OTHER_EMBEDDER).cases)


def test_edits_survive_the_next_change(folder: Path) -> None:
    cases = read_cases((folder / "cases.csv").read_bytes())
    edited = (folder / "cases.csv").read_text("utf-8-sig").replace("case, number 5", "edited; five")
    (folder / "cases.csv").write_bytes(edited.encode().replace(b"\n", b"\r\n"))
    grown = add_cases(folder, new_cases(1, start=80), EMBEDDER)
    assert grown.case(cases[5].case_id).caption_en == "edited; five"
    assert b"edited; five" in (folder / "cases.csv").read_bytes()
    (folder / "cases.csv").write_bytes(write_cases(grown.cases[2:]))
    assert len(remove_cases(folder, ids(grown)[2:3]).cases) == 19
    assert not (folder / cases[0].file).exists()
    assert verify_gallery(folder) == []


class Crash(BaseException):
    """Stands for a power cut."""


@pytest.mark.parametrize("change", ["add", "remove", "build", "embed again"])
def test_a_crash_at_any_step_leaves_the_old_or_the_new(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply() -> None:
        if change == "add":
            add_cases(path, new_cases(2, start=90), EMBEDDER)
        elif change == "remove":
            remove_cases(path, ids(Gallery.open(path))[:2])
        elif change == "build":
            build_gallery(path, new_cases(2, start=90), EMBEDDER)
        else:
            embed_again(path, OTHER_EMBEDDER)

    path = tmp_path / "reference"
    build_gallery(path, new_cases(4), EMBEDDER)
    before = contents(path)
    apply()
    after = contents(path)
    outcomes = set()
    for step in range(200):
        path = tmp_path / f"step-{step}"
        build_gallery(path, new_cases(4), EMBEDDER)
        with monkeypatch.context() as patch:
            crashed = crash_at(step, patch)
            with suppress(Crash):
                apply()
            if not crashed:
                break
        outcomes.add(outcome := state(path))
        assert outcome in (before["gallery.json"], after["gallery.json"])
        build_or_finish(path)
        left = contents(path)
        assert left == (before if outcome == before["gallery.json"] else after)
    assert outcomes == {before["gallery.json"], after["gallery.json"]}


def state(path: Path) -> bytes:
    """What a reader sees; its cases, vectors and frames must fit each other."""
    gallery = Gallery.open(path)
    assert all(gallery.frame_path(case).is_file() for case in gallery.cases)
    assert [hits[0].case for hits in gallery.search(gallery.vectors, 1)] == list(gallery.cases)
    assert gallery.notes == ()
    assert {problem.key for problem in verify_gallery(path)} <= {"gallery.stray_file"}
    return (path / "gallery.json").read_bytes()


def build_or_finish(path: Path) -> None:
    """The next writer, even one that changes nothing, clears up."""
    remove_cases(path, [])


def crash_at(step: int, patch: pytest.MonkeyPatch) -> list[str]:
    """Fail at the given file operation, and at every later one; returns the list of failures."""
    crashed: list[str] = []
    count = iter(range(10_000))

    def failing(name: str, real: object) -> object:
        def operation(*args: object, **options: object) -> object:
            if next(count) >= step:
                crashed.append(name)
                raise Crash
            return real(*args, **options)  # type: ignore[operator]

        return operation

    for owner, name in ((os, "replace"), (os, "fsync"), (Path, "unlink")):
        patch.setattr(owner, name, failing(name, getattr(owner, name)))
    return crashed


def test_a_killed_writer_leaves_a_gallery(folder: Path) -> None:
    script = (
        "import os, sys; sys.path.insert(0, '.')\n"
        "from entdemo.gallery import build, manifest\n"
        "from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases\n"
        "manifest.finish_real = manifest.finish\n"
        "def die(folder):\n"
        "    if (folder / 'cases.csv.new').exists(): os._exit(9)\n"
        "    manifest.finish_real(folder)\n"
        "manifest.finish = die\n"
        f"build.add_cases({str(folder)!r}, new_cases(2, 90), EMBEDDER)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, check=False)
    assert done.returncode == 9
    assert (folder / "cases.csv.new").exists()
    assert len(Gallery.open(folder).cases) == 23
    assert len(remove_cases(folder, []).cases) == 23
    assert not list(folder.glob("*.new"))
    assert verify_gallery(folder) == []


def test_readers_see_one_state_or_the_other(folder: Path) -> None:
    stop, seen, errors = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                gallery = Gallery.open(folder)
                seen.add(len(gallery.cases))
                assert len(gallery.cases) == len(gallery.vectors)
            except Exception as error:
                errors.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    extra = new_cases(3, start=90)
    for _ in range(12):
        grown = add_cases(folder, extra, EMBEDDER)
        remove_cases(folder, ids(grown)[21:])
    stop.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert seen <= {21, 24}


def test_writers_wait_for_each_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.1)
    with (
        FileLock(folder / ".lock", is_singleton=False),
        pytest.raises(UserError, match="Another process"),
    ):
        remove_cases(folder, [])
    assert len(Gallery.open(folder).cases) == 21


def test_another_encoding_of_a_frame_leaves_the_old_file_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Gallery.open(folder)
    monkeypatch.setattr(intake, "_QUALITY", 60)
    failing = [*new_cases(3), NewCase(b"no picture", "throat")]
    with pytest.raises(UserError):
        build_gallery(folder, failing, EMBEDDER)
    assert Gallery.open(folder).cases == before.cases
    assert {problem.key for problem in verify_gallery(folder)} == {"gallery.stray_file"}
    after = build_gallery(folder, new_cases(21), EMBEDDER)
    assert ids(after) == ids(before)
    assert after.cases[0].file != before.cases[0].file
    assert verify_gallery(folder) == []


def test_a_full_disk_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = contents(folder)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UserError, match="No space left on device"):
            add_cases(folder, new_cases(1, 90), EMBEDDER)
    assert contents(folder) == before


def test_leftovers_of_a_power_cut_are_swept(folder: Path) -> None:
    before = contents(folder)
    frame = "c-0123456789ab-01234567.jpg"
    for name in (".cases.csv.abc123", ".index.hnsw.new.x1", "vectors.safetensors.new",
                 f"frames/{frame}", f"frames/.{frame}.tmp"):  # fmt: skip
        (folder / name).write_bytes(b"half a fi")
    (folder / "frames" / "mine.jpg").write_bytes(b"a person's own")
    assert len(Gallery.open(folder).cases) == 21
    remove_cases(folder, [])
    assert contents(folder) == {**before, "frames/mine.jpg": b"a person's own"}
    assert [problem.key for problem in verify_gallery(folder)] == ["gallery.stray_file"]


def test_a_damaged_gallery_can_be_built_again(folder: Path) -> None:
    before = contents(folder)
    (folder / "gallery.json").write_text("{")
    with pytest.raises(UserError, match=r"gallery\.json is damaged"):
        Gallery.open(folder)
    build_gallery(folder, new_cases(21), EMBEDDER)
    assert contents(folder) == before


def test_gallery_json_says_what_is_there(folder: Path) -> None:
    content = json.loads((folder / "gallery.json").read_text())
    assert (content["format"], content["space"], content["dim"]) == (1, "ip", 192)
    assert (content["bundle"], content["preprocess"]) == ("weights-1", "prep-1")
    for name in ("cases.csv", "vectors.safetensors", "index.hnsw"):
        assert content["files"][name]["size"] == (folder / name).stat().st_size
        assert content["files"][name]["sha256"] == files.sha256((folder / name).read_bytes())
    assert len(content["frames"]) == 21
