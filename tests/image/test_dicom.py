"""DICOM files as endoscopy systems and archives write them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLSLossless,
)

from benchmarks.fixtures.gallery_samples import EMBEDDER
from benchmarks.fixtures.pictures import GREY, GREY_TAGS, PATIENT, dicom, saved, scene
from entdemo.errors import UserError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.folder import read_folder
from entdemo.gallery.intake import NewCase, stored_jpeg
from entdemo.image.frame import load_frame
from tests.helpers.uploads import progressive, refusal

WORDS: dict[str, Any] = {"BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}


def difference(data: bytes, expected: np.ndarray) -> float:
    rgb = load_frame(data).rgb.astype(int)
    assert rgb.shape == (72, 96, 3)
    return float(np.abs(rgb - expected.astype(int)).max())


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_plain_colour(syntax: str) -> None:
    assert difference(dicom(scene(), syntax), scene()) == 0


def test_colour_by_planes_and_as_ybr() -> None:
    planes = np.ascontiguousarray(scene().transpose(2, 0, 1))
    assert difference(dicom(planes, PlanarConfiguration=1), scene()) == 0
    ybr = np.asarray(Image.fromarray(scene()).convert("YCbCr"))
    assert difference(dicom(ybr, PhotometricInterpretation="YBR_FULL"), scene()) <= 3


@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "RGB"])
def test_jpeg(photometric: str) -> None:
    stored = Image.fromarray(scene())
    if photometric == "RGB":  # the bytes are red, green and blue, and no mark says so
        data = saved(stored, "JPEG", quality=98, keep_rgb=True, subsampling=0)
        data = data.replace(b"R\x11\0G\x11\0B\x11\0", b"\x01\x11\0\x02\x11\0\x03\x11\0")
        data = data.replace(b"R\0G\0B\0", b"\x01\0\x02\0\x03\0")
    else:
        data = saved(stored, "JPEG", quality=98)
    file = dicom(encapsulate([data]), JPEGBaseline8Bit, PhotometricInterpretation=photometric)
    assert difference(file, scene()) <= 8


def test_jpeg_2000() -> None:
    data = saved(scene(), "JPEG2000", irreversible=False)
    file = dicom(encapsulate([data]), JPEG2000, PhotometricInterpretation="YBR_RCT")
    assert difference(file, scene()) == 0


def test_the_first_of_several_frames() -> None:
    frames = np.stack([scene(), scene()[::-1]])
    assert difference(dicom(frames, NumberOfFrames=2), scene()) == 0
    data = [saved(part, "JPEG", quality=98) for part in (scene(), scene()[::-1])]
    file = dicom(
        encapsulate(data), JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL", NumberOfFrames=2
    )
    assert difference(file, scene()) <= 8


def test_grey_of_8_bits_is_shown_as_it_is() -> None:
    expected = np.repeat(GREY[..., None], 3, axis=2)
    assert difference(dicom(GREY, **GREY_TAGS), expected) == 0
    inverse = {**GREY_TAGS, "PhotometricInterpretation": "MONOCHROME1"}
    assert difference(dicom(255 - GREY, **inverse), expected) == 0


def test_grey_of_12_bits_goes_through_its_window() -> None:
    deep = GREY.astype(np.uint16) * 16
    stretched = (GREY - GREY.min()) * (255.0 / (GREY.max() - GREY.min()))
    assert difference(dicom(deep, **GREY_TAGS, **WORDS), np.repeat(stretched[..., None], 3, 2)) <= 1
    window: dict[str, Any] = {"WindowCenter": 2048, "WindowWidth": 2}
    rgb = load_frame(dicom(deep, **GREY_TAGS, **WORDS, **window)).rgb
    assert set(np.unique(rgb)) <= {0, 255}


def test_a_palette() -> None:
    indices = (GREY // 32).astype(np.uint8)
    tables: dict[str, Any] = {"SamplesPerPixel": 1, "PhotometricInterpretation": "PALETTE COLOR"}
    for colour, factor in (("Red", 30), ("Green", 20), ("Blue", 10)):
        table = (np.arange(8, dtype=np.uint16) * factor * 256).astype("<u2")
        tables[f"{colour}PaletteColorLookupTableDescriptor"] = [8, 0, 16]
        tables[f"{colour}PaletteColorLookupTableData"] = table.tobytes()
    expected = indices[..., None] * np.array([30, 20, 10])
    assert difference(dicom(indices, **tables), expected) <= 1


def test_large_frames_are_reduced() -> None:
    wide = np.tile(GREY.astype(np.uint16) * 16, (25, 33))
    tags = {**GREY_TAGS, **WORDS, "Rows": wide.shape[0], "Columns": wide.shape[1]}
    assert max(load_frame(dicom(wide, **tags)).rgb.shape) <= 1600


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ({"BurnedInAnnotation": "YES"}, "frame.burned_in"),
        ({}, "frame.burned_in_unknown"),
        ({"BurnedInAnnotation": "NO"}, None),
    ],
)
def test_burned_in_text_is_warned_of(stated: dict[str, str], key: str | None) -> None:
    notice = load_frame(dicom(scene(), **stated)).notice
    assert (notice and notice.key) == key
    assert load_frame(saved(scene())).notice is None


def test_a_gallery_takes_such_files_and_passes_the_warning_on(tmp_path: Path) -> None:
    (source := tmp_path / "source" / "throat").mkdir(parents=True)
    (source / "frame.dcm").write_bytes(dicom(scene()))
    gallery = build_gallery(tmp_path / "g", read_folder(source.parent), EMBEDDER)
    assert len(gallery.cases) == 1
    assert gallery.notes[0].startswith("frame.dcm: This DICOM file does not state whether text")


def test_nothing_but_pixels_is_kept() -> None:
    frame = load_frame(dicom(scene()))
    assert frame == load_frame(saved(scene()))
    assert PATIENT not in repr(vars(frame))
    assert PATIENT.encode() not in stored_jpeg(frame)
    assert PATIENT not in NewCase(frame, "throat").name


@pytest.mark.parametrize(
    ("file", "key"),
    [
        (lambda: dicom(scene(), Rows=20_000, Columns=20_000), "frame.too_many_pixels"),
        (lambda: dicom(scene(), Rows=20), "frame.too_small"),
        (lambda: dicom(scene(), Rows=73), "frame.dicom"),
        (lambda: dicom(scene(), DeflatedExplicitVRLittleEndian), "frame.dicom"),
        (lambda: dicom(encapsulate([b"\0" * 9]), JPEGLSLossless), "frame.dicom"),
        (lambda: dicom(encapsulate([b"\0" * 9]), MPEG2MPML), "frame.video"),
        (lambda: dicom(encapsulate([b"\0" * 9]), JPEGBaseline8Bit), "frame.dicom"),
        (lambda: dicom(scene())[:900], "frame.dicom"),
        (lambda: dicom(scene(), BitsAllocated=32), "frame.dicom"),
    ],
)
def test_what_cannot_be_shown_is_refused(file: Any, key: str) -> None:
    assert refusal(file()) == key


def test_a_frame_inside_that_is_a_bomb_is_refused() -> None:
    big = saved(Image.new("L", (9000, 9000)), "JPEG")
    file = dicom(encapsulate([big]), JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL")
    assert refusal(file) == "frame.too_many_pixels"
    file = dicom(
        encapsulate([progressive(40)]), JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL"
    )
    assert refusal(file) == "frame.too_many_scans"


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(UserError, match="pip install pydicom") as caught:
        load_frame(dicom_bytes)
    assert caught.value.key == "frame.dicom_extra"


dicom_bytes = dicom(scene())
