"""Collections on the server's side: cards, files, and the shelf of whoever runs the app."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from starlette.applications import Starlette
from starlette.testclient import TestClient

from entdemo.errors import UserError
from entdemo.gallery.collection import MOST_BYTES, Shelf
from entdemo.ui.collection_tab import rows, tools
from entdemo.ui.handout_route import handout_route, make_handout
from entdemo.ui.quiz_tab import Quiz
from entdemo.ui.shelf_route import shelf_route
from tests.helpers.ui_fakes import FakeGallery, FakePredictor

CASES = [{"case_id": "throat-1", "note": "Look at the uvula."}, {"case_id": "ear-left-0"}]


def order(**changed: Any) -> bytes:
    given = {
        "format": "pptx",
        "language": "vi",
        "answers": True,
        "collection": {"format": 1, "name": "Monday", "cases": CASES},
    }
    return json.dumps(given | changed).encode()


def test_rows_follow_the_order_and_name_what_is_missing(gallery: FakeGallery) -> None:
    html = rows(gallery, ["throat-1", "gone", "ear-left-0"])  # type: ignore[arg-type]
    places = [html.index(f'data-collected="{it}"') for it in ("throat-1", "gone", "ear-left-0")]
    assert places == sorted(places)
    assert "Case gone is not in this gallery." in html
    assert html.count("<textarea") == 3
    assert "No case is in the collection yet." in rows(gallery, [])  # type: ignore[arg-type]


def test_it_is_said_where_collections_are_kept() -> None:
    assert 'data-keeps="here"' in tools(keeps=True)
    assert "Kept in your browser only." in tools(keeps=False)


def test_a_handout_has_order_notes_and_name(predictor: FakePredictor) -> None:
    kind, data = make_handout(predictor, order())  # type: ignore[arg-type]
    slides = list(Presentation(io.BytesIO(data)).slides)
    assert kind == "pptx"
    titles = [slide.shapes.title.text for slide in slides]
    assert titles[0] == "Monday"
    assert titles[2].startswith("Ca 1. họng")
    assert "Look at the uvula." in " ".join(
        shape.text_frame.text for shape in slides[2].shapes if shape.has_text_frame
    )


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"format": "exe"}, "collection.order"),
        ({"answers": "yes"}, "collection.order"),
        ({"collection": {"name": "x", "cases": [{"case_id": "gone"}]}}, "export.no_cases"),
        ({"format": "apkg", "answers": False}, "export.no_answers"),
    ],
)
def test_what_cannot_be_made_is_told(
    predictor: FakePredictor, changed: dict[str, Any], key: str
) -> None:
    with pytest.raises(UserError) as caught:
        make_handout(predictor, order(**changed))  # type: ignore[arg-type]
    assert caught.value.key == key


def test_the_routes_answer_with_a_file_or_a_sentence(
    predictor: FakePredictor, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path)
    routes = [handout_route(predictor), shelf_route(shelf)]  # type: ignore[arg-type]
    with TestClient(Starlette(routes=routes)) as client:
        answer = client.post("/handout", content=order(format="csv"))
        assert answer.headers["content-disposition"] == 'attachment; filename="handout.csv"'
        assert answer.content.decode("utf-8-sig").count("\n") == 3
        refused = client.post("/handout", content=b"{}", headers={"Accept-Language": "vi"})
        assert (refused.status_code, refused.json()["detail"][:9]) == (400, "Không tạo")
        assert client.post("/handout", content=b" " * (MOST_BYTES + 1)).status_code == 400

        kept = client.post("/collections", json={"keep": {"name": "Monday", "cases": CASES}})
        assert [it["name"] for it in kept.json()] == ["Monday"]
        assert client.get("/collections").json()[0]["cases"][0] == CASES[0]
        assert client.post("/collections", json={"remove": "Monday"}).json() == []
        assert client.post("/collections", json={"keep": {"name": ""}}).status_code == 400


def test_a_quiz_asks_for_the_cases_of_a_collection_alone(predictor: FakePredictor) -> None:
    quiz = Quiz(predictor)  # type: ignore[arg-type]
    state, _ = quiz.begin(None, {"cases": ["throat-1", "ear-left-0", "gone"]})
    assert state is not None
    assert state.current is not None
    asked = {item.case_id for item in (state.current, *state.fresh)}
    assert asked == {"throat-1", "ear-left-0"}
    with pytest.raises(UserError):
        quiz.begin(None, {"cases": []})
