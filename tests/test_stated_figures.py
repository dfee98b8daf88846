"""What pages say of the shipped weights agrees with what the weights record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entdemo.bundle.weights import BundleInfo, read_info
from entdemo.settings import DEFAULT_WEIGHTS

ROOT = Path(__file__).parents[1]
EARLIER = "The bundle named below is an earlier one"


@pytest.fixture(scope="module")
def info() -> BundleInfo:
    return read_info(DEFAULT_WEIGHTS)


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def rows(text: str) -> list[list[str]]:
    """Cells of every table row."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]


def short(value: float) -> str:
    """As pages print shares: three digits, without the 0."""
    return f"{value:.3f}".removeprefix("0")


def test_the_ablation_names_its_base_and_whether_it_is_the_shipped_one(info: BundleInfo) -> None:
    text = page("docs/ablation.md")
    named = re.search(r"embedder id\s+`([0-9a-f]{16})`", text)
    assert named
    assert (EARLIER in text) == (named[1] != info.embedder_id)


def test_figures_on_real_frames_are_those_of_the_shipped_weights(info: BundleInfo) -> None:
    text = page("docs/default-model.md")
    named = re.search(r"weights with the digest `([0-9a-f]{16})`", text)
    assert named
    assert named[1] == info.content_digest[:16]
    sources = info.metrics["real_frames"]["by_source"]["sources"]
    found = {cells[0].split(" ")[0]: cells[1:] for cells in rows(text) if len(cells) == 6}
    assert len(sources) >= 6
    for source in sources:
        known = source["class_accuracy"]
        assert found[source["source"]] == [
            str(source["n"]),
            *(short(source[key]) for key in ("region_accuracy", "region_confidence", "region_ece")),
            "not measured" if known is None else short(known),
        ]


def test_the_first_page_states_the_recorded_figures(info: BundleInfo) -> None:
    text = page("README.md")
    drawn, real = info.metrics["phantom_test"], info.metrics["real_frames"]["by_source"]
    row = next(cells for cells in rows(text) if cells and cells[0].startswith("drawn frames"))
    assert row[1:] == [
        f"{drawn['n']:,}",
        short(drawn["region_accuracy"]),
        short(drawn["accuracy"]),
    ]
    words = " ".join(text.split())
    assert f"is right in {short(real['balanced_region_accuracy'])}," in words
    assert f"calibration error of {short(real['region_ece'])}." in words


def test_the_card_names_every_frame_that_was_trained_on(info: BundleInfo) -> None:
    """The numbers of drawn frames follow from the recipes of the chain of runs."""
    recipe, expected = info.training, []
    while recipe:
        own = [stage["frames"] for stage in recipe["stages"] if stage["frames"]]
        for drawn in (recipe["data"]["train"], *own):
            expected.append(f"{drawn['n']} drawn from seed {drawn['seed']}")
        recipe = recipe.get("start", {}).get("training")
    card = page("weights/default/README.md")
    assert len(expected) >= 5
    assert all(part in card for part in expected)
