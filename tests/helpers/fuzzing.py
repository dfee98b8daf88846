"""Every reader of files from outside, with whole files to start from and ways to spoil them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from entdemo.bundle.golden import check_golden
from entdemo.bundle.weights import GOLDEN, INFO, TOKENIZER, read_info
from entdemo.data.entrep.reader import read_entrep
from entdemo.errors import UserError
from entdemo.evaluation.submission_check import validate_submission
from entdemo.evaluation.texts import read_sentences
from entdemo.gallery.build import build_gallery
from entdemo.gallery.cases import read_cases
from entdemo.gallery.folder import read_folder
from entdemo.gallery.graph_file import is_sound
from entdemo.gallery.index import HnswIndex
from entdemo.gallery.store import Gallery
from entdemo.image.frame import load_frame
from entdemo.model.adapter import ADAPTER_CONFIG, read_adapter_config
from entdemo.model.base import create_tokenizer
from entdemo.model.lora import ADAPTER_WEIGHTS
from entdemo.model.network import EntClip
from entdemo.model.preprocess import preprocess_of
from entdemo.model.tensors import read_tensors
from entdemo.training.config import read_config
from tests.helpers.bundle import NAME, make_bundle
from tests.helpers.gallery_samples import EMBEDDER, new_cases, picture
from tests.image.test_dicom import GREY, GREY_TAGS, dicom
from tests.image.test_frame import saved, scene

RECIPE = Path(__file__).parents[2] / "entdemo" / "training" / "recipes" / "default.yaml"

TOKENS = (
    b"", b"\0", b"\xff", b"\xff" * 4, b"\xff" * 8, b"\x7f\xff\xff\xff", b"\x00\x00\x00\x80",
    b"[" * 2000, b'{"a":' * 2000, b"]", b'"', b"'", b",", b";", b"\t", b"\n", b"\r\n", b"\x1a",
    b"null", b"true", b"-1", b"1e999", b"NaN", b"9" * 400, b"\\ud800", b"\xe2\x80\xa8", b"../",
    b"&a [*a,*a]", b"!!python/object", b"\xff\xda", b"\xff\xd8", b"IDAT", b"IEND", b"DICM",
)  # fmt: skip
"""Pieces that readers of binary files, JSON, tables and YAML stumble over."""


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes:
        seeds: contents that it takes.
        read: must return, or raise UserError, whatever the bytes are.
        share: of the time for fuzzing, against the others'.
    """

    name: str
    seeds: tuple[bytes, ...]
    read: Callable[[bytes], object]
    share: int = 1


@st.composite
def spoiled(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A whole file after up to six edits, or now and then bytes from nowhere."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 6))):
        place = int(draw(st.floats(0, 1)) * len(data))
        length = draw(st.sampled_from((0, 1, 2, 4, 16, 300)))
        piece = draw(st.one_of(st.binary(max_size=8), st.sampled_from(TOKENS)))
        times = draw(st.sampled_from((1, 1, 1, 50)))
        kind = draw(st.sampled_from(("write", "insert", "cut", "repeat")))
        if kind == "write":
            data = data[:place] + piece + data[place + len(piece) :]
        elif kind == "insert":
            data = data[:place] + piece * times + data[place + length :]
        elif kind == "cut":
            data = data[:place]
        else:
            data = data[:place] + data[place : place + length] * times + data[place:]
    return data


def all_targets(folder: Path) -> list[Target]:
    """Every reader; files that they want on the disk are written into ``folder``."""
    return [
        Target("frame", frames(), _read_frame, share=6),
        *_gallery_targets(folder / "gallery-files"),
        *_bundle_targets(folder / "bundle-files"),
        *_entrep_targets(folder / "entrep"),
        *_text_targets(folder),
    ]


def frames() -> tuple[bytes, ...]:
    """Small pictures of every format, mode and compression that is taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    grey, small = Image.fromarray(GREY), Image.fromarray(scene(48, 40))
    deep = Image.fromarray(GREY.astype(np.uint16) * 257)
    return (
        saved(small, "JPEG", exif=exif),
        saved(small, "JPEG", progressive=True),
        saved(small.convert("CMYK"), "JPEG"),
        saved(small),
        saved(small.quantize(16), transparency=3),
        saved(deep),
        saved(small, "WEBP"),
        saved(small, "WEBP", lossless=True, exif=exif),
        saved(small, "BMP"),
        *(saved(small, "TIFF", compression=name) for name in ("tiff_lzw", "jpeg", "packbits")),
        saved(deep, "TIFF", compression="tiff_deflate"),
        saved(grey.convert("1"), "TIFF", compression="group4"),
        dicom(scene()),
        dicom(GREY, **GREY_TAGS),
        dicom(
            encapsulate([saved(small, "JPEG")]), JPEGBaseline8Bit,
            PhotometricInterpretation="YBR_FULL_422", Rows=40, Columns=48,
        ),
    )  # fmt: skip


def _read_frame(data: bytes) -> None:
    load_frame(data).square(64)


def _into(file: Path, read: Callable[[], object], data: bytes) -> None:
    """Let a reader of files read these bytes."""
    file.write_bytes(data)
    read()


def _gallery_targets(folder: Path) -> list[Target]:
    gallery = build_gallery(folder, new_cases(9), EMBEDDER)
    content = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}

    def follow(data: bytes) -> None:
        if is_sound(data, gallery.vectors):
            HnswIndex.from_bytes(data, gallery.vectors).search(gallery.vectors, 3)

    def reading(name: str) -> Target:
        whole = content[name]

        def read(data: bytes) -> None:
            try:
                _into(folder / name, partial(Gallery.open, folder), data)
            finally:
                (folder / name).write_bytes(whole)

        return Target(name, (whole,), read)

    return [
        Target("cases.csv", (content["cases.csv"],), read_cases),
        reading("gallery.json"),
        reading("vectors.safetensors"),
        Target("index.hnsw", (content["index.hnsw"],), follow),
    ]


class _NoModel:
    """In place of a network: what golden frames are compared with is not asked for here."""

    def encode_frames(self, pixels: object) -> Any:
        raise UserError("weights.golden", cosine=0.0)


def _bundle_targets(folder: Path) -> list[Target]:
    bundle = make_bundle(folder)
    model, preprocess = cast(EntClip, _NoModel()), preprocess_of(NAME)
    golden, tokens = folder / GOLDEN, folder / TOKENIZER

    def tokenize() -> None:
        create_tokenizer(NAME, tokens)(["a red ear drum", "màng nhĩ đỏ"])

    readers: dict[str, Callable[[], object]] = {
        INFO: partial(read_info, bundle),
        ADAPTER_CONFIG: partial(read_adapter_config, bundle),
        ADAPTER_WEIGHTS: partial(read_tensors, folder / ADAPTER_WEIGHTS),
        GOLDEN: partial(check_golden, golden, model, preprocess),
        TOKENIZER: tokenize,
    }
    return [
        Target(name, ((folder / name).read_bytes(),), partial(_into, folder / name, read))
        for name, read in readers.items()
    ]


def _entrep_targets(folder: Path) -> list[Target]:
    """An ENTRep folder of two pictures, and a submission for it."""
    for number, part in enumerate(("train", "public", "test")):
        (folder / part / "imgs").mkdir(parents=True)
        for name in ("7_Image1.png", "8_Image2.png"):
            (folder / part / "imgs" / name).write_bytes(saved(picture(number)))
    names = ("7_image1.png", "8_image2.png")
    record = {"Path": names[0], "Classification": "throat", "Type": "", "DescriptionEN": "Red."}
    contents = {
        "train/cls.json": json.dumps(dict.fromkeys(names, "nose-right")),
        "train/i2i.json": json.dumps({names[0]: names[1]}),
        "train/t2i.json": json.dumps({"họng đỏ": names[0], "red throat": names[1]}),
        "public/data.json": json.dumps([record, {**record, "Path": names[1]}]),
        "test/cls.csv": "\n".join(names),
        "test/t2i.csv": '"red, swollen"\r\nhọng đỏ\r\n',
    }
    for name, text in contents.items():
        (folder / name).write_text(text, "utf-8")
    answers = io.BytesIO()
    with zipfile.ZipFile(answers, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answers.json", json.dumps(dict.fromkeys(names, 3)))
    return [
        *(_entrep_target(folder, name, text.encode()) for name, text in contents.items()),
        _submission_target(folder, answers.getvalue()),
    ]


def _entrep_target(folder: Path, name: str, whole: bytes) -> Target:
    def read(data: bytes) -> None:
        try:
            _into(folder / name, partial(read_entrep, folder), data)
        finally:
            (folder / name).write_bytes(whole)

    return Target(name, (whole,), read)


def _submission_target(folder: Path, whole: bytes) -> Target:
    file = folder / "answers.zip"
    check = partial(validate_submission, file, folder, 1)
    return Target("submission.zip", (whole,), partial(_into, file, check))


def _text_targets(folder: Path) -> list[Target]:
    rows = [{"text": "ráy tai trái", "class": "ear-left"}, {"text": "a nose", "region": "nose"}]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    sentences, recipe, pictures = folder / "s.jsonl", folder / "r.yaml", folder / "pictures"
    (pictures / "throat").mkdir(parents=True)
    (pictures / "throat" / "a.png").write_bytes(saved(picture(1)))
    captions = b"file;caption_en;group\nthroat/a.png;A red throat;7\n"
    read_rows = partial(read_folder, pictures)
    return [
        Target(
            "sentences.jsonl",
            (lines,),
            partial(_into, sentences, partial(read_sentences, sentences)),
        ),
        Target(
            "recipe.yaml",
            (RECIPE.read_bytes(),),
            partial(_into, recipe, partial(read_config, recipe)),
        ),
        Target("captions.csv", (captions,), partial(_into, pictures / "captions.csv", read_rows)),
    ]
