"""The routes that the page and the documented API use; nothing else is reached from outside."""

from __future__ import annotations

import re
from dataclasses import dataclass

from entdemo.gallery.collection import MOST_BYTES as COLLECTION_BYTES
from entdemo.image.decode import MAX_BYTES
from entdemo.ui.clip_uploads import MOST_BYTES as CLIP_BYTES

_READ = frozenset({"GET", "HEAD"})
_SEND = frozenset({"POST"})
_FORM = 64 * 1024
"""Room for what a multipart body holds beside the file itself."""


@dataclass(frozen=True)
class Rule:
    """What may be asked of some paths.

    Attributes:
        methods: HTTP methods that are answered.
        path: all of the path matches.
        is_open: whether it is answered before a login as well.
        most_bytes: of the body.
        most_files: in a multipart body.
        is_page: whether a link on another site may lead there.
        to_disk: whether the body is written to the disk while it comes in.
    """

    methods: frozenset[str]
    path: re.Pattern[str]
    is_open: bool = False
    most_bytes: int = 0
    most_files: int = 0
    is_page: bool = False
    to_disk: bool = False


def _reads(path: str, *, is_open: bool = False, is_page: bool = False) -> Rule:
    return Rule(_READ, re.compile(path), is_open=is_open, is_page=is_page)


def _takes(
    path: str,
    most_bytes: int,
    *,
    is_open: bool = False,
    most_files: int = 0,
    to_disk: bool = False,
) -> Rule:
    return Rule(_SEND, re.compile(path), is_open, most_bytes, most_files, to_disk=to_disk)


RULES = (
    _reads(r"/", is_open=True, is_page=True),
    _reads(r"/(health|ready)", is_open=True, is_page=True),
    # What the page is made of; it holds nothing of a case or a visitor.
    _reads(r"/(assets|static)/[\w./@-]+", is_open=True),
    _reads(r"/(theme\.css|favicon\.ico)", is_open=True),
    _reads(r"/gradio_api/(app_id|startup-events)/?", is_open=True),
    _takes(r"/login/?", 4 * 1024, is_open=True),
    _takes(r"/logout", 0),
    _reads(r"/config/?"),
    _reads(r"/gradio_api/info/?"),
    _reads(r"/gradio_api/heartbeat/\w{1,64}"),
    _reads(r"/gradio_api/queue/data"),
    _reads(r"/gradio_api/call/(predict|search)/\w{1,64}"),
    _reads(r"/cases/\w+/[^/\\]+"),
    _takes(r"/gradio_api/upload/?", MAX_BYTES + _FORM, most_files=1, to_disk=True),
    # A hundred own cases with their captions at once.
    _takes(r"/gradio_api/queue/join/?", 1024**2),
    _takes(r"/gradio_api/call/(predict|search)/?", _FORM),
    _takes(r"/clip", CLIP_BYTES, to_disk=True),
    _takes(r"/sheet", 4 * 1024**2),
    _takes(r"/handout", COLLECTION_BYTES),
    _reads(r"/collections"),
    _takes(r"/collections", COLLECTION_BYTES),
)


def rule_of(method: str, path: str) -> Rule | None:
    """The rule for a request, None where there is no such route."""
    for rule in RULES:
        if method in rule.methods and rule.path.fullmatch(path):
            return rule
    return None
