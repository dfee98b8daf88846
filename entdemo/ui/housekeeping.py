"""What a page that is served for weeks clears away from time to time."""

from __future__ import annotations

import gradio as gr

from entdemo.ui.clip_uploads import ClipUploads
from entdemo.ui.periodic import every
from entdemo.ui.program_visits import ProgramVisits
from entdemo.ui.uploads import clear_uploads

CLEAN_EVERY_S = 60
KEEP_UPLOADS_S = 120
_KEEP_VISITS_S = 30


def keep_clearing(page: gr.Blocks, visits: ProgramVisits, clips: ClipUploads) -> None:
    """Clear old uploads, clips that nobody asks for and programs' sessions.

    It goes on for as long as the process lives.
    """

    def clear() -> None:
        clear_uploads(page, KEEP_UPLOADS_S)
        clips.clear()
        visits.clear(page, _KEEP_VISITS_S)

    every(CLEAN_EVERY_S, clear, "housekeeping")
