"""Cases that state a region or a side alone are found, shown and matched as such."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fixtures.gallery_samples import EMBEDDER, new_cases
from entdemo.errors import DataError, GalleryError
from entdemo.gallery.browse import browse
from entdemo.gallery.build import build_gallery
from entdemo.gallery.cases import label_of
from entdemo.gallery.filters import CaseFilter
from entdemo.gallery.folder import read_folder
from entdemo.gallery.matching import Matcher
from entdemo.gallery.store import Gallery
from entdemo.taxonomy import CLASSES, LABELS, label_of_classes, mirror_class, open_classes

EAR, LEFT = 3, 5
"""Which of the cases state an ear without a side, and a left side without a region."""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    items = new_cases(14)
    items[EAR] = replace(items[EAR], class_name="ear")
    items[LEFT] = replace(items[LEFT], class_name="left", finding="")
    folder = tmp_path_factory.mktemp("gallery") / "mine"
    build_gallery(folder, items, EMBEDDER)
    return Gallery.open(folder)


def matcher(gallery: Gallery) -> Matcher:
    return Matcher(gallery, lambda texts: gallery.vectors[: len(texts)])


def test_each_label_is_named_by_what_it_leaves_open() -> None:
    assert [label_of_classes(open_classes(label)) for label in LABELS] == list(LABELS)
    assert open_classes("left") == {"nose-left", "ear-left"}
    assert [mirror_class(label) for label in ("left", "ear", "vc-open")] == [
        "right", "ear", "vc-open",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "label"),
    [("Ear", "ear"), ("tai", "ear"), ("Dây thanh", "vocal-cords"), ("TRÁI", "left"),
     ("ear, left", "ear-left"), ("mũi phải", "nose-right"), ("elbow", None)],
)  # fmt: skip
def test_labels_are_read_by_key_and_in_words(text: str, label: str | None) -> None:
    assert label_of(text) == label


def test_they_are_kept_and_browsed(gallery: Gallery) -> None:
    ear, left = gallery.cases[EAR], gallery.cases[LEFT]
    assert (ear.class_name, ear.region, left.class_name, left.region) == ("ear", "ear", "left", "")
    assert ear in browse(gallery.cases, CaseFilter(regions=frozenset({"ear"})))
    assert ear not in browse(gallery.cases, CaseFilter(classes=frozenset({"ear-left"})))
    assert browse(gallery.cases, CaseFilter(classes=frozenset({"ear"}))) == [ear]
    assert left in browse(gallery.cases, text="trai")


def test_what_is_not_stated_is_neither_the_same_class_nor_another(gallery: Gallery) -> None:
    same, told = matcher(gallery)._same(np.array([EAR]))
    assert not same.any()
    regions = [case.region for case in gallery.cases]
    assert [not known for known in told[0]] == [region in ("ear", "") for region in regions]


def test_a_frame_finds_them_by_the_likeliest_class_that_they_leave_open(gallery: Gallery) -> None:
    found = matcher(gallery)
    probabilities = [0.0] * len(CLASSES)
    probabilities[CLASSES.index("ear-left")] = 1.0
    query = found.frame_query(gallery.vectors[EAR], probabilities)
    best = found.near(query, 14)[0]
    assert best.case is gallery.cases[EAR]
    assert best.similarity == pytest.approx(1.0, abs=1e-4)


def picture(folder: Path, name: str, seed: int) -> None:
    from benchmarks.fixtures.gallery_samples import jpeg, picture

    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(jpeg(picture(seed)))


def test_folders_and_tables_state_regions_sides_and_findings(tmp_path: Path) -> None:
    for seed, name in enumerate(("ear/a.jpg", "ear/left/b.jpg", "phải/c.jpg", "d.jpg", "e.jpg")):
        picture(tmp_path, name, seed)
    (tmp_path / "captions.csv").write_text(
        "file,class,finding\na.jpg,,perforation\nc.jpg,nose,\nd.jpg,,adenoid\ne.jpg,tai,\n", "utf-8"
    )
    found = {case.name: case.class_name for case in read_folder(tmp_path).cases}
    assert found == {
        "a.jpg": "ear", "b.jpg": "ear-left", "c.jpg": "nose-right", "d.jpg": "nose", "e.jpg": "ear"
    }  # fmt: skip


def test_a_finding_of_several_regions_and_labels_that_exclude_each_other_are_told(
    tmp_path: Path,
) -> None:
    picture(tmp_path, "throat/a.jpg", 1)
    picture(tmp_path, "b.jpg", 2)
    (tmp_path / "captions.csv").write_text("file,class,finding\na.jpg,left,\nb.jpg,,polyp\n")
    with pytest.raises(DataError) as told:
        read_folder(tmp_path)
    assert "“throat” but its class is given as “left”" in str(told.value)
    assert "“b.jpg” has no class" in str(told.value)


def test_one_picture_under_labels_that_agree_is_one_case(tmp_path: Path) -> None:
    item = new_cases(4)[3]
    unstated, other = replace(item, class_name="ear"), replace(item, class_name="throat")
    assert len(build_gallery(tmp_path / "one", [item, unstated], EMBEDDER).cases) == 1
    with pytest.raises(GalleryError):
        build_gallery(tmp_path / "two", [unstated, other], EMBEDDER)
