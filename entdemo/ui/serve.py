"""Serve the app until the process is stopped."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any, cast

from entdemo.inference.zero_gpu import on_zero_gpu, prepare_zero_gpu
from entdemo.surroundings import make_usable, reach_directly

# What the environment decides is set before the imports that read it.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
prepare_zero_gpu()
make_usable()

from gradio.utils import get_space

from entdemo.boundary import guarded
from entdemo.errors import SettingError, UserError
from entdemo.gallery.collection import Shelf
from entdemo.predictor import Predictor
from entdemo.settings import DEFAULT_GALLERY, ServeSettings, read_settings
from entdemo.ui.clip_uploads import ClipUploads
from entdemo.ui.editor import Editor
from entdemo.ui.ending import end_on_sigterm
from entdemo.ui.gallery_watch import LOOK_EVERY_S, GalleryWatch, stamp_of
from entdemo.ui.gate.callers import PRIVATE, Access, names
from entdemo.ui.gate.connections import bound_connections
from entdemo.ui.housekeeping import keep_clearing
from entdemo.ui.lazy_predictor import Opening, is_foreseeable
from entdemo.ui.learning import Learning
from entdemo.ui.logs import set_up_logs
from entdemo.ui.memory import keep_memory_flat
from entdemo.ui.page import build_page, launch_options
from entdemo.ui.periodic import every
from entdemo.ui.program_visits import ProgramVisits
from entdemo.ui.served import Served, warm_up
from entdemo.ui.upload_folder import private_uploads


def main() -> int:
    """Serve by the settings of the environment; returns the exit code, see ``boundary``."""
    return guarded(lambda: serve(read_settings(ServeSettings)), "entdemo: ")


def serve(settings: ServeSettings) -> None:
    """Open the predictor, build the page and serve it until the process is stopped.

    Raises:
        UserError: if weights, gallery or address cannot be used.
    """
    set_up_logs()
    keep_memory_flat()
    with private_uploads() as folder:
        _serve(settings, end_on_sigterm(folder))


def _serve(settings: ServeSettings, ending: threading.Event) -> None:
    host = "0.0.0.0" if get_space() else settings.host  # a Space is reached from outside
    check_address(host, settings.port)
    reach_directly(host)
    seen = stamp_of(Path(settings.gallery))
    predictor = predictor_of(settings)
    for notice in notices(predictor, settings):
        print(f"entdemo: {notice}", file=sys.stderr)
    replaceable = Served(predictor)
    served = cast(Predictor, replaceable)  # it has all that a predictor has
    visits = ProgramVisits()
    shelf, clips = shelf_of(settings), ClipUploads()
    editor = editor_of(served, settings)
    learning = Learning(replaceable, editor, settings) if editor else None
    asks_login = settings.login is not None
    demo = build_page(served, editor, visits, shelf, learning, clips, asks_login=asks_login)
    ready = threading.Event()
    options: dict[str, Any] = launch_options(
        served, access_of(settings), shelf, clips, ready.is_set
    ) | {
        "server_name": f"[{host}]" if ":" in host else host,
        "server_port": settings.port,
        "auth": settings.login,
    }
    try:
        _, url, _ = demo.launch(prevent_thread_lock=True, **options)
    except OSError as error:
        if error.errno not in (None, errno.EADDRINUSE):  # gradio's own error has no number
            raise
        raise SettingError("app.port_busy", port=settings.port) from error
    bound_connections(demo, access_of(settings))
    keep_clearing(demo, visits, clips)
    every(LOOK_EVERY_S, GalleryWatch(served, seen).look, "gallery")
    print(f"entdemo runs at {url}", flush=True)
    try:
        opened = predictor.open() if isinstance(predictor, Opening) else predictor
        if not on_zero_gpu():  # it lends its GPU to visitors' requests only
            warm_up(opened)
        ready.set()
        if not ending.is_set():
            demo.block_thread()
    finally:
        ready.clear()
        demo.close(verbose=False)  # what is being answered is answered to its end


def notices(predictor: Predictor | Opening, settings: ServeSettings) -> list[UserError]:
    """What whoever starts the app should know of it; that all may come is a Space's purpose."""
    told: list[UserError] = [predictor.notice] if predictor.notice else []
    if settings.lets_anyone_in and not get_space():
        told.append(SettingError("app.open_to_all", host=settings.host))
    return told


def check_address(host: str, port: int) -> None:
    """Find out whether the address can be listened on: gradio would blame the port for all.

    Raises:
        SettingError: saying why it cannot.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingError("app.port_busy", port=port) from error
        if error.errno == errno.EACCES:
            raise SettingError("app.port_forbidden", port=port) from error
        raise SettingError("app.host", host=host, reason=error.strerror or error) from error


def access_of(settings: ServeSettings) -> Access:
    """By which names, and through which proxies, the app is reached.

    A Space is reached through proxies of the Hub's own network, under names that are the Hub's.
    """
    if get_space():
        return Access(hosts=None, proxies=PRIVATE)
    return Access(names([settings.host, *settings.hosts]), settings.proxies)


def predictor_of(settings: ServeSettings) -> Predictor | Opening:
    """What answers; on a CPU the page is served before the weights are loaded.

    Raises:
        UserError: if weights or gallery cannot be used.
    """
    if is_foreseeable(settings) and not get_space():
        return Opening(settings)
    return Predictor.open(settings.weights, settings.gallery, settings.device, settings.precision)


def editor_of(predictor: Predictor, settings: ServeSettings) -> Editor | None:
    """What lets visitors change the gallery, None where they must not; on a Space all share it."""
    if get_space() or not settings.may_edit:
        return None
    return Editor(predictor, DEFAULT_GALLERY, settings.own_gallery)


def shelf_of(settings: ServeSettings) -> Shelf | None:
    """Where collections are kept, None where visitors must not write; on a Space all share it."""
    return None if get_space() or not settings.may_edit else Shelf(settings.collections)
