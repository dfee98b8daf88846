"""A miniature ENTRep folder of drawn frames, with every trap of the real one.

``_image`` in JSON and ``_Image`` on disk, line ends inside captions, copies of pictures under
other names, numbers that several frames share, lists without a header, a picture that is missing,
one that is damaged, a class that is unknown, captions in one language alone.

``python -m tests.helpers.entrep_folder DIR`` writes one.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from entdemo.phantom.folder import iter_phantoms

SIZE = (640, 480)
"""Width and height of the real frames."""
SMALL = (160, 120)
"""Of tests: a folder is written and read in a tenth of the time."""
PER_EXAMINATION = 2


@dataclass(frozen=True)
class Drawn:
    """A frame with its class and captions."""

    rgb: NDArray[np.uint8]
    class_name: str
    caption_en: str
    caption_vi: str


def phantom_frames(n: int, seed: int) -> Iterator[Drawn]:
    """Drawn frames; classes take turns."""
    for phantom in iter_phantoms(n, seed):
        yield Drawn(phantom.rgb, phantom.facts.class_name, phantom.caption_en, phantom.caption_vi)


@dataclass
class EntrepFolder:
    """A folder in the making; names are those of the JSON files.

    Attributes:
        train: names with a class in ``train/cls.json``, in order.
        public: names in ``public/data.json``.
        test: names in ``test/cls.csv``.
        copies: names of pictures that repeat one of ``train``.
        size: width and height of the pictures.
    """

    path: Path
    size: tuple[int, int] = SMALL
    train: list[str] = field(default_factory=list)
    public: list[str] = field(default_factory=list)
    test: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)


def write_entrep(
    path: Path,
    train: Iterable[Drawn],
    public: Iterable[Drawn],
    test: Iterable[Drawn],
    size: tuple[int, int] = SMALL,
) -> EntrepFolder:
    """Write the folder without its broken entries, see ``add_broken``."""
    folder = EntrepFolder(path, size)
    for part in ("train/imgs", "public/images", "test/imgs"):
        (path / part).mkdir(parents=True)
    _write_train(folder, list(train))
    _write_public(folder, list(public))
    _write_test(folder, list(test))
    return folder


def add_broken(folder: EntrepFolder) -> None:
    """Add a missing and a damaged picture, and an unknown class, to ``train/cls.json``."""
    imgs = folder.path / "train" / "imgs"
    (imgs / "900001_broken_Image01.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    shutil.copy(imgs / on_disk(folder.train[0]), imgs / "900002_odd_Image01.png")
    file = folder.path / "train" / "cls.json"
    labels = json.loads(file.read_text("utf-8"))
    labels["900000_gone_image01.png"] = "throat"
    labels["900001_broken_image01.png"] = "throat"
    labels["900002_odd_image01.png"] = "larynx"
    write_json(file, labels)


def on_disk(name: str) -> str:
    """How the disk spells a name of the JSON files."""
    return name.replace("_image", "_Image")


def write_json(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def _name(index: int, start: int) -> str:
    """The examination's number comes first and repeats."""
    return f"{start + index // PER_EXAMINATION}_2309{index:04d}_954_image{index:02d}.png"


def _save(folder: EntrepFolder, part: str, name: str, frame: Drawn) -> None:
    picture = Image.fromarray(frame.rgb).resize(folder.size)
    picture.save(folder.path / part / on_disk(name), compress_level=1)


def _write_train(folder: EntrepFolder, frames: list[Drawn]) -> None:
    imgs = folder.path / "train" / "imgs"
    names = [_name(index, 20066822) for index in range(len(frames))]
    for name, frame in zip(names, frames, strict=True):
        _save(folder, "train/imgs", name, frame)
    copy = "30000000_copy_image01.png"
    shutil.copy(imgs / on_disk(names[0]), imgs / on_disk(copy))
    labels = {name: frame.class_name for name, frame in zip(names, frames, strict=True)}
    write_json(folder.path / "train" / "cls.json", {**labels, copy: frames[0].class_name})
    partners = zip(names, [*names[7:], *names[:7]], strict=True)
    write_json(folder.path / "train" / "i2i.json", dict(partners))
    _write_phrases(folder.path / "train" / "t2i.json", names, frames)
    folder.train, folder.copies = names, [copy]


def _write_phrases(file: Path, names: list[str], frames: list[Drawn]) -> None:
    """Every second frame in English, every third one in Vietnamese; a phrase may repeat as key."""
    english = [(frame.caption_en, name) for frame, name in zip(frames, names, strict=True)][::2]
    other = [(frame.caption_vi, name) for frame, name in zip(frames, names, strict=True)][::3]
    rows = [f"{json.dumps(text)}: {json.dumps(name)}" for text, name in [*english, *other]]
    file.write_text("{" + ",\n".join(rows) + "}", "utf-8")


def _write_public(folder: EntrepFolder, frames: list[Drawn]) -> None:
    names = [_name(index, 20077000) for index in range(len(frames))]
    records = []
    for index, (name, frame) in enumerate(zip(names, frames, strict=True)):
        _save(folder, "public/images", name, frame)
        records.append(
            {
                "Path": name,
                "Classification": frame.class_name,
                "Type": "abnormal" if index % 2 else "",
                "Description": f"- {frame.caption_vi}\r\n- Ảnh mờ",
                "DescriptionEN": "" if index == 0 else f"{frame.caption_en}\r\nblurred image\r\n",
            }
        )
    write_json(folder.path / "public" / "data.json", records)
    folder.public = names


def _write_test(folder: EntrepFolder, frames: list[Drawn]) -> None:
    test = folder.path / "test"
    names = [_name(index, 20088000) for index in range(len(frames))]
    for name, frame in zip(names, frames, strict=True):
        _save(folder, "test/imgs", name, frame)
    (test / "cls.csv").write_bytes("\r\n".join(names).encode())
    (test / "i2i.csv").write_bytes("\n".join([*names[1:], ""]).encode())
    phrases = [frame.caption_vi for frame in frames]
    phrases[0] = f"{frames[0].caption_en}, here, with commas"
    phrases[1] = f"{frames[1].caption_en}\r\nand a second line"
    lines = [f'"{phrase}"' if "\n" in phrase else phrase for phrase in phrases]
    (test / "t2i.csv").write_bytes("\n".join(lines).encode())
    folder.test, folder.phrases = names, phrases


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a miniature ENTRep folder.")
    parser.add_argument("folder", type=Path, help="must not be there yet")
    parser.add_argument("--train", type=int, default=84, help="frames in train (84)")
    parser.add_argument("--public", type=int, default=28, help="frames in public (28)")
    parser.add_argument("--test", type=int, default=21, help="frames in test (21)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other frames (0)")
    parser.add_argument("--broken", action="store_true", help="with entries that cannot be used")
    wanted = parser.parse_args()
    frames = phantom_frames(wanted.train + wanted.public + wanted.test, wanted.seed)
    folder = write_entrep(
        wanted.folder,
        list(islice(frames, wanted.train)),
        list(islice(frames, wanted.public)),
        list(islice(frames, wanted.test)),
        SIZE,
    )
    if wanted.broken:
        add_broken(folder)


if __name__ == "__main__":
    main()
