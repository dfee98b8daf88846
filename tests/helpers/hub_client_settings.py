"""Make the Hub's client take a local server for the Hub."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import constants
from huggingface_hub.utils._http import close_session

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def use_hub(patch: pytest.MonkeyPatch, endpoint: str, folder: Path) -> None:
    """Send the client to ``endpoint`` until ``patch`` is undone.

    Args:
        patch: what takes the settings back.
        endpoint: address of the server.
        folder: where its cache goes; a token is not there.
    """
    cache, token = folder / "hub-cache", folder / "no-token"
    patch.setenv("HF_ENDPOINT", endpoint)
    patch.setenv("HF_HUB_DISABLE_XET", "1")
    patch.setenv("HF_HUB_CACHE", str(cache))
    patch.setenv("HF_TOKEN_PATH", str(token))
    patch.setenv("NO_PROXY", ",".join(LOOPBACK))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        patch.delenv(name, raising=False)
    # The client read its environment when it was imported, so its constants are set as well.
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    patch.setattr(constants, "ENDPOINT", endpoint)
    patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    patch.setattr(constants, "HF_HUB_OFFLINE", False)
    patch.setattr(constants, "HF_HUB_CACHE", str(cache))
    patch.setattr(constants, "HF_TOKEN_PATH", str(token))
    close_session()
