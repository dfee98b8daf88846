"""A whole evaluation with a network that knows colours, whose figures are known by hand."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from entdemo.data.dataset import read_items
from entdemo.errors import UserError
from entdemo.evaluation import encode
from entdemo.evaluation.encode import encode_items
from entdemo.evaluation.evaluate import evaluate
from entdemo.evaluation.report import IMAGE, TEXT, Report
from entdemo.evaluation.report_folder import markdown
from entdemo.evaluation.searches import (
    IMAGE_ELSEWHERE,
    IMAGE_FINDING,
    TEXT_ENGLISH,
    TEXT_FINDING,
    TEXT_VIETNAMESE,
)
from entdemo.evaluation.tables import report_table
from entdemo.taxonomy import CLASSES
from tests.helpers.evaluation_fakes import colour_frame, fake_encoder, save_frame

pytestmark = pytest.mark.usefixtures("colour_alone")

KEYS = [
    "n", "accuracy", "macro_f1", "region_accuracy", "label_accuracy", "confusion", "ece",
    "image_retrieval", "text_retrieval", "ci95", "in_distribution", "by_source",
]  # fmt: skip
CI_KEYS = [
    "accuracy", "macro_f1", "region_accuracy", "label_accuracy", "image_recall@1",
    "text_recall@1", "image_mrr", "text_mrr",
]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two frames a class; one right nose looks like a left one, one open larynx like a throat."""
    folder = tmp_path / "data"
    for number, name in enumerate(CLASSES * 2):
        save_frame(folder / name / f"{number:02}.png", name, number)
    save_frame(folder / "nose-right" / "00.png", "nose-left", 100, tinged="nose-right")
    save_frame(folder / "vc-open" / "04.png", "throat", 101, tinged="vc-open")
    return folder


def add_captions(folder: Path) -> None:
    rows = ["file,finding,caption_en,caption_vi,group"]
    for file in sorted(folder.glob("*/*.png")):
        name = f"{file.parent.name}/{file.name}"
        rows.append(f"{name},normal,{file.parent.name},{file.parent.name},{int(file.stem) % 7}")
    (folder / "captions.csv").write_text("\n".join(rows), "utf-8")


def shown(report: Report) -> str:
    console = Console(file=io.StringIO(), width=200, record=True)
    console.print(report_table(report))
    return console.export_text()


def test_classification_by_hand(data: Path) -> None:
    """14 frames, 2 wrong, 1 of them in the wrong region."""
    found = evaluate(fake_encoder(), data).to_json()
    assert list(found) == KEYS
    assert list(found["ci95"]) == CI_KEYS
    assert found["n"] == 14
    assert found["accuracy"] == pytest.approx(12 / 14)
    assert found["region_accuracy"] == pytest.approx(13 / 14)
    f1 = [2 / 3, 4 / 5, 1, 1, 2 / 3, 1, 4 / 5]
    assert found["macro_f1"] == pytest.approx(np.mean(f1))
    assert found["confusion"]["nose-right"]["nose-left"] == 1
    assert found["confusion"]["vc-open"]["throat"] == 1
    assert found["confusion"]["throat"]["throat"] == 2
    low, high = found["ci95"]["accuracy"]
    assert 0.5 < low < found["accuracy"] < high <= 1
    json.dumps(found, allow_nan=False)


def test_image_retrieval_by_hand(data: Path) -> None:
    """The two strangers meet both frames of the class that they show before their own twin."""
    report = evaluate(fake_encoder(), data)
    assert report.to_json()["image_retrieval"] == {
        "recall@1": pytest.approx(12 / 14),
        "recall@5": 1,
        "mrr": pytest.approx((12 + 2 / 3) / 14),
    }
    assert report.retrieval[IMAGE].queries == 14


def test_text_retrieval_by_hand(data: Path) -> None:
    """One of 28 captions names the class whose colour is the opposite: its hit comes last of 13."""
    add_captions(data)
    table = (data / "captions.csv").read_text("utf-8")
    wrong = table.replace("throat/13.png,normal,throat", "throat/13.png,normal,nose-left")
    (data / "captions.csv").write_text(wrong, "utf-8")
    report = evaluate(fake_encoder(), data)
    assert report.to_json()["text_retrieval"] == {
        "recall@1": pytest.approx(27 / 28),
        "recall@5": pytest.approx(27 / 28),
        "mrr": pytest.approx((27 + 1 / 13) / 28),
    }
    assert report.retrieval[TEXT].queries == 28
    assert report.retrieval[TEXT_ENGLISH].recall_1 == pytest.approx(13 / 14)
    assert report.retrieval[TEXT_VIETNAMESE].recall_1 == 1
    assert report.to_json()["ci95"]["text_mrr"] is not None


def test_findings_are_a_stricter_hit(data: Path) -> None:
    """With one finding a frame apart, its class alone is no hit."""
    add_captions(data)
    table = (data / "captions.csv").read_text("utf-8")
    (data / "captions.csv").write_text(table.replace("06.png,normal", "06.png,redness"), "utf-8")
    found = evaluate(fake_encoder(), data).retrieval
    assert found[IMAGE].queries == 14
    assert found[IMAGE_FINDING].queries == 12, "the two throats are no longer alike"
    assert found[TEXT_FINDING].queries == 24


def test_other_examinations_only(data: Path) -> None:
    """Each frame's only twin is of its own examination; a third frame is of another."""
    add_captions(data)
    assert IMAGE_ELSEWHERE not in evaluate(fake_encoder(), data).retrieval
    save_frame(data / "ear-left" / "20.png", "ear-left", 20)
    found = evaluate(fake_encoder(), data).retrieval[IMAGE_ELSEWHERE]
    assert (found.queries, found.recall_1) == (3, 1)


def test_text_without_captions_is_null(data: Path) -> None:
    found = evaluate(fake_encoder(), data).to_json()
    assert found["text_retrieval"] == {"recall@1": None, "recall@5": None, "mrr": None}
    assert found["ci95"]["text_recall@1"] is None


def test_regions_alone_give_region_accuracy_alone(tmp_path: Path) -> None:
    save_frame(tmp_path / "ear" / "a.png", "ear-left", 0)
    save_frame(tmp_path / "ear" / "b.png", "ear-right", 1)
    save_frame(tmp_path / "vocal-cords" / "c.png", "throat", 2)
    found = evaluate(fake_encoder(), tmp_path).to_json()
    assert (found["n"], found["region_accuracy"]) == (3, pytest.approx(2 / 3))
    for key in ("accuracy", "macro_f1", "confusion", "ece"):
        assert found[key] is None
    assert found["image_retrieval"] == {"recall@1": None, "recall@5": None, "mrr": None}
    assert found["ci95"]["region_accuracy"] is not None


def test_sides_and_findings_alone_are_judged_by_what_they_state(tmp_path: Path) -> None:
    """Neither ear is an error of an ear without its side, nor any left of a left without region."""
    save_frame(tmp_path / "left" / "a.png", "ear-left", 0)
    save_frame(tmp_path / "left" / "b.png", "nose-left", 1)
    save_frame(tmp_path / "left" / "c.png", "ear-right", 2)
    save_frame(tmp_path / "perforation" / "d.png", "ear-right", 3)
    report = evaluate(fake_encoder(), tmp_path)
    found = report.to_json()
    assert (found["n"], found["label_accuracy"]) == (4, pytest.approx(3 / 4))
    assert (report.region_frames, found["region_accuracy"], found["accuracy"]) == (1, 1, None)
    assert found["by_source"]["region_recall"] == {"ear": 1}
    (source,) = found["by_source"]["sources"]
    assert (source["n"], source["regions"], source["region_accuracy"]) == (4, {"ear": 1}, 1)
    assert "within the label" in shown(report)


def test_sides_alone_give_no_region_figures(tmp_path: Path) -> None:
    save_frame(tmp_path / "left" / "a.png", "ear-left", 0)
    save_frame(tmp_path / "phải" / "b.png", "nose-left", 1)
    report = evaluate(fake_encoder(), tmp_path)
    found = report.to_json()
    assert (found["label_accuracy"], found["region_accuracy"]) == (1 / 2, None)
    assert found["by_source"]["balanced_region_accuracy"] is None
    assert found["by_source"]["region_ece"] is None
    json.dumps(found, allow_nan=False)
    assert "not measured" in shown(report)
    assert "region accuracy" not in markdown("sides", report, [])


def test_fewer_than_three_classes_give_no_class_figures(tmp_path: Path) -> None:
    save_frame(tmp_path / "ear" / "a.png", "ear-left", 0)
    for number in range(3):
        save_frame(tmp_path / "throat" / f"{number}.png", "throat", number)
    found = evaluate(fake_encoder(), tmp_path).to_json()
    assert (found["n"], found["accuracy"], found["region_accuracy"]) == (4, None, 1)
    assert found["image_retrieval"]["mrr"] is None


def test_copies_of_the_query_are_left_out(data: Path) -> None:
    """A frame that is there twice would otherwise find itself."""
    stranger = data / "nose-right" / "00.png"
    (data / "nose-right" / "copy.png").write_bytes(stranger.read_bytes())
    report = evaluate(fake_encoder(), data)
    assert report.n == 15
    assert report.retrieval[IMAGE].recall_1 == pytest.approx(12 / 15)


def test_unreadable_pictures_are_counted_and_named(data: Path) -> None:
    (data / "throat" / "broken.png").write_bytes(b"no picture")
    (data / "throat" / "empty[red].png").write_bytes(b"")
    told: list[tuple[int, int]] = []
    report = evaluate(fake_encoder(), data, lambda done, total: told.append((done, total)))
    assert report.n == 14
    assert [skipped.name for skipped in report.skipped] == [
        "throat/broken.png", "throat/empty[red].png",
    ]  # fmt: skip
    assert told[-1] == (16, 16)


def test_no_readable_picture(tmp_path: Path) -> None:
    (tmp_path / "throat").mkdir()
    (tmp_path / "throat" / "a.png").write_bytes(b"no picture")
    with pytest.raises(UserError) as caught:
        evaluate(fake_encoder(), tmp_path)
    assert caught.value.key == "evaluation.no_frames"
    assert "a.png" in caught.value.text("vi")


def test_the_table_tells_what_the_json_does_not(data: Path) -> None:
    add_captions(data)
    save_frame(data / "throat" / "grey.png", "throat", 7, strength=10)
    text = shown(evaluate(fake_encoder(), data))
    assert "nose-right taken for nose-left" in text
    assert "vc-open taken for vc-closed" in text
    assert "in distribution" in text
    assert "0.933" in text, "14 of 15 are in distribution"
    assert "macro-F1" in text


def test_temperature_calibrates(data: Path) -> None:
    squares = np.stack([colour_frame("throat", 0)[:16, :16]])
    sharp = fake_encoder(1.0).frames(squares).probabilities
    flat = fake_encoder(10.0).frames(squares).probabilities
    assert sharp.sum() == pytest.approx(1)
    assert flat.max() < sharp.max()


def test_batches_do_not_change_the_result(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "ear-left" / "00-broken.png").write_bytes(b"no picture")
    items = read_items(data)
    whole = encode_items(fake_encoder(), items)
    monkeypatch.setattr(encode, "BATCH", 1)
    single = encode_items(fake_encoder(), items)
    assert [item.name for item in whole.items] == [item.name for item in single.items]
    np.testing.assert_allclose(whole.frames.probabilities, single.frames.probabilities, atol=1e-6)
