from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.fixtures.gallery_samples import OTHER_EMBEDDER, new_cases
from entdemo.errors import UserError
from entdemo.gallery.build import build_gallery
from entdemo.gallery.store import Gallery
from entdemo.gallery.verify import verify_gallery
from entdemo.ui.editor import Added, Editor
from tests.helpers.editing import EditablePredictor, editable, over


def content(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith(".")
    }


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return tmp_path / "shipped"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
def predictor(shipped: Path) -> EditablePredictor:
    return editable(shipped)


@pytest.fixture
def editor(predictor: EditablePredictor, shipped: Path, own: Path) -> Editor:
    return Editor(predictor, shipped, own)


def test_the_first_case_makes_a_copy_and_the_shipped_gallery_stays(
    editor: Editor, predictor: EditablePredictor, shipped: Path, own: Path
) -> None:
    before = content(shipped)
    assert editor.copies
    assert editor.folder == own
    assert editor.add(new_cases(2, start=100)) == Added(new=2, known=0)
    assert content(shipped) == before
    assert predictor.gallery.folder == own
    assert len(predictor.gallery.cases) == 16
    assert not editor.copies
    assert editor.folder == own
    assert verify_gallery(own) == []
    assert len(editor.own_ids()) == 2


def test_cases_that_are_there_already_are_counted_apart(editor: Editor) -> None:
    editor.add(new_cases(2, start=100))
    assert editor.add(new_cases(3, start=101)) == Added(new=2, known=1)


def test_progress_is_told(editor: Editor) -> None:
    told: list[tuple[int, int | None]] = []
    editor.add(new_cases(3, start=50), lambda count, of: told.append((count, of)))
    assert [count for count, of in told if of is None] == [1, 2, 3]
    assert told[-1] == (3, 3)


def test_an_own_case_is_removed_with_its_frame(
    editor: Editor, predictor: EditablePredictor, own: Path
) -> None:
    editor.add(new_cases(2, start=100))
    first, second = sorted(editor.own_ids())
    frame = predictor.gallery.frame_path(predictor.gallery.case(first))
    assert editor.remove(first).case_id == first
    assert not frame.exists()
    assert editor.own_ids() == {second}
    assert len(predictor.gallery.cases) == 15
    assert verify_gallery(own) == []


def test_what_was_removed_is_put_back_as_it_was(
    editor: Editor, predictor: EditablePredictor, own: Path
) -> None:
    editor.add(new_cases(2, start=100))
    first = min(editor.own_ids())
    case = predictor.gallery.case(first)
    jpeg, vector = (
        (own / case.file).read_bytes(),
        predictor.gallery.vectors[predictor.gallery.cases.index(case)],
    )
    editor.remove(first)
    assert editor.put_back(first) == case
    assert predictor.gallery.case(first) == case
    assert (own / case.file).read_bytes() == jpeg
    np.testing.assert_allclose(predictor.gallery.vectors[-1], vector, atol=1e-6)
    assert verify_gallery(own) == []
    with pytest.raises(UserError, match="cannot be put back"):
        editor.put_back(first)


def test_a_shipped_case_cannot_be_removed(
    editor: Editor, predictor: EditablePredictor, own: Path
) -> None:
    with pytest.raises(UserError, match="came with the app"):
        editor.remove(predictor.gallery.cases[0].case_id)
    with pytest.raises(UserError):
        editor.remove("nobody")
    assert not own.exists()


def test_a_gallery_of_ones_own_is_changed_where_it_lies(tmp_path: Path) -> None:
    predictor = editable(tmp_path / "mine")
    editor = Editor(predictor, tmp_path / "no-such", tmp_path / "own")
    assert not editor.copies
    editor.add(new_cases(1, start=100))
    assert predictor.gallery.folder == tmp_path / "mine"
    assert len(editor.own_ids()) == 15
    editor.remove(predictor.gallery.cases[0].case_id)
    assert len(predictor.gallery.cases) == 14
    assert not (tmp_path / "own").exists()


def test_a_copy_that_is_there_is_added_to(editor: Editor, shipped: Path, own: Path) -> None:
    editor.add(new_cases(1, start=100))
    again = over(Gallery.open(shipped))
    Editor(again, shipped, own).add(new_cases(1, start=101))
    assert len(again.gallery.cases) == 16


def test_vectors_of_other_weights_are_computed_anew(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    build_gallery(folder, new_cases(5), OTHER_EMBEDDER)
    predictor = over(Gallery.open(folder))
    Editor(predictor, tmp_path / "no-such", tmp_path / "own").add(new_cases(1, start=9))
    assert predictor.gallery.embedder_id == "weights-1"
    assert predictor.gallery.vectors.shape == (6, 192)


def test_a_bad_picture_adds_nothing(
    editor: Editor, predictor: EditablePredictor, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    good, other = new_cases(2, start=100)
    with pytest.raises(UserError, match=r"bad\.jpg"):
        editor.add([good, type(other)(bad, other.class_name)])
    assert len(predictor.gallery.cases) == 14


def test_a_folder_that_cannot_be_written_is_named(
    predictor: EditablePredictor, shipped: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    editor = Editor(predictor, shipped, tmp_path / "file" / "own")
    with pytest.raises(UserError, match="own could not be written"):
        editor.add(new_cases(1, start=100))
    assert predictor.gallery.folder == shipped


def test_an_own_case_gets_another_class_and_other_texts_and_the_table_holds_them(
    editor: Editor, predictor: EditablePredictor, own: Path
) -> None:
    editor.add(new_cases(1, start=100))
    (case_id,) = editor.own_ids()
    before = predictor.gallery.case(case_id)
    other = next(name for name in ("ear-left", "ear-right") if name != before.class_name)
    texts = {
        "class": other,
        "source": "Clinic A",
        "licence": "CC BY 4.0",
        "finding": "Thủng màng nhĩ",
        "caption_vi": "  Tai\ntrái ",
        "history_en": "Ear pain",
        "points_vi": "Nhìn nón sáng",
        "link": "https://example.org/ear",
    }
    revised = editor.revise(case_id, texts)
    assert revised.caption_vi == "Tai trái"
    assert revised.caption_en == ""
    assert (revised.class_name, revised.finding) == (other, "perforation")
    assert revised.credit == "Clinic A · CC BY 4.0"
    assert revised.teaching.both("history") == ("Ear pain", "Ear pain")
    assert (revised.file, revised.group) == (before.file, before.group)
    again = Gallery.open(own).case(case_id)
    assert again == predictor.gallery.case(case_id) == revised
    assert "Nhìn nón sáng" in (own / "cases.csv").read_text("utf-8")
    assert verify_gallery(own) == []


def test_a_case_that_is_none_of_ours_a_wrong_link_and_no_class_are_refused(
    editor: Editor, predictor: EditablePredictor
) -> None:
    editor.add(new_cases(1, start=100))
    (case_id,) = editor.own_ids()
    shipped_case = next(it for it in predictor.gallery.cases if it.case_id != case_id)
    for given, texts, key in (
        (shipped_case.case_id, {}, "edit.shipped_case"),
        (case_id, {"link": "javascript:alert(1)"}, "teaching.link"),
        (case_id, {"class": "eye"}, "edit.no_class"),
    ):
        with pytest.raises(UserError) as caught:
            editor.revise(given, texts)
        assert caught.value.key == key
    assert predictor.gallery.case(case_id).teaching.link == ""
