"""The report's folder: all figures, and pictures that can be opened."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from entdemo.errors import UserError
from entdemo.evaluation.evaluate import examine
from entdemo.evaluation.examples import frame_examples, text_examples
from entdemo.evaluation.report_folder import JSON, MARKDOWN, write_report
from entdemo.taxonomy import CLASSES
from tests.helpers.evaluation_fakes import fake_encoder, save_frame

pytestmark = pytest.mark.usefixtures("colour_alone")

PICTURES = ["confusion.png", "frame-search.png", "reliability.png", "text-search.png"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two frames a class with captions; one right nose looks like a left one."""
    folder = tmp_path / "data"
    rows = ["file,finding,caption_en,caption_vi"]
    for number, name in enumerate(CLASSES * 2):
        save_frame(folder / name / f"{number:02}.png", name, number)
        rows.append(f"{name}/{number:02}.png,normal,an {name} in English,{name} bằng tiếng Việt")
    (folder / "captions.csv").write_text("\n".join(rows), "utf-8")
    save_frame(folder / "nose-right" / "00.png", "nose-left", 100, tinged="nose-right")
    return folder


def test_a_folder_holds_figures_pictures_and_every_part_in_words(
    data: Path, tmp_path: Path
) -> None:
    (data / "throat" / "broken.png").write_bytes(b"no picture")
    encoder, out = fake_encoder(), tmp_path / "out" / "deep"
    examined = examine(encoder, data)
    write_report(out, "Colours", encoder, examined)
    assert sorted(path.name for path in out.iterdir()) == sorted([*PICTURES, JSON, MARKDOWN])
    for name in PICTURES:
        with Image.open(out / name) as picture:
            assert min(picture.size) > 200
    found = json.loads((out / JSON).read_text("utf-8"))
    assert examined.report.to_json().items() <= found.items()
    assert found["retrieval"]["text to frame: class and finding"]["queries"] == 28
    assert {"class_name", "precision", "recall", "f1", "frames"} == set(found["per_class"][0])
    assert sum(row["count"] for row in found["swaps"]) == 1
    assert sum(row["frames"] for row in found["reliability"]) == 14
    text = (out / MARKDOWN).read_text("utf-8")
    assert text.startswith("# Colours\n")
    assert "| accuracy | 14 | 0.929 [" in text
    assert "| nose-right taken for nose-left | 2 | 1 | 0.500 | 0.500 |" in text
    assert "| nose-right | 2 | 1.000 | 0.500 | 0.667 |" in text
    assert "frame to frame: class and finding" in text
    assert "patients' frames" in text
    assert "throat/broken.png" in text
    for name in PICTURES:
        assert f"({name})" in text
    cells = {line.count("|") for line in text.split("## Classes")[1].split("##")[0].split("\n")}
    assert cells == {0, 6}, "rows are as wide as their heads"


def test_regions_alone_make_a_report_without_pictures(tmp_path: Path) -> None:
    save_frame(tmp_path / "data" / "ear" / "a.png", "ear-left", 0)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "confusion.png").write_bytes(b"of an earlier report")
    encoder = fake_encoder()
    write_report(tmp_path / "out", "Regions", encoder, examine(encoder, tmp_path / "data"))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {JSON, MARKDOWN}
    assert "region accuracy" in (tmp_path / "out" / MARKDOWN).read_text("utf-8")


def test_examples_leave_the_query_out(data: Path) -> None:
    encoder = fake_encoder()
    pool = examine(encoder, data).pool
    frames, texts = frame_examples(pool), text_examples(encoder, pool)
    assert [example.query.class_name for example in frames] == list(CLASSES)
    for example in (*frames, *texts):
        assert example.query not in example.answers
        assert len(example.answers) == 5
    assert frames[1].answers[0].class_name == "nose-left"
    assert frames[0].answers[0].class_name == "nose-left", "the tinged frame finds what it shows"
    assert "English" in texts[0].text
    assert "tiếng Việt" in texts[1].text
    assert texts[2].answers[0].class_name == "ear-right"


def test_without_matplotlib_one_clear_sentence(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = fake_encoder()
    examined = examine(encoder, data)
    real = builtins.__import__

    def refusing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refusing)
    with pytest.raises(UserError) as caught:
        write_report(tmp_path / "out", "Colours", encoder, examined)
    assert caught.value.key == "figures.no_matplotlib"
    assert "pip install" in str(caught.value)
    assert not (tmp_path / "out").exists()
