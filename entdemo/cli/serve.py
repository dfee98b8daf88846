"""``serve``: the app in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from entdemo.cli.output import Device, Gallery, Precision, Weights
from entdemo.settings import ServeSettings, read_settings


def serve(
    *,
    host: Annotated[
        str | None, typer.Option(help="Name or address to listen on; else ENTDEMO_HOST.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; else ENTDEMO_PORT.")
    ] = None,
    weights: Weights,
    gallery: Gallery,
    device: Device,
    precision: Precision,
) -> None:
    """Serve the app until Ctrl-C."""
    from entdemo.ui.serve import serve

    serve(
        read_settings(
            ServeSettings,
            host=host,
            port=port,
            weights=weights,
            gallery=gallery,
            device=device,
            precision=precision,
        )
    )
