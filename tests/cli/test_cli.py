"""The command line: JSON exactly as documented, and one line for a user's mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from entdemo.cli import main as cli
from entdemo.errors import UserError
from entdemo.taxonomy import CLASSES
from tests.helpers.command_line import entdemo


def run(*arguments: str | Path) -> dict[str, object]:
    result = CliRunner().invoke(cli.app, [*map(str, arguments), "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def used(made: dict[str, Path]) -> list[str]:
    return ["--weights", str(made["weights"]), "--gallery", str(made["gallery"])]


def test_predict(made: dict[str, Path]) -> None:
    frame = next((made["frames"] / "throat").glob("*.jpg"))
    answer = run("predict", frame, "--k", "3", *used(made))
    assert list(answer) == [
        "verdict", "reasons", "stated", "class", "region", "probabilities", "in_distribution",
        "likely_findings", "neighbours", "timings_ms",
    ]  # fmt: skip
    assert answer["likely_findings"] == []  # random weights: nothing was measured
    assert list(answer["probabilities"]) == list(CLASSES)
    assert len(answer["neighbours"]) == 3
    assert list(answer["neighbours"][0]) == [
        "case_id", "similarity", "class", "caption_en", "caption_vi", "file",
    ]  # fmt: skip


def test_a_picture_of_several_is_chosen_and_their_number_told(
    made: dict[str, Path], tmp_path: Path
) -> None:
    first, *others = (
        Image.open(it) for it in sorted((made["frames"] / "throat").glob("*.jpg"))[:3]
    )
    pages = tmp_path / "pages.tif"
    first.save(pages, save_all=True, append_images=others)
    answer = run("predict", pages, "--page", "2", *used(made))
    assert (answer["page"], answer["pages"]) == (2, 3)
    told = entdemo("predict", str(pages), "--page", "2", *used(made))
    assert "Picture 2 of 3; --page N takes another one." in told.err
    for arguments, sentence in (
        ((pages,), "holds 3 pictures"),
        ((pages, "--page", "4"), "no picture 4 in this file; it holds 3"),
        ((made["frames"], "--page", "1"), "--page chooses a picture of one file"),
    ):
        refused = entdemo("predict", *map(str, arguments), *used(made))
        assert refused.code == 2
        assert sentence in " ".join(refused.err.split())


def test_filters_narrow_both_commands(made: dict[str, Path]) -> None:
    frame = next((made["frames"] / "throat").glob("*.jpg"))
    narrowed = ["--k", "2", "--region", "ear", "--region", "nose", "--class", "ear-left"]
    for asked in (("predict", frame), ("search", "throat"), ("predict", frame, "--text", "throat")):
        found = run(*asked, *narrowed, *used(made))["neighbours"]
        assert [near["class"] for near in found] == ["ear-left"] * 2
    assert run("search", "throat", "--min-similarity", "1", *used(made))["neighbours"] == []


def test_an_unknown_filter_or_share_is_one_sentence(made: dict[str, Path]) -> None:
    frame = next((made["frames"] / "throat").glob("*.jpg"))
    for wrong, told in (
        (["--region", "elbow"], "elbow"),
        (["--text", "ear", "--share", "2"], "0 to 1"),
    ):
        with pytest.raises(UserError, match=told):
            run("predict", frame, *wrong, *used(made))


def test_search(made: dict[str, Path]) -> None:
    answer = run("search", "dây thanh mở", "--k", "2", *used(made))
    assert list(answer) == [
        "verdict", "reasons", "stated", "class", "region", "probabilities", "in_distribution",
        "neighbours", "findings", "denied_findings", "absent_findings", "corrections",
    ]  # fmt: skip
    assert len(answer["neighbours"]) == 2


def test_search_tells_people_how_it_read(
    made: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The random weights find nothing, but words of the field are known without them."""

    def told(text: str) -> str:
        result = CliRunner().invoke(cli.app, ["search", text, "--k", "1", *used(made)])
        return " ".join((result.output + capsys.readouterr().err).split())

    said = told("attic cholesteatoma, eardrum perforaton")
    assert "“perforaton” was read as “perforation”." in said
    assert "The gallery has no case of this kind with: cholesteatoma" in said
    assert "This does not read like an ENT finding." in told("knee arthroscopy")


def test_evaluate(made: dict[str, Path]) -> None:
    answer = run("evaluate", made["frames"], "--weights", made["weights"])
    assert list(answer) == [
        "n", "accuracy", "macro_f1", "region_accuracy", "label_accuracy", "confusion",
        "ece", "image_retrieval", "text_retrieval", "ci95", "in_distribution", "by_source",
    ]  # fmt: skip
    assert answer["n"] == 21
    for name in ("image_retrieval", "text_retrieval"):
        assert list(answer[name]) == ["recall@1", "recall@5", "mrr"]


def test_texts(made: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"text": "màng nhĩ phải", "class": "ear-right"}\n', "utf-8")
    answer = run("texts", file, "--weights", made["weights"])
    assert list(answer) == [
        "n", "accuracy", "region_accuracy", "region_accuracy_by_language", "refused",
        "refused_by_language", "recognised", "recognised_by_language", "elsewhere",
    ]  # fmt: skip
    assert answer["n"] == 1


def test_gallery_verify_tells_what_is_wrong(made: dict[str, Path]) -> None:
    assert run("gallery", "verify", made["gallery"]) == {"ok": True, "problems": []}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"just words", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0" * 128 + b"DICM" + b"\0" * 64, "DICOM"),
    ],
)
def test_a_wrong_file_gets_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "frame.jpg"
    file.write_bytes(content)
    with pytest.raises(UserError, match=says):
        run("predict", file)


def test_mistakes_end_with_code_2_and_one_line(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "frame.png")
    frame, weights = str(tmp_path / "frame.png"), str(tmp_path / "none")
    code, out, err = entdemo("predict", frame, "--weights", weights)
    assert code == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_predict_of_a_folder_is_one_table(made: dict[str, Path], tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    asked = ["predict", made["frames"], "--k", "1", "--csv", table, *used(made)]
    answer = run(*asked, "--by-doubt")
    frames = answer["frames"]
    assert isinstance(frames, list)
    assert len(frames) == 21
    doubts = [frame["doubt"] for frame in frames]
    assert doubts == sorted(doubts, reverse=True)
    assert len(table.read_text("utf-8-sig").splitlines()) == 22
    with pytest.raises(UserError, match="already exists"):
        run(*asked)
