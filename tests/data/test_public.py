"""Public data sets in miniature, with what their layouts hide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from entdemo.cli.main import app
from entdemo.data.public.catalogue import PUBLIC_SETS, read_public
from entdemo.errors import DataError
from entdemo.taxonomy import REGIONS

SIDE = 40


def labels(file: Path, *values: int, mode: str = "L") -> None:
    """A label map whose left half is of 1, with a tenth of its rows for each further value."""
    plane = np.zeros((SIDE, SIDE), np.uint8)
    plane[:, : SIDE // 2] = 1
    for row, value in enumerate(values):
        plane[4 * row : 4 * row + 4] = value
    file.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(plane)
    if mode == "P":
        image.putpalette([7, 200, 30] * 256)
    Image.merge("RGB", [image] * 3).save(file) if mode == "RGB" else image.save(file)


def frame(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (SIDE, SIDE), (120, 60, 60)).save(file)


@pytest.fixture
def vocalfolds(tmp_path: Path) -> Path:
    """An open, a closed, an intubated and an unlabelled frame, and a broken label map."""
    names = ("patient1/seq1/0001.png", "patient1/seq4/0002_l.png", "patient2/seq5/0001_l.png")
    for name in (*names, "patient2/seq5/0002_l.png", "patient2/seq5/0003_l.png"):
        frame(tmp_path / "img" / name)
    labels(tmp_path / "annot" / names[0], 3, mode="P")
    labels(tmp_path / "annot" / names[1], mode="RGB")
    labels(tmp_path / "annot" / names[2], 3, 6)
    (tmp_path / "annot" / "patient2/seq5/0003_l.png").write_bytes(b"\x89PNG")
    (tmp_path / "img" / ".DS_Store").touch()
    (tmp_path / "img" / "notes.txt").write_text("no picture")
    return tmp_path


def test_vocalfolds_tells_open_from_closed_by_the_label_map(vocalfolds: Path) -> None:
    found = read_public("vocalfolds", vocalfolds)
    cases = found.cases
    assert [(case.name, case.class_name, case.group) for case in cases] == [
        ("0001.png", "vc-open", "patient1"),
        ("0002_l.png", "vc-closed", "patient1"),
    ]
    assert [(it.name, it.reason.key) for it in found.left_out] == [
        ("notes.txt", "frame.not_a_picture"),
        ("patient2/seq5/0001_l.png", "dataset.intubated"),
        ("patient2/seq5/0002_l.png", "dataset.no_label_map"),
        ("patient2/seq5/0003_l.png", "dataset.no_label_map"),
    ]
    first = cases[0]
    assert (first.caption_en, first.caption_vi) == ("Vocal cords, open.", "Dây thanh mở.")
    assert (first.source, first.licence) == ("vocalfolds, Laves et al.", "CC BY 4.0")


def test_bagls_takes_masks_for_no_frames(tmp_path: Path) -> None:
    folder = tmp_path / "training" / "training"
    for name in ("0", "1", "2"):
        frame(folder / f"{name}.png")
    Image.new("L", (SIDE, SIDE)).save(folder / "0_seg.png")
    labels(folder / "1_seg.png", 255)
    (folder / "1.meta").write_text("{}")
    (folder / "0.png").rename(folder / "0.PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    found = read_public("bagls", tmp_path)
    assert [(case.name, case.class_name) for case in found.cases] == [
        ("0.PNG", "vc-closed"), ("1.png", "vc-open"),
    ]  # fmt: skip
    assert [(it.name, it.reason.key) for it in found.left_out] == [
        ("notes.txt", "frame.not_a_picture"),
        ("training/training/2.png", "dataset.no_label_map"),
    ]


def test_stray_pixels_are_no_open_glottis(tmp_path: Path) -> None:
    frame(tmp_path / "0.png")
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[3, 3:6] = 255
    Image.fromarray(mask).save(tmp_path / "0_seg.png")
    assert read_public("bagls", tmp_path).cases[0].class_name == "vc-closed"


def test_ears_without_a_side_are_cases_with_their_diagnosis(tmp_path: Path) -> None:
    for name in ("Normal/o1.png", "Tympanoskleros/deep/o2.png", "Csom/o3.png", "o4.png"):
        frame(tmp_path / name)
    (tmp_path / "Csom" / "Thumbs.db").touch()
    found = read_public("ear-imagery", tmp_path)
    cases = found.cases
    assert [(it.name, it.reason.key) for it in found.left_out] == [
        ("o4.png", "dataset.no_diagnosis")
    ]
    assert [(case.name, case.class_name, case.finding) for case in cases] == [
        ("o3.png", "ear", "Csom"), ("o1.png", "ear", "normal"), ("o2.png", "ear", "plaque"),
    ]  # fmt: skip
    assert cases[2].caption_en == "Ear: tympanosclerosis plaque."
    assert cases[2].caption_vi == "Tai: mảng xơ nhĩ."
    assert cases[0].licence == "CC0"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("elbows", "Known are vocalfolds, bagls"),
        ("ear-imagery", "holds no frame of Ear imagery"),
        ("scope-hn", "no class can be stated"),
        ("vocalfolds", "holds no frame of vocalfolds"),
    ],
)
def test_what_makes_no_cases_is_told(name: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        read_public(name, tmp_path)


def test_a_folder_of_classes_is_not_taken_for_entreps(tmp_path: Path) -> None:
    frame(tmp_path / "throat" / "0.png")
    with pytest.raises(DataError, match="holds no frame of ENTRep challenge"):
        read_public("entrep", tmp_path)


def test_every_data_set_states_its_terms() -> None:
    for it in PUBLIC_SETS:
        assert all((it.licence, it.home, it.layout))
        assert it.region in (*REGIONS, "all")


def test_command_lists_them_and_wants_a_folder(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["datasets", "--json"])
    assert '"name": "bagls"' in result.output
    built = CliRunner().invoke(app, ["gallery", "build", str(tmp_path / "g"), "--dataset", "bagls"])
    assert isinstance(built.exception, DataError)
