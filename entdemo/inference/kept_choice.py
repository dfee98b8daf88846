"""The choice of what serves, kept in the user's data folder with what it holds for.

A graph of onnxruntime lies beside it under its hash. Both are made here from a bundle's weights;
none is ever taken from a bundle, which may be a stranger's.
"""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from entdemo.bundle.weights import Bundle
from entdemo.errors import StorageError
from entdemo.inference.device import processor_name
from entdemo.settings import Settings, read_settings
from entdemo.storage.atomic import write_atomically
from entdemo.storage.files import read_regular, sha256

log = logging.getLogger("entdemo.inference")

_NAMES = r"^(torch (fp32|bf16)|onnxruntime (fp32|int8))$"
_GRAPHS = 3
"""Graphs of that many bundles are kept: each is as large as its image tower."""


class Choice(NamedTuple):
    """What serves, and how it was found.

    Attributes:
        name: library and precision.
        milliseconds: of a frame and its mirror image, by candidate that agreed with fp32; empty
            where nothing was timed.
        graph: what onnxruntime runs; empty where torch serves.
    """

    name: str
    milliseconds: dict[str, float]
    graph: bytes = b""


class Conditions(BaseModel):
    """What a choice holds for; another bundle, processor, library or network is measured anew.

    Attributes:
        wanted: ``auto`` or ``int8``, see ``inference.fastest``.
        code: hash of the sources that a graph comes from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bundle: str
    wanted: str
    processor: str
    threads: int
    torch: str
    onnxruntime: str
    code: str


class Kept(BaseModel):
    """A choice as it lies in the data folder; ``graph`` is the hash of the file beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    conditions: Conditions
    name: str = Field(pattern=_NAMES)
    milliseconds: dict[str, float]
    graph: str


def conditions_of(bundle: Bundle, wanted: str) -> Conditions:
    """What a choice for a bundle holds for here."""
    return Conditions(
        bundle=bundle.info.content_digest,
        wanted=wanted,
        processor=processor_name(),
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        onnxruntime=version("onnxruntime"),
        code=_network_code(),
    )


def kept_choice(conditions: Conditions) -> Choice | None:
    """What was chosen before; None where nothing was, or something else, or a file is damaged."""
    path = _path(conditions)
    try:
        kept = Kept.model_validate_json(read_regular(path))
        graph = read_regular(path.with_suffix(".onnx")) if kept.graph else b""
    except (OSError, ValidationError):
        return None
    whole = kept.graph == (sha256(graph) if graph else "")
    if kept.conditions != conditions or not whole:
        return None
    return Choice(kept.name, kept.milliseconds, graph)


def keep_choice(conditions: Conditions, choice: Choice) -> None:
    """Keep a choice; where nothing can be written it holds for this run."""
    path = _path(conditions)
    kept = Kept(
        conditions=conditions,
        name=choice.name,
        milliseconds=choice.milliseconds,
        graph=sha256(choice.graph) if choice.graph else "",
    )
    try:
        if choice.graph:
            write_atomically(path.with_suffix(".onnx"), choice.graph)
            _forget_graphs(path.parent)
        write_atomically(path, kept.model_dump_json(indent=1).encode() + b"\n")
    except (OSError, StorageError) as error:
        log.info("the choice of what serves is not kept: %s", error)


def _network_code() -> str:
    here = Path(__file__).parent
    sources = [*here.parent.joinpath("model").glob("*.py"), here / "serving.py"]
    sources.append(here / "frame_graph.py")
    return sha256(b"".join(path.read_bytes() for path in sorted(sources)))


def _path(conditions: Conditions) -> Path:
    name = f"{conditions.bundle[:16]}-{conditions.wanted}.json"
    return read_settings(Settings).data / "precision" / name


def _forget_graphs(folder: Path) -> None:
    """Remove all graphs but the newest; the bundles of the others are measured anew."""
    graphs = sorted(folder.glob("*.onnx"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in graphs[_GRAPHS:]:
        path.unlink(missing_ok=True)
