"""Opening: what is trusted, what is refused, and what is found."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from benchmarks.fixtures.gallery_samples import EMBEDDER, OTHER_EMBEDDER
from entdemo.errors import UserError
from entdemo.gallery import manifest, reading
from entdemo.gallery.index import HnswIndex, Vectors
from entdemo.gallery.manifest import Mark
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery
from entdemo.storage import files
from entdemo.storage.atomic import write_atomically
from entdemo.storage.files import MappedFile, sha256


def refusal(folder: Path, **wanted: str) -> str:
    with pytest.raises(UserError) as caught:
        Gallery.open(folder, **wanted)
    assert caught.value.text("en")
    assert caught.value.text("vi")
    return caught.value.key


def restate(folder: Path, name: str, data: bytes) -> None:
    """Write a file and state its hash, as a forger would."""
    (folder / name).write_bytes(data)
    content = json.loads((folder / "gallery.json").read_text())
    content["files"][name] = asdict(Mark.of(data))
    (folder / "gallery.json").write_text(json.dumps(content))


@pytest.mark.parametrize("name", ["cases.csv", "vectors.safetensors", "index.hnsw"])
def test_a_data_file_above_its_budget_is_not_read(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def noted(data: bytes) -> str:
        read.append(len(data))
        return sha256(data)

    budget = (1 << 20) + 64 * (folder / "gallery.json").stat().st_size
    with (folder / name).open("r+b") as file:
        file.truncate(budget + 1)  # sparse
    monkeypatch.setattr(manifest, "sha256", noted)
    if name == "index.hnsw":
        assert Gallery.open(folder).notes == ("the HNSW index was rebuilt from the vectors",)
    else:
        assert refusal(folder) == "gallery.damaged"
    assert 0 < max(read) < budget


def test_a_list_of_cases_above_its_budget_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "_MOST_BYTES", 100)
    assert refusal(folder) == "gallery.unreadable"


def test_a_frame_above_its_budget_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    monkeypatch.setattr(reading, "read_regular", lambda path: pytest.fail(f"{path} was read"))
    assert refusal(folder) == "gallery.frame_changed"


def test_search_finds_the_nearest(folder: Path) -> None:
    gallery = Gallery.open(folder)
    query = gallery.vectors[4] + 0.2 * gallery.vectors[9]
    hits = gallery.search(query, 30)[0]
    expected = np.sort(gallery.vectors @ (query / np.linalg.norm(query)))[::-1]
    assert hits[0].case == gallery.cases[4]
    assert np.allclose([hit.similarity for hit in hits], expected, atol=1e-5)


@pytest.mark.parametrize("k", [1, 3, 12])
def test_filters_return_as_many_as_there_are(folder: Path, k: int) -> None:
    gallery = Gallery.open(folder)
    for queries in (gallery.vectors[:5], gallery.vectors[0]):
        for hits in gallery.search(queries, k, where=lambda case: case.region == "ear"):
            assert len(hits) == min(k, 6)
            assert {hit.case.region for hit in hits} == {"ear"}
    assert gallery.search(gallery.vectors[:1], k, where=lambda case: False) == [[]]


def test_queries_are_checked(folder: Path) -> None:
    with pytest.raises(ValueError, match="192"):
        Gallery.open(folder).search(np.ones(191, np.float32), 3)


def test_cases_by_id(folder: Path) -> None:
    gallery = Gallery.open(folder)
    case = gallery.cases[7]
    assert gallery.case(case.case_id) is gallery.find(case.case_id) is case
    assert gallery.find("c-none") is None
    assert gallery.frame_path(case).is_file()
    with pytest.raises(UserError, match="c-none"):
        gallery.case("c-none")


def test_vectors_are_read_only(folder: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        Gallery.open(folder).vectors[0, 0] = 2


def test_no_gallery(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "gallery.missing"
    assert refusal(tmp_path / "none") == "gallery.missing"
    assert [problem.key for problem in verify_gallery(tmp_path)] == ["gallery.missing"]


def test_other_weights(folder: Path) -> None:
    before = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    gallery = Gallery.open(folder, OTHER_EMBEDDER)
    assert gallery.vectors.shape == (21, 48)
    assert (gallery.embedder_id, gallery.preprocess_hash) == ("weights-2", "prep-2")
    assert gallery.notes == ("vectors of weights-1 were replaced by those of these weights",)
    assert gallery.search(gallery.vectors[3], 1)[0][0].case == gallery.cases[3]
    assert before == {file: file.read_bytes() for file in before}
    unused = replace(EMBEDDER, embed=lambda _: pytest.fail("not needed"))
    assert Gallery.open(folder, unused).notes == ()
    other_size = Gallery.open(folder, replace(EMBEDDER, preprocess_hash="prep-2"))
    assert other_size.notes == gallery.notes


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "flipped", "another gallery's"])
def test_a_wrong_index_is_rebuilt_and_never_loaded(
    damage: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "index.hnsw"
    whole, expected = file.read_bytes(), Gallery.open(folder)
    flipped = whole[:500] + bytes([whole[500] ^ 255]) + whole[501:]
    other = HnswIndex.build(expected.vectors[::-1].copy()).to_bytes()
    file.unlink()
    if damage != "missing":
        contents = {"empty": b"", "half": whole[: len(whole) // 2], "flipped": flipped}
        file.write_bytes(contents.get(damage, other))
    monkeypatch.setattr(HnswIndex, "load", lambda *_: pytest.fail("loaded"))
    gallery = Gallery.open(folder)
    assert gallery.notes == ("the HNSW index was rebuilt from the vectors",)
    assert gallery.search(expected.vectors, 3) == expected.search(expected.vectors, 3)
    assert [problem.key for problem in verify_gallery(folder)] == ["gallery.index_stale"]


@pytest.mark.parametrize("change", ["replaced", "gone"])
def test_an_index_that_is_replaced_while_it_loads_is_loaded_as_it_was(
    change: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, load = folder / "index.hnsw", HnswIndex.load
    expected = Gallery.open(folder)
    other = HnswIndex.build(expected.vectors[::-1].copy()).to_bytes()

    def change_first(path: Path, vectors: Vectors) -> HnswIndex:
        if path == file:
            write_atomically(file, other) if change == "replaced" else file.unlink()
        return load(path, vectors)

    monkeypatch.setattr(HnswIndex, "load", change_first)
    monkeypatch.setattr(files, "MAPPED_FROM", 1)
    gallery = Gallery.open(folder)
    assert gallery.notes == ()
    assert gallery.search(expected.vectors, 3) == expected.search(expected.vectors, 3)


def test_an_index_of_other_vectors_is_rebuilt_even_with_its_hash(folder: Path) -> None:
    vectors = Gallery.open(folder).vectors[::-1].copy()
    restate(folder, "index.hnsw", HnswIndex.build(vectors).to_bytes())
    gallery = Gallery.open(folder)
    assert gallery.notes == ("the HNSW index was rebuilt from the vectors",)
    assert gallery.search(gallery.vectors[0], 1)[0][0].case == gallery.cases[0]


def test_an_index_that_is_cut_after_it_was_read_does_no_harm(folder: Path) -> None:
    file = folder / "index.hnsw"
    found, data = MappedFile.of(file), file.read_bytes()
    with file.open("r+b") as handle:
        handle.truncate(1)
    assert found.data == data


def test_a_forged_index_never_reaches_the_library_that_would_follow_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (folder / "index.hnsw").read_bytes()
    vectors = Gallery.open(folder).vectors
    monkeypatch.setattr(HnswIndex, "load", lambda *_: pytest.fail("loaded"))
    for place in (17, 33, 41, 49, 53, 97, 240, len(data) - 3):
        forged = data[:place] + bytes([data[place] ^ 64]) + data[place + 1 :]
        restate(folder, "index.hnsw", forged)
        gallery = Gallery.open(folder)
        assert gallery.notes == ("the HNSW index was rebuilt from the vectors",)
        assert np.array_equal(gallery.vectors, vectors)
        assert [problem.key for problem in verify_gallery(folder)] == ["gallery.index_stale"]


@pytest.mark.parametrize("name", ["vectors.safetensors", "gallery.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "half", "flipped"])
def test_damaged_files_are_refused(name: str, damage: str, folder: Path) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).unlink()
    if damage != "missing":
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
        data = {"empty": b"", "half": whole[:middle], "flipped": flipped}[damage]
        (folder / name).write_bytes(data)
    assert refusal(folder) in ("gallery.damaged", "gallery.missing")
    assert len(verify_gallery(folder)) == 1


@pytest.mark.parametrize(
    "tensors",
    [
        {"vectors": np.full((21, 192), np.nan, np.float32)},
        {"vectors": np.ones((21, 192), np.float32)},
        {"vectors": np.eye(20, 192, dtype=np.float32)},
        {"vectors": np.eye(21, 192, dtype=np.float16)},
        {"other": np.eye(21, 192, dtype=np.float32)},
    ],
    ids=["nan", "not unit", "too few", "half precision", "other name"],
)
def test_vectors_are_checked_beyond_their_hash(
    tensors: dict[str, np.ndarray], folder: Path
) -> None:
    restate(folder, "vectors.safetensors", safetensors.numpy.save(tensors))
    assert refusal(folder) == "gallery.damaged"
    restate(folder, "vectors.safetensors", b"no tensors")
    assert refusal(folder) == "gallery.damaged"


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("format", 2, "gallery.newer"),
        ("format", "1", "gallery.damaged"),
        ("space", "l2", "gallery.damaged"),
        ("dim", 191, "gallery.damaged"),
        ("extra", 1, "gallery.damaged"),
        ("frames", [], "gallery.case_without_vector"),
    ],
)
def test_gallery_json_is_checked(field: str, value: object, key: str, folder: Path) -> None:
    content = json.loads((folder / "gallery.json").read_text())
    (folder / "gallery.json").write_text(json.dumps({**content, field: value}))
    assert refusal(folder) == key


def test_frames_are_checked(folder: Path) -> None:
    case = Gallery.open(folder).cases[2]
    data = (folder / case.file).read_bytes()
    (folder / case.file).write_bytes(data[:-2] + b"xx")
    assert [problem.key for problem in verify_gallery(folder)] == ["gallery.frame_changed"]
    (folder / case.file).write_bytes(data + b"x")
    assert refusal(folder) == "gallery.frame_changed"
    (folder / case.file).unlink()
    assert refusal(folder) == "gallery.frame_missing"
    assert case.file in str(verify_gallery(folder)[0])


def edit(folder: Path, old: str, new: str) -> None:
    text = (folder / "cases.csv").read_text("utf-8-sig")
    assert old in text
    (folder / "cases.csv").write_text(text.replace(old, new), "utf-8")


def test_edited_captions_and_order_are_taken(folder: Path) -> None:
    before = Gallery.open(folder)
    edit(folder, "case, number 3", "a new caption")
    header, *rows = (folder / "cases.csv").read_text("utf-8").splitlines()
    (folder / "cases.csv").write_text("\n".join([header, *reversed(rows)]), "utf-8")
    after = Gallery.open(folder)
    assert after.cases[3].caption_en == "a new caption"
    assert [case.case_id for case in after.cases] == [case.case_id for case in before.cases]
    assert after.notes == ("cases.csv was edited since the last change and is taken as it stands",)
    assert verify_gallery(folder) == []


def test_deleted_rows_are_left_out(folder: Path) -> None:
    before = Gallery.open(folder)
    lines = (folder / "cases.csv").read_text("utf-8-sig").splitlines()
    (folder / "cases.csv").write_text("\n".join(lines[:5] + lines[6:]), "utf-8")
    after = Gallery.open(folder)
    assert after.cases == before.cases[:4] + before.cases[5:]
    assert after.notes[0] == "left out for want of a row in cases.csv: 1"
    assert [hits[0].case for hits in after.search(after.vectors, 1)] == list(after.cases)
    (folder / before.cases[4].file).unlink()
    assert len(Gallery.open(folder).cases) == 20
    assert verify_gallery(folder) == []


def test_wrong_edits_are_named(folder: Path) -> None:
    case = Gallery.open(folder).cases[1]
    original = (folder / "cases.csv").read_bytes()
    for old, new, key in (
        ("nose-left", "nose-up", "folder.mistakes"),
        (f"{case.case_id},", "c-mine,", "gallery.case_without_vector"),
        (case.file, "frames/other.jpg", "gallery.file_changed"),
    ):
        edit(folder, old, new)
        assert refusal(folder) == key
        assert [problem.key for problem in verify_gallery(folder)] == [key]
        (folder / "cases.csv").write_bytes(original)


def test_opening_writes_nothing(folder: Path) -> None:
    stamps = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    (folder / "index.hnsw").write_bytes(b"x")
    stamps[folder / "index.hnsw"] = (folder / "index.hnsw").stat().st_mtime_ns
    Gallery.open(folder, EMBEDDER)
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == stamps


def test_of_a_huge_gallery_names_and_sizes_are_compared(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_HASHED_BYTES", 0)
    gallery = Gallery.open(folder)
    first, last = gallery.frame_path(gallery.cases[0]), gallery.frame_path(gallery.cases[-1])
    data = first.read_bytes()
    first.write_bytes(data + b"more")
    assert refusal(folder) == "gallery.frame_changed"
    first.write_bytes(data)
    last.unlink()
    assert refusal(folder) == "gallery.frame_missing"
