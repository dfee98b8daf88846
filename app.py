"""Serve the app: ``python app.py`` on a laptop, and the entry point of a Space.

Settings come from the environment: ENTDEMO_WEIGHTS, ENTDEMO_GALLERY, ENTDEMO_DEVICE,
ENTDEMO_PRECISION, ENTDEMO_HOST, ENTDEMO_PORT, ENTDEMO_AUTH and ENTDEMO_EDIT.
"""

from __future__ import annotations

import os
import sys
from typing import Any, cast

from entdemo.inference.zero_gpu import on_zero_gpu, prepare_zero_gpu

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
prepare_zero_gpu()

from gradio.utils import get_space

from entdemo.errors import SettingError, UserError
from entdemo.image.frame import load_frame
from entdemo.predictor import Predictor
from entdemo.settings import Settings
from entdemo.ui.editor import Editor
from entdemo.ui.housekeeping import keep_clearing
from entdemo.ui.lazy_predictor import Opening, is_foreseeable
from entdemo.ui.logs import set_up_logs
from entdemo.ui.memory import keep_memory_flat
from entdemo.ui.page import build_page, launch_options
from entdemo.ui.program_visits import ProgramVisits


def main() -> int:
    """Open the predictor, build the page and serve it; 2 if there is nothing to serve."""
    try:
        serve(read_settings())
    except UserError as error:
        print(f"entdemo: {error}", file=sys.stderr)
        return 2
    return 0


def serve(settings: Settings) -> None:
    """Serve until the process is stopped.

    Raises:
        UserError: if weights, gallery or address cannot be used.
    """
    login = credentials(settings.auth)
    predictor = predictor_of(settings)
    if predictor.notice:
        print(f"entdemo: {predictor.notice}", file=sys.stderr)
    served = cast(Predictor, predictor)  # an opening one has all that a predictor has
    visits = ProgramVisits()
    demo = build_page(served, Editor(served) if may_edit(settings) else None, visits)
    options = launch_options(served) | address(settings) | {"auth": login}
    try:
        _, url, _ = demo.launch(prevent_thread_lock=True, **options)
    except OSError as error:
        raise SettingError("app.port_busy", port=settings.port) from error
    keep_clearing(demo, visits)
    print(f"entdemo runs at {url}", flush=True)
    try:
        warm_up(predictor.open() if isinstance(predictor, Opening) else predictor)
    except UserError:
        demo.close(verbose=False)
        raise
    demo.block_thread()


def predictor_of(settings: Settings) -> Predictor | Opening:
    """What answers; on a CPU the page is served before the weights are loaded.

    Raises:
        UserError: if weights or gallery cannot be used.
    """
    if is_foreseeable(settings) and not get_space():
        return Opening(settings)
    return Predictor.open(settings.weights, settings.gallery, settings.device, settings.precision)


def may_edit(settings: Settings) -> bool:
    """Whether visitors may change the gallery; never on a Space, where all share it.

    Raises:
        UserError: if the setting is neither on nor off.
    """
    return settings.may_edit and not get_space()


def warm_up(predictor: Predictor) -> None:
    """Answer once, so that the first visitor does not wait for what is made on first use.

    A ZeroGPU Space lends its GPU to visitors' requests only.
    """
    if on_zero_gpu():
        return
    for case in predictor.gallery.cases[:1]:
        predictor.predict(load_frame(predictor.gallery.frame_path(case)))
    predictor.search("ear")


def read_settings() -> Settings:
    """Settings from the environment.

    Raises:
        UserError: if the port is not a port number.
    """
    try:
        settings = Settings()
    except ValueError as error:
        raise SettingError("app.port", value=str(error).rpartition(": ")[2].strip("'")) from error
    if not 0 < settings.port < 65536:
        raise SettingError("app.port", value=settings.port)
    return settings


def address(settings: Settings) -> dict[str, Any]:
    """Where to listen, as arguments of ``launch()``; a Space is reached from outside."""
    host = "0.0.0.0" if get_space() else settings.host
    return {"server_name": host, "server_port": settings.port}


def credentials(auth: str) -> tuple[str, str] | None:
    """User and password, or None where no login is asked for.

    Raises:
        UserError: if the setting has another form.
    """
    user, colon, password = auth.partition(":")
    if not auth:
        return None
    if not (user and colon and password):
        raise SettingError("app.auth")
    return user, password


if __name__ == "__main__":
    set_up_logs()
    keep_memory_flat()
    raise SystemExit(main())
