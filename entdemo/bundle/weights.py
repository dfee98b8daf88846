"""Weight bundles: a folder with everything that answers depend on, and nothing executable.

``entdemo.json`` (what it is), ``base.safetensors`` and ``tokenizer.json`` (of a base of our own),
``adapter_config.json`` and ``adapter_model.safetensors`` (LoRA, PEFT's layout),
``fusion_head.safetensors`` (fusion, class head, out-of-distribution statistics), ``golden.json``
(frames with the embeddings that they must give), ``README.md`` (model card), and the training run's
``log.csv`` and ``curves.png``.

What needs torch and open_clip is imported where it is used: the app reads ``entdemo.json`` for its
page before those have been loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from entdemo.bundle.stated_metrics import checked_metrics
from entdemo.errors import BundleError, UserError
from entdemo.model.files import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from entdemo.storage.formats import Migration, NewerFormatError, migrated
from entdemo.taxonomy import CLASSES

if TYPE_CHECKING:
    from torch import Tensor, nn

    from entdemo.model.base import Tokenize
    from entdemo.model.network import EntClip
    from entdemo.model.preprocess import Preprocess

FORMAT = 3
MIGRATIONS: dict[int, Migration] = {
    1: lambda content: {**content, "digest": None},
    2: lambda content: {
        **content, "digest": None, "calibration": {**content["calibration"], "unlikeness": None}
    },
}  # fmt: skip
"""Steps from older formats, by the format that each starts from. Format 1 had no digest, format 2
one temperature for all frames; its digest holds for what it said."""

INFO = "entdemo.json"
BASE = "base.safetensors"
TOKENIZER = "tokenizer.json"
HEAD = "fusion_head.safetensors"
GOLDEN = "golden.json"
CARD = "README.md"
LOG = "log.csv"
CURVES = "curves.png"
_LFS_NOTE = b"version https://git-lfs.github.com/"
_START = 4096
"""Bytes by which it is told what changed a file."""

_MB = 1 << 20
MOST_BYTES = {
    INFO: 4 * _MB, CARD: 4 * _MB, ADAPTER_CONFIG: _MB, TOKENIZER: 8 * _MB, GOLDEN: 16 * _MB,
    LOG: 64 * _MB, CURVES: 16 * _MB, HEAD: 512 * _MB, ADAPTER_WEIGHTS: 1024 * _MB, BASE: 4096 * _MB,
}  # fmt: skip
"""The only files that a bundle may hold, here or on the Hub, and the most bytes of each."""

ALLOWED_FILES = frozenset(MOST_BYTES)

_EMBEDDING_FILES = (BASE, TOKENIZER, ADAPTER_CONFIG, ADAPTER_WEIGHTS, HEAD)


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Prompts = Annotated[
    tuple[Annotated[str, Field(max_length=1000)], ...], Field(min_length=1, max_length=100)
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BaseInfo(_Strict):
    """The CLIP base: a name and a Hub tag, or a name and ``base.safetensors``."""

    name: str
    pretrained: str | None


class FusionInfo(_Strict):
    """Levels that are fused, see ``model.network.EntClipConfig``, and whether CLIP's own embedding
    is joined by slerp."""

    levels: tuple[int, ...]
    slerp_join: bool


class UnlikenessInfo(_Strict):
    """How far from the known frames a frame's confidence starts to fall, and how fast.

    Attributes:
        reference: distance of ``EntClip.deep`` from which on the temperature rises.
        power: it rises by the distance over the reference to this power.
    """

    reference: Positive
    power: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Calibration(_Strict):
    """Temperatures that logits of frames and of texts are divided by.

    Attributes:
        frame_temperature: of frames that are like the known ones.
        text_temperature: of texts.
        unlikeness: how it rises for frames that are not; None in weights that do not measure it.
    """

    frame_temperature: Positive
    text_temperature: Positive
    unlikeness: UnlikenessInfo | None


class OodInfo(_Strict):
    """Distance above which a frame counts as no endoscopy frame."""

    threshold: Positive


class PreprocessInfo(_Strict):
    """See ``model.preprocess.Preprocess``."""

    image_size: int
    mean: tuple[Finite, Finite, Finite]
    std: tuple[Positive, Positive, Positive]


class BundleInfo(_Strict):
    """Contents of ``entdemo.json``; every key is required and no other is allowed.

    Attributes:
        files: sha256 of each file beside it.
        digest: ``content_digest`` as it was saved; None in weights of formats 1 and 2.
    """

    format: Annotated[int, Field(strict=True, ge=FORMAT, le=FORMAT)]
    name: str
    base: BaseInfo
    fusion: FusionInfo
    classes: tuple[str, ...]
    prompts: dict[str, dict[str, Prompts]]
    calibration: Calibration
    ood: OodInfo
    preprocess: PreprocessInfo
    training: dict[str, Any]
    metrics: Annotated[dict[str, Any], AfterValidator(checked_metrics)]
    files: dict[str, str]
    digest: str | None

    @property
    def content_digest(self) -> str:
        """Hash of all that answers depend on; name, training record and metrics may be edited."""
        content = self.model_dump(
            mode="json", exclude={"format", "name", "training", "metrics", "digest"}
        )
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def embedder_id(self) -> str:
        """Identifies what vectors depend on; two bundles that share it share their galleries."""
        parts = [
            self.base.model_dump(),
            self.fusion.model_dump(),
            self.preprocess.model_dump(),
            {name: digest for name, digest in self.files.items() if name in _EMBEDDING_FILES},
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle: the network in evaluation mode, its LoRA merged, in fp32 on the CPU."""

    folder: Path
    info: BundleInfo
    model: EntClip
    tokenize: Tokenize
    preprocess: Preprocess


def file_sha256(path: Path) -> str:
    """Hash of a file's content as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_size(name: str, size: int) -> None:
    """Compare the size of a bundle's file with its budget, before it is read or fetched.

    Raises:
        UserError: it has more bytes than ``MOST_BYTES`` allows.
    """
    if size > MOST_BYTES[name]:
        megabytes, limit = size / _MB, MOST_BYTES[name] // _MB
        raise BundleError("weights.too_large", name=name, megabytes=megabytes, limit=limit)


def read_info(folder: Path) -> BundleInfo:
    """Read and check ``entdemo.json``.

    Raises:
        UserError: missing, damaged, a newer format, or a key that is missing, unknown or wrong.
    """
    info = parse_info(folder)
    for name, reason in _contradictions(info):
        raise BundleError("weights.key_invalid", file=INFO, name=name, reason=reason)
    for name in sorted(_required_files(info) - info.files.keys()):
        raise BundleError("weights.key_missing", file=INFO, name=f"files.{name}")
    if info.digest not in (None, info.content_digest):
        raise BundleError("weights.digest", name=INFO)
    return info


def parse_info(folder: Path) -> BundleInfo:
    """Read ``entdemo.json`` without comparing it with the base that it names.

    Raises:
        UserError: missing, damaged, a newer format, or a key that is missing, unknown or malformed.
    """
    path = folder / INFO
    try:
        if not path.is_file():
            raise BundleError("weights.missing", name=folder.name)
        check_size(INFO, path.stat().st_size)
        raw = json.loads(path.read_text("utf-8"))
    except PermissionError as error:
        raise BundleError("weights.forbidden", name=INFO) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError("weights.unreadable", name=INFO) from error
    try:
        return BundleInfo.model_validate(migrated(raw, FORMAT, MIGRATIONS))
    except NewerFormatError as error:
        raise BundleError("weights.newer_format", found=error.found, known=FORMAT) from error
    except ValidationError as error:
        raise _key_error(error) from error


def _contradictions(info: BundleInfo) -> Iterator[tuple[str, str]]:
    """Keys whose values do not fit this app or the base, each with the reason."""
    from entdemo.model.base import base_shape
    from entdemo.model.published import pretrained_tags

    shape = base_shape(info.base.name)
    levels = info.fusion.levels
    if info.classes != CLASSES:
        yield "classes", "other classes"
    if info.prompts.keys() != set(CLASSES):
        yield "prompts", "each class must have its prompts"
    if info.base.pretrained not in (None, *pretrained_tags(info.base.name)):
        yield "base.pretrained", "no such weights of this base are known"
    if (
        not levels
        or list(levels) != sorted(set(levels))
        or levels[0] < 0
        or levels[-1] < 1
        or levels[-1] > shape.layers
    ):
        yield "fusion.levels", f"blocks from 0 to {shape.layers} in ascending order are wanted"
    if info.preprocess.image_size != shape.image_size:
        yield "preprocess.image_size", f"the base takes {shape.image_size}"


def _required_files(info: BundleInfo) -> set[str]:
    from entdemo.model.base import is_hybrid

    names = {ADAPTER_CONFIG, ADAPTER_WEIGHTS, HEAD, GOLDEN}
    if info.base.pretrained is None:
        names.add(BASE)
    return names | ({TOKENIZER} if is_hybrid(info.base.name) else set())


def _key_error(error: ValidationError) -> UserError:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return BundleError("weights.key_missing", file=INFO, name=name)
    if first["type"] == "extra_forbidden":
        return BundleError("weights.key_unknown", file=INFO, name=name)
    return BundleError("weights.key_invalid", file=INFO, name=name, reason=first["msg"])


def file_errors(folder: Path, info: BundleInfo) -> list[UserError]:
    """Each file that is missing, changed or unknown, as a sentence."""
    errors = [error for name in sorted(info.files) if (error := _file_error(folder, info, name))]
    errors += [error for name in (CARD, CURVES) if (error := _beside_error(folder, name))]
    known = {*info.files, INFO, CARD, CURVES}
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return [*errors, BundleError("weights.forbidden", name=folder.name)]
    unknown = (name for name in names if name not in known and not name.startswith("."))
    return errors + [BundleError("weights.file_unknown", name=name) for name in unknown]


def _file_error(folder: Path, info: BundleInfo, name: str) -> UserError | None:
    if name not in ALLOWED_FILES:
        return BundleError("weights.file_unknown", name=name)
    if not (folder / name).is_file():
        return BundleError("weights.file_missing", name=name)
    try:
        check_size(name, (folder / name).stat().st_size)
        changed = file_sha256(folder / name) != info.files[name]
    except UserError as error:
        return error
    except PermissionError:
        return BundleError("weights.forbidden", name=name)
    except OSError:
        return BundleError("weights.unreadable", name=name)
    return BundleError(_why_changed(folder / name), name=name) if changed else None


def _why_changed(file: Path) -> str:
    """Key of what is likely to have changed a file on its way here."""
    with file.open("rb") as opened:
        start = opened.read(_START)
    if start.startswith(_LFS_NOTE):
        return "weights.git_pointer"
    is_text = file.suffix not in (".safetensors", ".png") and b"\0" not in start
    return "weights.line_ends" if is_text and b"\r\n" in start else "weights.file_changed"


def _beside_error(folder: Path, name: str) -> UserError | None:
    """What is wrong with a file that no hash is stated of; None as well if it is not there."""
    path = folder / name
    if not path.is_symlink() and not path.exists():
        return None
    if not _is_own_file(path):
        return BundleError("weights.file_elsewhere", name=name)
    try:
        check_size(name, path.stat().st_size)
    except UserError as error:
        return error
    return None


def _is_own_file(path: Path) -> bool:
    """Whether it is a regular file of this folder, or the Hub client's cache keeps it for it."""
    if not path.is_file():
        return False
    snapshots = path.parent.absolute().parent
    kept = snapshots.name == "snapshots" and path.resolve().parent == (
        snapshots.resolve().parent / "blobs"
    )
    return kept or not path.is_symlink()


def read_card(folder: Path) -> str:
    """The model card of a bundle from anyone; empty where there is none that may be shown."""
    if _beside_error(folder, CARD):
        return ""
    try:
        return (folder / CARD).read_text("utf-8", errors="replace")
    except OSError:
        return ""


def check_files(folder: Path, info: BundleInfo) -> None:
    """Every listed file is there with its hash, and no other file lies beside them.

    Raises:
        UserError: naming the first file that is missing, changed or unknown.
    """
    for error in file_errors(folder, info):
        raise error


def load_bundle(folder: Path) -> Bundle:
    """Load a bundle after checking its files, and check its golden embeddings.

    Raises:
        UserError: whatever is wrong, named.
    """
    from entdemo.bundle.golden import check_golden
    from entdemo.model.base import create_tokenizer
    from entdemo.model.preprocess import Preprocess

    info = read_info(folder)
    check_files(folder, info)
    model = assemble(folder, info)
    preprocess = Preprocess(**info.preprocess.model_dump())
    check_golden(folder / GOLDEN, model, preprocess)
    file = folder / TOKENIZER
    tokenize = create_tokenizer(info.base.name, file if file.exists() else None)
    return Bundle(folder, info, model, tokenize, preprocess)


def assemble(folder: Path, info: BundleInfo) -> EntClip:
    """The network of a bundle whose files were checked, before its golden embeddings are.

    Raises:
        UserError: a tensor or the adapter's config does not fit.
    """
    from torch import nn

    from entdemo.model.lora import load_lora, merge_lora
    from entdemo.model.network import EntClip, EntClipConfig
    from entdemo.model.tensors import read_tensors

    config = EntClipConfig(info.base.name, info.fusion.levels, info.fusion.slerp_join)
    model = EntClip(config, info.base.pretrained)
    if info.base.pretrained is None:
        load_strictly(model.clip, read_tensors(folder / BASE), BASE)
    load_lora(model.clip, folder)
    merge_lora(model.clip)
    parts, state = _head_parts(model), read_tensors(folder / HEAD)
    if info.calibration.unlikeness is None and not any(it.startswith("deep.") for it in state):
        del parts["deep"]  # of an older format
    load_strictly(nn.ModuleDict(parts), state, HEAD)
    model.eval().requires_grad_(False)
    return model


def load_strictly(module: nn.Module, state: dict[str, Tensor], file: str) -> None:
    """Load ``state`` into ``module``, naming the first tensor that does not fit."""
    from entdemo.model.tensors import check_tensors

    check_tensors(state, module.state_dict(), file)
    module.load_state_dict(state)


def save_half(state: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Save floating-point tensors in fp16 and return them as they will be read back."""
    from safetensors.torch import save_file

    halved = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous()
        for name, tensor in state.items()
    }
    save_file(halved, path)
    return halved


def save_head(model: EntClip, path: Path) -> None:
    """Save fusion, class head, prototypes and out-of-distribution statistics in fp32."""
    from safetensors.torch import save_file
    from torch import nn

    state = nn.ModuleDict(_head_parts(model)).state_dict()
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, path)


def _head_parts(model: EntClip) -> dict[str, nn.Module]:
    return {"head": model.head, "ood": model.ood, "deep": model.deep}


def write_info(folder: Path, info: dict[str, Any]) -> BundleInfo:
    """Write ``entdemo.json`` with the hashes of the files that lie in ``folder``."""
    names = sorted(path.name for path in folder.iterdir() if path.name not in {INFO, CARD, CURVES})
    files = {name: file_sha256(folder / name) for name in names}
    values = {**info, "format": FORMAT, "files": files, "digest": None}
    unsigned = BundleInfo.model_validate(values)
    checked = unsigned.model_copy(update={"digest": unsigned.content_digest})
    text = json.dumps(checked.model_dump(mode="json"), ensure_ascii=False, indent=1)
    (folder / INFO).write_text(text + "\n", "utf-8")
    return checked
