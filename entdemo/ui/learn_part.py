"""Learning from own cases, in the Gallery tab: what there is, before and after, keep and undo."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from entdemo.gallery.store import Progress
from entdemo.ui.events import GALLERY_QUEUE, as_user_error
from entdemo.ui.following import followed
from entdemo.ui.i18n import alert
from entdemo.ui.learn_views import done, outcome, progress_bar, survey, to_check
from entdemo.ui.shell import end_wait, outlet

if TYPE_CHECKING:
    from entdemo.adaptation.learn import Depth
    from entdemo.predictor import Predictor
    from entdemo.ui.learning import Learning

_MOUNT = (
    "entdemo.mountLearn(element, Object.fromEntries("
    "['survey', 'learn', 'full', 'cancel', 'keep', 'discard', 'undo']"
    ".map((way) => [way, () => trigger(way, {})])))"
)
Parts = dict[str, str]
"""HTML of some of the parts: status, check, answer."""


def build_learning(predictor: Predictor, learning: Learning) -> None:
    """Place the parts and connect them.

    Args:
        predictor: answers on the page.
        learning: learns from its gallery's own cases.
    """
    places = {
        "status": outlet("learn-status"),
        "answer": outlet("learn-answer"),
        "check": outlet("learn-check"),
    }
    message = outlet("learn-message")
    ways = gr.HTML("", js_on_load=_MOUNT, apply_default_css=False, elem_id="learn-ways")
    outputs = [*places.values(), message]

    def connected(event: Any, handler: Callable[[], Iterator[Parts]]) -> None:
        def on() -> Iterator[list[Any]]:
            try:
                for parts in handler():
                    yield [*(parts.get(name, gr.skip()) for name in places), ""]
            except Exception as error:
                yield [gr.skip(), "", gr.skip(), alert(as_user_error(error))]

        end_wait(event(on, None, outputs, **GALLERY_QUEUE), "learn")

    def on_cancel() -> None:
        learning.cancel()

    connected(ways.survey, partial(surveyed, predictor, learning))
    connected(ways.learn, partial(learned, learning, "fast"))
    connected(ways.full, partial(learned, learning, "full"))
    connected(ways.keep, partial(changed, predictor, learning, learning.keep, "kept"))
    connected(ways.undo, partial(changed, predictor, learning, learning.undo, "undone"))
    connected(ways.discard, partial(discarded, predictor, learning))
    ways.cancel(on_cancel, None, None, **GALLERY_QUEUE)


def surveyed(predictor: Predictor, learning: Learning) -> Iterator[Parts]:
    """What there is to learn from, then which labels should be checked."""
    before = learning.outcome
    yield {"status": survey(predictor, learning), "answer": outcome(before) if before else ""}
    found = yield from _following(learning.improbable, "check", "learn.checking")
    yield {"status": survey(predictor, learning), "check": to_check(found)}


def learned(learning: Learning, depth: Depth) -> Iterator[Parts]:
    """How far learning is, then the comparison."""
    learn = partial(learning.learn, depth=depth)
    found = yield from _following(learn, "answer", "learn.learning", cancel=True)
    yield {"answer": outcome(found)}


def changed(
    predictor: Predictor, learning: Learning, change: Callable[[Progress], None], key: str
) -> Iterator[Parts]:
    """How far the gallery's new vectors are, then what serves."""
    yield from _following(change, "answer", "learn.embedding", cancel=True)
    yield {"status": survey(predictor, learning), "answer": done(f"learn.{key}"), "check": ""}


def discarded(predictor: Predictor, learning: Learning) -> Iterator[Parts]:
    """Nothing of what was learned is left."""
    learning.discard()
    yield {"status": survey(predictor, learning), "answer": done("learn.discarded")}


def _following(
    job: Callable[[Progress], Any], place: str, key: str, *, cancel: bool = False
) -> Generator[Parts, None, Any]:
    """Follow a job in one of the parts; what it gives."""
    steps = followed(job, partial(progress_bar, key, cancel=cancel))
    yield {place: progress_bar(key, 0, None, cancel=cancel)}
    while True:
        try:
            yield {place: next(steps)}
        except StopIteration as end:
            return end.value
