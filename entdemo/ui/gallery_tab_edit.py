"""Own cases: handing them in with progress, and removing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from entdemo.errors import PageError
from entdemo.gallery.intake import read_pictures
from entdemo.gallery.teaching import COLUMNS as TEACHING
from entdemo.ui.events import GALLERY_QUEUE, Data, as_user_error, data_of
from entdemo.ui.following import followed
from entdemo.ui.gallery_tab_form import (
    done,
    form,
    place,
    progress_bar,
    put_back,
    removal_dialog,
    removed,
    revised,
    texts_dialog,
)
from entdemo.ui.gallery_tab_intake import handed_in
from entdemo.ui.gallery_tab_views import TEXTS
from entdemo.ui.i18n import alert
from entdemo.ui.shell import connect, end_wait, outlet

if TYPE_CHECKING:
    from entdemo.gallery.intake import NewCase
    from entdemo.predictor import Predictor
    from entdemo.ui.editor import Editor

_MOUNT = (
    "entdemo.mountEdit(element, upload, {enrol: d => trigger('enrol', d), "
    "discard: d => trigger('discard', d), restore: d => trigger('restore', d), "
    "revise: d => trigger('revise', d), "
    "refresh: d => trigger('refresh', d)})"
)


def build_edit(
    predictor: Predictor, editor: Editor, refilter: Callable[[], str], filters: gr.HTML
) -> None:
    """Place the form and connect it.

    Args:
        predictor: whose gallery is changed.
        editor: changes it.
        refilter: HTML of the filters for what the gallery then holds.
        filters: where that goes.
    """
    result = outlet("edit-answer")
    message = outlet("edit-message")
    outlet("edit-dialog", removal_dialog() + texts_dialog())
    where = outlet("edit-where", place(editor, predictor))
    entry = gr.HTML(form(), js_on_load=_MOUNT, apply_default_css=False, elem_id="edit-form")
    outputs = [result, filters, where, message]

    def on_enrol(event: gr.EventData) -> Iterator[list[Any]]:
        try:
            data = data_of(event)
            with handed_in(data) as items:
                if data.get("sure") is not True:
                    refuse_strangers(predictor, items)
                for html in adding(editor, items, lambda: len(predictor.gallery.cases)):
                    yield [html, gr.skip(), gr.skip(), ""]
            yield [gr.skip(), refilter(), place(editor, predictor), ""]
        except Exception as error:
            yield ["", gr.skip(), gr.skip(), alert(as_user_error(error))]

    def on_discard(data: Data) -> tuple[str, str, str]:
        case = editor.remove(str(data.get("case_id")))
        held = len(predictor.gallery.cases)
        return removed(case, held), refilter(), place(editor, predictor)

    def on_revise(data: Data) -> tuple[str, str, str]:
        texts = {name: str(data.get(name) or "") for name in ("class", *TEXTS, *TEACHING)}
        case = editor.revise(str(data.get("case_id")), texts)
        return revised(case), refilter(), place(editor, predictor)

    def on_restore(data: Data) -> tuple[str, str, str]:
        case = editor.put_back(str(data.get("case_id")))
        held = len(predictor.gallery.cases)
        return put_back(case, held), refilter(), place(editor, predictor)

    def on_refresh() -> tuple[str, str]:
        """The page itself was built before the last change."""
        return refilter(), place(editor, predictor)

    end_wait(entry.enrol(on_enrol, None, outputs, **GALLERY_QUEUE), "edit")
    connect(entry.discard, on_discard, outputs, "edit", GALLERY_QUEUE)
    connect(entry.revise, on_revise, outputs, "edit", GALLERY_QUEUE)
    connect(entry.restore, on_restore, outputs, "edit", GALLERY_QUEUE)
    renewed = entry.refresh(on_refresh, None, [filters, where], **GALLERY_QUEUE)
    renewed.then(
        fn=None, js="() => entdemo.renew()", api_visibility="private", show_progress="hidden"
    )


def refuse_strangers(predictor: Predictor, items: Sequence[NewCase]) -> None:
    """Ask before frames are added that do not look like endoscopy.

    Raises:
        UserError: naming them, or if a picture cannot be read.
    """
    frames = list(read_pictures(items))
    answers = predictor.classes(frames)
    strange = [it.name for it, told in zip(items, answers, strict=True) if not told.in_distribution]
    if strange:
        raise PageError("edit.not_endoscopy", names=", ".join(strange))


def adding(editor: Editor, items: Sequence[Any], held: Callable[[], int]) -> Iterator[str]:
    """Add cases; HTML that says how far it is, and at last what came of it.

    Args:
        editor: adds them.
        items: the cases.
        held: how many cases the gallery holds.

    Raises:
        UserError: as the editor does.
    """
    added = yield from followed(
        lambda told: editor.add(items, told), lambda done, of: progress_bar(done, of, len(items))
    )
    yield done(added, held())
