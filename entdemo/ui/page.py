"""The whole page, and how it is served."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.middleware import Middleware

from entdemo.image.decode import MAX_BYTES
from entdemo.ui.about_tab import build_about_tab
from entdemo.ui.api import build_api
from entdemo.ui.batch_tab import build_batch_tab
from entdemo.ui.clip_part import build_clip_part
from entdemo.ui.clip_uploads import ClipUploads, clip_route
from entdemo.ui.collection_tab import build_collection_tab
from entdemo.ui.describe_tab import build_describe_tab
from entdemo.ui.fairness import FairQueue
from entdemo.ui.frame_tab import build_frame_tab
from entdemo.ui.gallery_tab import build_gallery_tab
from entdemo.ui.gate.callers import Access
from entdemo.ui.gate.gate import gated
from entdemo.ui.gate.login import logout_route
from entdemo.ui.handout_route import handout_route
from entdemo.ui.header import build_footer, build_header
from entdemo.ui.headers import SecurityHeaders
from entdemo.ui.health import health_route, ready_route
from entdemo.ui.housekeeping import CLEAN_EVERY_S, KEEP_UPLOADS_S
from entdemo.ui.i18n import word
from entdemo.ui.limits import RateLimit
from entdemo.ui.link_preview import preview_picture
from entdemo.ui.pictures import picture_route
from entdemo.ui.program_visits import ProgramVisits
from entdemo.ui.quiz_tab import build_quiz_tab
from entdemo.ui.sheet_route import sheet_route
from entdemo.ui.sheet_view import build_sheet
from entdemo.ui.shelf_route import shelf_route
from entdemo.ui.theme import head, theme
from entdemo.ui.viewer import build_viewer

if TYPE_CHECKING:
    from entdemo.gallery.collection import Shelf
    from entdemo.predictor import Predictor
    from entdemo.ui.editor import Editor
    from entdemo.ui.learning import Learning

_MOST_WAITING = 256
_MOST_SESSIONS = 1_000
"""Visits that are remembered, each call of a program among them; 67 kB each."""


def build_page(
    predictor: Predictor,
    editor: Editor | None = None,
    visits: ProgramVisits | None = None,
    shelf: Shelf | None = None,
    learning: Learning | None = None,
    clips: ClipUploads | None = None,
    *,
    asks_login: bool = False,
) -> gr.Blocks:
    """The app around one predictor; nothing of a visitor is kept in it.

    Args:
        predictor: answers and holds the gallery.
        editor: lets visitors change the gallery; None where they must not.
        shelf: keeps collections; None where visitors' stay in their browsers.
        learning: lets weights learn from own cases; None where visitors must not change them.
        visits: is told of programs' calls; None where nobody clears after them.
        clips: where clips lie until they are read, the same as of ``launch_options``.
        asks_login: whether visitors log in, and so may log out.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    title = f"entdemo · {word('page.title', 'en')}"
    page: gr.Blocks
    with gr.Blocks(
        title=title,
        analytics_enabled=False,
        delete_cache=(CLEAN_EVERY_S, KEEP_UPLOADS_S),
        fill_width=True,
    ) as page:
        build_header(predictor)
        with gr.Column(elem_id="panel-frame", elem_classes="tab-panel"):
            build_frame_tab(predictor, editor)
        with gr.Column(elem_id="panel-describe", elem_classes="tab-panel"):
            build_describe_tab(predictor)
        with gr.Column(elem_id="panel-batch", elem_classes="tab-panel"):
            build_batch_tab(predictor, edit=editor is not None)
            build_clip_part(predictor, clips or ClipUploads(), edit=editor is not None)
        with gr.Column(elem_id="panel-quiz", elem_classes="tab-panel"):
            build_quiz_tab(predictor)
        with gr.Column(elem_id="panel-gallery", elem_classes="tab-panel"):
            build_gallery_tab(predictor, editor, learning)
        with gr.Column(elem_id="panel-collection", elem_classes="tab-panel"):
            build_collection_tab(predictor, shelf is not None)
        with gr.Column(elem_id="panel-about", elem_classes="tab-panel"):
            build_about_tab(predictor, changes=learning is not None)
        build_viewer(predictor)
        build_sheet()
        build_footer(asks_login=asks_login)
        build_api(predictor, visits or ProgramVisits())
    page.queue(api_open=False)
    page._queue = FairQueue(page, _MOST_WAITING)
    return page


def launch_options(
    predictor: Predictor,
    access: Access | None = None,
    shelf: Shelf | None = None,
    clips: ClipUploads | None = None,
    is_ready: Callable[[], bool] = lambda: True,
) -> dict[str, Any]:
    """Arguments of ``Blocks.launch()`` that go with the page.

    Args:
        predictor: as the page's.
        access: who may come; None for who names this computer or the address it listens on.
        shelf: as the page's.
        clips: as the page's; None where none are taken.
        is_ready: whether the predictor answers by now.
    """
    # The gate alone tells whose forwarded headers count; uvicorn would believe any of loopback.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    routes = [
        picture_route(predictor),
        health_route(predictor),
        ready_route(is_ready),
        logout_route(),
        sheet_route(predictor),
        handout_route(predictor),
        *([] if clips is None else [clip_route(clips)]),
        *([] if shelf is None else [shelf_route(shelf)]),
    ]
    return {
        "theme": theme(),
        "head": head(),
        "app_kwargs": {
            "routes": routes,
            "middleware": [
                Middleware(
                    SecurityHeaders, head=head(), picture=preview_picture(predictor.gallery)
                ),
                Middleware(RateLimit),
            ],
            "lifespan": gated(access or Access()),
        },
        "max_file_size": MAX_BYTES,
        "state_session_capacity": _MOST_SESSIONS,
        "footer_links": [],
        "enable_monitoring": False,
        "run_history": False,
        "show_error": False,
        "pwa": False,
        "share": False,
        "ssr_mode": False,
        "quiet": True,
    }
