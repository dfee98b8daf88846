"""The Quiz tab. A visitor's round is kept on the server for the visit, so that the page holds
nothing of the answer before it is given; the frame itself comes inline, without an address."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from entdemo.errors import PageError, UserError
from entdemo.image.frame import Frame, load_frame
from entdemo.taxonomy import CLASSES
from entdemo.ui.events import MODEL_QUEUE, Data, as_user_error, data_of
from entdemo.ui.i18n import alert
from entdemo.ui.pictures import query_picture
from entdemo.ui.quiz import MOST_CASES, Item, Round, advance, answer, chosen, start
from entdemo.ui.quiz_difficulty import gallery_items
from entdemo.ui.quiz_views import question, reveal, score, setup
from entdemo.ui.shell import end_wait, outlet

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery
    from entdemo.predictor import Predictor

NEIGHBOURS = 6
_EVENTS = ("begin", "answer", "proceed", "finish", "new")
_MOUNT = (
    f"entdemo.mountQuiz({{{', '.join(f'{name}: d => trigger({name!r}, d)' for name in _EVENTS)}}})"
)

Step = tuple[Round | None, str]


def build_quiz_tab(predictor: Predictor) -> None:
    """Place the tab's components and connect them."""
    visit = gr.State(None)
    local = '<div id="quiz-local"></div>'
    form = gr.HTML(local, js_on_load=_MOUNT, apply_default_css=False)
    message = outlet("quiz-message")
    stage = outlet("quiz-answer", setup())
    quiz = Quiz(predictor)
    for name in _EVENTS:
        step = _listener(getattr(quiz, name))
        answered = getattr(form, name)(step, [visit], [visit, stage, message], **MODEL_QUEUE)
        end_wait(answered, "quiz")


def _listener(step: Callable[[Round | None, Data], Step]) -> Callable[..., list[Any]]:
    """Wrap a step for an event; after an error the round and the page stay as they are."""

    def listen(state: Any, event: gr.EventData) -> list[Any]:
        try:
            return [*step(state, data_of(event)), ""]
        except Exception as error:
            return [gr.skip(), gr.skip(), alert(as_user_error(error))]

    return listen


class Quiz:
    """The steps of a quiz over the predictor's gallery; it keeps nothing of a visitor.

    Each takes a visitor's round and the event's data, and gives the next round with its HTML.
    """

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._items: tuple[Gallery, list[Item]] | None = None

    def begin(self, state: Round | None, data: Data) -> Step:
        """Start a round of the region and the difficulty, or of the cases, that were chosen."""
        region, level = (str(data.get(name) or "") for name in ("region", "level"))
        case_ids = data.get("cases")
        if isinstance(case_ids, list):
            items = self._items_of({str(case_id) for case_id in case_ids[:MOST_CASES]})
        else:
            items = self._gallery_items()
        items = chosen(items, region, level)
        asks = bool(data.get("finding"))
        return self._asked(start(items, secrets.randbits(32), asks_finding=asks))

    def answer(self, state: Round | None, data: Data) -> Step:
        """Take the answer and tell what it was."""
        given = answer(_going(state), str(data.get("class") or ""), str(data.get("finding") or ""))
        return given, self._revealed(given)

    def proceed(self, state: Round | None, data: Data) -> Step:
        """Ask the next question, or the same one again if it was not answered yet."""
        going = _going(state)
        return self._asked(advance(going) if going.revealed else going)

    def finish(self, state: Round | None, data: Data) -> Step:
        """Show the score; the round can go on."""
        going = _going(state)
        return going, score(going, self._predictor.gallery)

    def new(self, state: Round | None, data: Data) -> Step:
        """Back to what to ask for."""
        return None, setup()

    def _asked(self, state: Round) -> Step:
        gallery = self._predictor.gallery
        while state.current:
            try:
                case = gallery.case(state.current.case_id)
                picture = query_picture(_frame(gallery, state.current))
                return state, question(state, case, picture)
            except UserError:  # the case was removed from the gallery meanwhile
                state = advance(replace(state, revealed=False))
        return state, score(state, gallery)

    def _revealed(self, state: Round) -> str:
        gallery, item = self._predictor.gallery, state.answers[-1].item
        frame = _frame(gallery, item)
        prediction = self._predictor.predict(frame, NEIGHBOURS + 1)
        others = [near for near in prediction.neighbours if near.case_id != item.case_id]
        prediction = replace(prediction, neighbours=tuple(others[:NEIGHBOURS]))
        return reveal(state, gallery.case(item.case_id), query_picture(frame), prediction, gallery)

    def _items_of(self, case_ids: set[str]) -> list[Item]:
        """Items of some cases; those of a large gallery that were not judged count as medium."""
        judged = {item.case_id: item for item in self._gallery_items()}
        return [
            judged.get(case.case_id) or Item(case.case_id, case.class_name, case.finding, "medium")
            for case in self._predictor.gallery.cases
            if case.case_id in case_ids and case.class_name in CLASSES
        ]

    def _gallery_items(self) -> list[Item]:
        gallery = self._predictor.gallery
        if self._items is None or self._items[0] is not gallery:
            self._items = gallery, gallery_items(gallery)
        return self._items[1]


def _going(state: Round | None) -> Round:
    if state is None:
        raise PageError("quiz.over")
    return state


def _frame(gallery: Gallery, item: Item) -> Frame:
    return load_frame(gallery.frame_path(gallery.case(item.case_id)))
