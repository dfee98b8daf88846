"""DICOM files as endoscopy systems and archives write them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.pixels import get_encoder
from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from benchmarks.fixtures.gallery_samples import EMBEDDER
from benchmarks.fixtures.pictures import GREY, GREY_TAGS, PATIENT, dicom, saved, scene
from entdemo.errors import FrameError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.folder import read_folder
from entdemo.gallery.intake import NewCase, stored_jpeg
from entdemo.image.dicom import open_loop, seconds
from entdemo.image.frame import load_frame
from tests.helpers.uploads import progressive, refusal


def rle(pixels: np.ndarray, **tags: Any) -> bytes:
    """A file whose frames are packed as runs by pydicom."""
    shape = {"PlanarConfiguration": 0} | tags
    count = int(tags.get("NumberOfFrames", 1))
    frames = pixels.reshape(count, *pixels.shape[-3 if count > 1 else 0 :])
    options = {
        "rows": pixels.shape[1 if count > 1 else 0], "columns": pixels.shape[2 if count > 1 else 1],
        "number_of_frames": 1, "samples_per_pixel": tags.get("SamplesPerPixel", 3),
        "bits_allocated": 8 * pixels.dtype.itemsize, "bits_stored": 8 * pixels.dtype.itemsize,
        "pixel_representation": 0, "planar_configuration": 0,
        "photometric_interpretation": tags.get("PhotometricInterpretation", "RGB"),
    }  # fmt: skip
    encoder = get_encoder(RLELossless)
    packed = [encoder.encode(it, **options, encoding_plugin="pydicom") for it in frames]
    return dicom(encapsulate(packed), RLELossless, **shape)


WORDS: dict[str, Any] = {"BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}


def difference(data: bytes, expected: np.ndarray) -> float:
    rgb = load_frame(data).rgb.astype(int)
    assert rgb.shape == (72, 96, 3)
    return float(np.abs(rgb - expected.astype(int)).max())


def without(data: bytes, *tags: str, head: bool = True, preamble: bool = True) -> bytes:
    """The file without some tags, its head (group 2) or its preamble."""
    dataset = dcmread(BytesIO(data))
    for tag in tags:
        delattr(dataset, tag)
    start = len(data) - len(body := data[data.index(b"\x08\0\x16\0") :])
    if tags:
        file = BytesIO()
        dataset.save_as(file, enforce_file_format=True)
        return file.getvalue()
    return (data[:132] if preamble else b"") + (data[132:start] if head else b"") + body


OPTIONAL = (
    "PlanarConfiguration",
    "PhotometricInterpretation",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "SamplesPerPixel",
    "BitsAllocated",
)


@pytest.mark.parametrize("tag", OPTIONAL)
def test_a_missing_tag_has_its_usual_value(tag: str) -> None:
    assert difference(without(dicom(scene()), tag), scene()) == 0
    if tag not in ("PlanarConfiguration",):
        grey = without(dicom(GREY, **GREY_TAGS), tag)
        assert difference(grey, np.repeat(GREY[..., None], 3, axis=2)) == 0


@pytest.mark.parametrize("tag", OPTIONAL)
def test_a_missing_tag_of_a_packed_picture_has_its_usual_value(tag: str) -> None:
    packed = encapsulate([saved(scene(), "JPEG", quality=98)])
    data = dicom(packed, JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL_422")
    assert difference(without(data, tag), scene()) <= 8


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
@pytest.mark.parametrize(("head", "preamble"), [(False, True), (True, False), (False, False)])
def test_without_head_or_preamble(syntax: str, head: bool, preamble: bool) -> None:
    data = without(dicom(scene(), syntax), head=head, preamble=preamble)
    assert difference(data, scene()) == 0


@pytest.mark.parametrize("kind", ["JPEG", "JPEG2000"])
def test_a_packed_picture_without_head(kind: str) -> None:
    options = {"quality": 98} if kind == "JPEG" else {"irreversible": False, "no_jp2": True}
    syntax = JPEGBaseline8Bit if kind == "JPEG" else JPEG2000
    data = dicom(encapsulate([saved(scene(), kind, **options)]), syntax)
    assert difference(without(data, head=False), scene()) <= 8


@pytest.mark.parametrize("width", [0, -5, "", [0, 100]])
def test_a_window_that_shows_nothing_is_passed_over(width: Any) -> None:
    data = dicom(GREY, **GREY_TAGS, WindowCenter=128, WindowWidth=width)
    assert difference(data, np.repeat(GREY[..., None], 3, axis=2)) == 0
    far = dicom(GREY, **GREY_TAGS, WindowCenter=9000, WindowWidth=10)
    assert difference(far, np.repeat(GREY[..., None], 3, axis=2)) == 0


def test_a_window_wider_than_the_picture_keeps_its_tones() -> None:
    deep = GREY.astype(np.uint16) * 16
    window: dict[str, Any] = {"WindowCenter": [2048, 9], "WindowWidth": [4096, 1]}
    data = dicom(deep, **GREY_TAGS, **WORDS, **window)
    assert difference(data, np.repeat(GREY[..., None], 3, axis=2)) <= 1
    signed = (GREY.astype(np.int16) - 128) * 16
    window = {"WindowCenter": 0, "WindowWidth": 4096, "PixelRepresentation": 1}
    data = dicom(signed, **GREY_TAGS, **WORDS, **window)
    assert difference(data, np.repeat(GREY[..., None], 3, axis=2)) <= 1


def test_a_window_of_packed_grey_means_the_values_that_were_stored() -> None:
    deep = Image.fromarray(GREY.astype(np.uint16) * 257)
    packed = encapsulate([saved(deep, "JPEG2000", irreversible=False, no_jp2=True)])
    words: dict[str, Any] = {"BitsAllocated": 16, "BitsStored": 16, "HighBit": 15}
    window: dict[str, Any] = {"WindowCenter": 32768, "WindowWidth": 65536}
    data = dicom(packed, JPEG2000, **GREY_TAGS, **words, **window)
    assert difference(data, np.repeat(GREY[..., None], 3, axis=2)) <= 1


def test_colours_that_contradict_the_pixels() -> None:
    ycc = saved(scene(), "JPEG", quality=98)  # JFIF, and so YCbCr, whatever is stated around it
    stated = dicom(encapsulate([ycc]), JPEGBaseline8Bit, PhotometricInterpretation="RGB")
    assert difference(stated, scene()) <= 8
    assert difference(dicom(scene(), PhotometricInterpretation="MONOCHROME2"), scene()) == 0
    assert difference(dicom(scene(), SamplesPerPixel=1), scene()) == 0
    grey = dicom(GREY, **{**GREY_TAGS, "PhotometricInterpretation": "RGB"})
    assert difference(grey, np.repeat(GREY[..., None], 3, axis=2)) == 0


def test_jpeg_2000_of_colours_that_its_decoder_leaves_alone() -> None:
    ybr = Image.fromarray(np.asarray(Image.fromarray(scene()).convert("YCbCr")))
    packed = saved(ybr, "JPEG2000", irreversible=False, no_jp2=True, mct=0)
    data = dicom(encapsulate([packed]), JPEG2000, PhotometricInterpretation="YBR_FULL")
    assert difference(data, scene()) <= 3


@pytest.mark.parametrize("dark", [1, 5])
def test_a_loop_that_begins_in_the_dark(dark: int) -> None:
    night = np.random.default_rng(0).integers(0, 9, (dark, *scene().shape), np.uint8)
    frames = np.concatenate([night, scene()[None]])
    assert difference(dicom(frames, NumberOfFrames=dark + 1), scene()) == 0
    packed = [saved(frame, "JPEG", quality=98) for frame in frames]
    data = dicom(encapsulate(packed), JPEGBaseline8Bit, NumberOfFrames=dark + 1)
    assert difference(data, scene()) <= 8
    grey = (frames[..., 0].astype(np.uint16) * 16)[..., None][..., 0]
    data = dicom(grey, **GREY_TAGS, **WORDS, NumberOfFrames=dark + 1)
    assert load_frame(data).rgb.std() > 20
    assert load_frame(dicom(night[:1], NumberOfFrames=1)).rgb.max() < 9


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
    wide = np.tile(GREY.astype(np.uint16) * 16, (30, 39))
    tags = {**GREY_TAGS, **WORDS, "Rows": wide.shape[0], "Columns": wide.shape[1]}
    assert max(load_frame(dicom(wide, **tags)).rgb.shape) <= 1920


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
    gallery = build_gallery(tmp_path / "g", read_folder(source.parent).cases, EMBEDDER)
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
        (lambda: dicom(scene(), Rows=73), "frame.truncated"),
        (lambda: dicom(scene(), Rows=50), "frame.dicom_sizes"),
        (lambda: dicom(scene(), DeflatedExplicitVRLittleEndian), "frame.dicom_syntax"),
        (lambda: dicom(encapsulate([b"\0" * 9]), JPEGLSLossless), "frame.dicom_syntax"),
        (lambda: dicom(encapsulate([b"\0" * 9]), MPEG2MPML), "frame.dicom_video"),
        (lambda: dicom(encapsulate([b"\0" * 9]), JPEGBaseline8Bit), "frame.dicom"),
        (lambda: dicom(scene())[:900], "frame.truncated"),
        (lambda: dicom(scene(), BitsAllocated=32), "frame.truncated"),
        (lambda: dicom(scene(), PhotometricInterpretation="HSV"), "frame.dicom_colours"),
        (lambda: without(dicom(scene()), "Rows"), "frame.dicom_tag"),
        (lambda: without(dicom(scene()), "PixelData"), "frame.dicom_tag"),
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


@pytest.mark.parametrize("planes", [0, 1])
def test_runs(planes: int) -> None:
    assert difference(rle(scene(), PlanarConfiguration=planes), scene()) == 0
    grey = rle(GREY, **GREY_TAGS)
    assert difference(grey, np.repeat(GREY[..., None], 3, axis=2)) == 0
    deep = rle(
        GREY.astype(np.uint16) * 16, **GREY_TAGS, **WORDS, WindowCenter=2048, WindowWidth=4096
    )
    assert difference(deep, np.repeat(GREY[..., None], 3, axis=2)) <= 1
    ybr = np.asarray(Image.fromarray(scene()).convert("YCbCr"))
    assert difference(rle(ybr, PhotometricInterpretation="YBR_FULL"), scene()) <= 3


def test_damaged_runs_are_refused() -> None:
    assert refusal(dicom(encapsulate([b"\1" * 90]), RLELossless)) == "frame.dicom"


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_chosen_frame_of_a_loop(page: int) -> None:
    frames = np.stack([scene(), scene()[::-1], scene()[:, ::-1]])
    packed = [saved(it, "JPEG2000", irreversible=False, no_jp2=True) for it in frames]
    for data in (
        dicom(frames, NumberOfFrames=3),
        dicom(encapsulate(packed), JPEG2000, NumberOfFrames=3),
        rle(frames, NumberOfFrames=3),
    ):
        frame = load_frame(data, page)
        assert np.array_equal(frame.rgb, frames[page - 1])
        assert (frame.page, frame.pages) == (page, 3)


def test_a_frame_that_is_not_there_is_told() -> None:
    data = dicom(np.stack([scene()] * 3), NumberOfFrames=3)
    with pytest.raises(FrameError, match="no picture 4 in this file; it holds 3"):
        load_frame(data, 4)


def test_times_of_a_loop_are_those_that_it_states() -> None:
    def last(**tags: Any) -> float:
        data = dicom(np.stack([scene()] * 4), NumberOfFrames=4, **tags)
        return seconds(open_loop(BytesIO(data)))

    assert last(FrameTime=100) == pytest.approx(0.3)
    assert last(CineRate=30) == pytest.approx(0.1)
    assert last(FrameTimeVector=[0, 100, 200, 700]) == pytest.approx(1.0)
    assert last() == pytest.approx(0.12)
