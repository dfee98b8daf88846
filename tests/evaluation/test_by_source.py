"""Figures of each source, from stated probabilities whose figures are known by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from entdemo.evaluation.evaluate import evaluate
from entdemo.taxonomy import CLASSES
from tests.helpers.evaluation_fakes import fake_encoder, save_frame

pytestmark = pytest.mark.usefixtures("colour_alone")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Source A: a frame a class, one nose taken for a throat; source B: two throats; no source."""
    rows = ["file,label,source,group"]
    for number, name in enumerate(CLASSES):
        save_frame(tmp_path / name / f"a{number}.png", name, number)
        rows.append(f"{name}/a{number}.png,{name},A,g{number}")
    save_frame(tmp_path / "nose-left" / "a9.png", "throat", 9)
    rows.append("nose-left/a9.png,nose-left,A,g9")
    for number in (1, 2):
        save_frame(tmp_path / "throat" / f"b{number}.png", "throat", 20 + number)
        rows.append(f"throat/b{number}.png,throat,B,h")
    save_frame(tmp_path / "ear" / "c.png", "ear-left", 30)
    (tmp_path / "frames.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path


def test_each_source_stands_for_itself(data: Path) -> None:
    found = evaluate(fake_encoder(), data).by_source
    a, b, rest = found.sources
    assert (a.source, a.n, a.class_frames, rest.source) == ("A", 8, 8, data.name)
    assert a.regions == {"nose": 3, "ear": 2, "vocal-cords": 2, "throat": 1}
    assert (a.region_accuracy, a.class_accuracy) == (7 / 8, 7 / 8)
    assert a.region_ece == pytest.approx(a.region_confidence - 7 / 8, abs=1e-6)
    assert (b.n, b.region_accuracy, b.class_frames, b.class_accuracy) == (2, 1.0, 0, None)
    assert found.region_recall["nose"] == pytest.approx(2 / 3)
    assert found.balanced_region_accuracy == pytest.approx((2 / 3 + 3) / 4)
    assert found.not_measured == []


def test_regions_without_a_frame_are_said_to_be_not_measured(tmp_path: Path) -> None:
    save_frame(tmp_path / "ear" / "c.png", "ear-left", 30)
    found = evaluate(fake_encoder(), tmp_path).to_json()["by_source"]
    assert found["regions_not_measured"] == ["nose", "vocal-cords", "throat"]
    assert found["region_recall"] == {"ear": 1.0}
