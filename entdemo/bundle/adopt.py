"""LoRA adapters that were trained elsewhere with plain ``peft`` and ``open_clip``.

Such an adapter is two files and knows nothing of fusion, classes and prompts. It becomes a bundle
by taking these from a bundle of the same base. PEFT names layers from the module that it wrapped:
``model.visual``, as here, or the whole CLIP model, where names begin with ``visual.``.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from entdemo.bundle.golden import read_golden, write_golden
from entdemo.bundle.weights import (
    BASE,
    CARD,
    GOLDEN,
    HEAD,
    TOKENIZER,
    BundleInfo,
    assemble,
    check_files,
    read_info,
    write_info,
)
from entdemo.errors import BundleError
from entdemo.model.adapter import read_adapter_config
from entdemo.model.files import ADAPTER_WEIGHTS
from entdemo.model.preprocess import Preprocess
from entdemo.model.tensors import read_tensors
from entdemo.storage.atomic import new_folder

_PREFIX = "base_model.model."
_TOWER = "visual."
_CARD = """---
library_name: entdemo
---
# {name}

A LoRA adapter that was trained elsewhere, on the base of “{donor}”. Its fusion, class head, prompts
and calibration are those of “{donor}” and were trained with another adapter, so nothing is known of
how well it does. Measure it with `python -m entdemo evaluate` before it is relied on.
"""


def adopt(adapter: Path, donor: Path, target: Path) -> BundleInfo:
    """Make a bundle of an adapter and of everything else from another bundle.

    Args:
        adapter: folder with ``adapter_config.json`` and ``adapter_model.safetensors`` as PEFT
            saves them.
        donor: bundle of the same base; its metrics are not taken over.
        target: new folder of the bundle; it appears whole or not.

    Raises:
        UserError: the donor or the adapter is wrong, the adapter is more than plain LoRA on the
            image tower or does not fit the base, or ``target`` holds something.
    """
    info = read_info(donor)
    check_files(donor, info)
    with new_folder(target) as folder:
        for name in (BASE, TOKENIZER, HEAD):
            if name in info.files:
                shutil.copyfile(donor / name, folder / name)
        _copy_adapter(adapter, folder)
        name = f"{info.name} with {adapter.name}"
        _write_golden(donor, folder, info)
        (folder / CARD).write_text(_CARD.format(name=name, donor=info.name), "utf-8")
        kept = info.model_dump(mode="json", exclude={"name", "training", "metrics", "files"})
        training = {"adapter": "trained elsewhere", "everything_else": info.name}
        return write_info(folder, {**kept, "name": name, "training": training, "metrics": {}})


def _copy_adapter(adapter: Path, folder: Path) -> None:
    """Both files, with layers named from the image tower."""
    config = read_adapter_config(adapter)
    state = read_tensors(adapter / ADAPTER_WEIGHTS)
    if any(name.startswith(_PREFIX + _TOWER) for name in state):
        state = {_in_tower(name, _PREFIX): tensor for name, tensor in state.items()}
        config = replace(
            config,
            target_modules=_all_in_tower(config.target_modules),
            target_parameters=_all_in_tower(config.target_parameters),
        )
    save_file(state, folder / ADAPTER_WEIGHTS)
    config.save_pretrained(str(folder))


def _in_tower(name: str, prefix: str = "") -> str:
    """A tensor's name without the tower's; others are not of the image tower."""
    if not name.startswith(prefix + _TOWER):
        raise BundleError("weights.adapter_elsewhere", name=name)
    return prefix + name.removeprefix(prefix + _TOWER)


def _all_in_tower(names: Any) -> list[str] | None:
    return sorted(name.removeprefix(_TOWER) for name in names) if names else None


def _write_golden(donor: Path, folder: Path, info: BundleInfo) -> None:
    """The donor's reference frames, with the embeddings that the new bundle gives them."""
    preprocess = Preprocess(**info.preprocess.model_dump())
    squares, _ = read_golden(donor / GOLDEN, preprocess.image_size)
    write_golden(folder / GOLDEN, assemble(folder, info), preprocess, squares)
