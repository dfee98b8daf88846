"""Weight bundles: what is whole loads, what is not is refused by name."""

from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from benchmarks.fixtures.bundle import edit_info, info_values, make_bundle, restate_hashes
from entdemo.bundle import weights
from entdemo.bundle.hub import pull, verify
from entdemo.bundle.weights import (
    ALLOWED_FILES,
    BASE,
    CARD,
    CURVES,
    FORMAT,
    GOLDEN,
    HEAD,
    INFO,
    LOG,
    MOST_BYTES,
    TOKENIZER,
    BundleInfo,
    file_errors,
    load_bundle,
    read_card,
    read_info,
)
from entdemo.errors import UserError
from entdemo.model.adapter import ADAPTER_CONFIG
from entdemo.model.lora import ADAPTER_WEIGHTS
from entdemo.settings import DEFAULT_WEIGHTS
from entdemo.taxonomy import CLASSES

TENSORS = [BASE, HEAD, ADAPTER_WEIGHTS]
PARTS = [*TENSORS, ADAPTER_CONFIG, TOKENIZER, GOLDEN]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("weights") / "bundle")


@pytest.fixture
def bundle(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "bundle"))


def refusal(folder: Path) -> tuple[str, object]:
    """The key of the first thing that is wrong, and what it names."""
    first = verify(folder)[0]
    return first.key, first.values.get("name")


def edit_json(path: Path, change: Callable[[Any], Any]) -> None:
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), "utf-8")
    restate_hashes(path.parent)


def edit_tensors(
    path: Path, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]
) -> None:
    save_file(change(load_file(path)), path)
    restate_hashes(path.parent)


# whole


def test_a_whole_bundle_loads_and_answers(whole: Path) -> None:
    assert verify(whole) == []
    loaded = load_bundle(whole)
    assert not loaded.model.training
    assert not any(parameter.requires_grad for parameter in loaded.model.parameters())
    frames = loaded.model.encode_frames(torch.zeros(2, 3, 128, 128))
    texts = loaded.model.encode_texts(loaded.tokenize(["a red ear drum"]))
    assert frames.embedding.shape[1] == texts.shape[1]


def test_files_that_no_answer_depends_on_may_change(bundle: Path) -> None:
    before = read_info(bundle).embedder_id
    (bundle / "README.md").write_text("# mine\n")
    (bundle / "curves.png").write_bytes(b"drawn again")
    (bundle / ".DS_Store").write_bytes(b"")
    edit_info(bundle, name="other", metrics={})
    assert verify(bundle) == []
    assert read_info(bundle).embedder_id == before


@pytest.mark.parametrize("name", [BASE, HEAD, ADAPTER_WEIGHTS, ADAPTER_CONFIG, TOKENIZER])
def test_the_embedder_id_follows_what_vectors_depend_on(bundle: Path, name: str) -> None:
    before = read_info(bundle).embedder_id
    (bundle / name).write_bytes(b"other")
    restate_hashes(bundle)
    assert read_info(bundle).embedder_id != before


# files


@pytest.mark.parametrize("name", [*PARTS, LOG])
def test_a_file_that_is_missing_cut_or_altered_is_named(bundle: Path, name: str) -> None:
    content = (bundle / name).read_bytes()
    middle = len(content) // 2
    for spoiled in (b"", content[:-1], content[:middle] + b"\x01\x02" + content[middle + 2 :]):
        (bundle / name).write_bytes(spoiled)
        assert refusal(bundle) == ("weights.file_changed", name)
    (bundle / name).unlink()
    assert refusal(bundle) == ("weights.file_missing", name)
    (bundle / name).mkdir()
    assert refusal(bundle) == ("weights.file_missing", name)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "code.py", "deep"])
def test_a_file_that_does_not_belong_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).mkdir() if name == "deep" else (bundle / name).write_bytes(b"\x80\x04.")
    assert refusal(bundle) == ("weights.file_unknown", name)


def test_a_listed_pickle_is_refused_all_the_same(bundle: Path) -> None:
    (bundle / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    restate_hashes(bundle)
    assert refusal(bundle) == ("weights.file_unknown", "pytorch_model.bin")


def test_names_that_lead_out_of_the_folder_are_refused(bundle: Path) -> None:
    edit_info(bundle, files={**read_info(bundle).files, "../golden.json": "0" * 64})
    assert refusal(bundle) == ("weights.file_unknown", "../golden.json")


@pytest.mark.parametrize("name", [INFO, HEAD])
def test_what_verify_tells_first_is_what_loading_raises(bundle: Path, name: str) -> None:
    (bundle / name).write_bytes(b"[]")
    with pytest.raises(UserError) as caught:
        load_bundle(bundle)
    assert str(caught.value) == str(verify(bundle)[0])


def test_verify_names_everything_that_is_wrong(bundle: Path) -> None:
    (bundle / HEAD).unlink()
    (bundle / BASE).write_bytes(b"")
    (bundle / "model.pt").write_bytes(b"")
    found = [(error.key, error.values["name"]) for error in verify(bundle)]
    assert found == [
        ("weights.file_changed", BASE),
        ("weights.file_missing", HEAD),
        ("weights.file_unknown", "model.pt"),
    ]


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_was_never_there_is_named(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    restate = {key: value for key, value in read_info(bundle).files.items() if key != name}
    edit_info(bundle, files=restate)
    assert refusal(bundle) == ("weights.key_missing", f"files.{name}")


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff\xfe\0", b"[" * 100_000])
def test_garbage_with_a_right_hash_is_refused(bundle: Path, name: str, content: bytes) -> None:
    (bundle / name).write_bytes(content)
    restate_hashes(bundle)
    key, _ = refusal(bundle)
    assert key in ("weights.unreadable", "weights.key_missing", "weights.key_invalid")


def test_a_file_above_its_budget_is_not_read(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "file_sha256", lambda path: pytest.fail(f"{path} was read"))
    for name in sorted(ALLOWED_FILES):
        with (bundle / name).open("ab") as file:
            file.truncate(MOST_BYTES[name] + 1)  # sparse
    with pytest.raises(UserError, match="the limit is 4 MB"):
        read_info(bundle)
    info = BundleInfo.model_validate(
        info_values() | {"format": FORMAT, "files": {}, "digest": None}
    )
    listed = info.model_copy(update={"files": dict.fromkeys(ALLOWED_FILES - {INFO}, "")})
    told = {error.values["name"] for error in file_errors(bundle, listed)}
    assert told == ALLOWED_FILES - {INFO}


def test_the_shipped_weights_keep_well_within_the_budgets() -> None:
    for path in DEFAULT_WEIGHTS.iterdir():
        assert path.stat().st_size * 10 < MOST_BYTES[path.name]


@pytest.mark.parametrize("name", [CARD, CURVES])
def test_a_link_to_another_file_is_neither_shown_nor_taken(
    bundle: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "private.txt").write_text("private")
    (bundle / name).unlink(missing_ok=True)
    (bundle / name).symlink_to(tmp_path / "private.txt")
    assert refusal(bundle) == ("weights.file_elsewhere", name)
    assert "private" not in read_card(bundle)
    with pytest.raises(UserError, match=name):
        pull(str(bundle), tmp_path / "target")


# entdemo.json


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[" * 100_000, b'{"format": 1'])
def test_an_info_that_is_no_json_is_refused(bundle: Path, content: bytes) -> None:
    (bundle / INFO).write_bytes(content)
    assert refusal(bundle) == ("weights.unreadable", INFO)


def test_a_checkout_that_changed_a_file_is_named_as_such(bundle: Path) -> None:
    note = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    whole = (bundle / HEAD).read_bytes()
    (bundle / HEAD).write_bytes(note)
    assert refusal(bundle) == ("weights.git_pointer", HEAD)
    (bundle / HEAD).write_bytes(whole)
    config = bundle / "adapter_config.json"
    config.write_bytes(config.read_bytes().replace(b"\n", b"\r\n"))
    assert refusal(bundle) == ("weights.line_ends", config.name)


@pytest.mark.parametrize("name", ["format", "files", "digest", *info_values()])
def test_every_key_is_required(bundle: Path, name: str) -> None:
    values = json.loads((bundle / INFO).read_text("utf-8"))
    del values[name]
    (bundle / INFO).write_text(json.dumps(values), "utf-8")
    assert refusal(bundle) == ("weights.key_missing", name)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"extra": 1}, "extra"),
        ({"base": {"name": "x", "pretrained": None, "more": 1}}, "base.more"),
    ],
)
def test_unknown_keys_are_named(bundle: Path, changes: dict[str, Any], name: str) -> None:
    edit_info(bundle, **changes)
    assert refusal(bundle) == ("weights.key_unknown", name)


def test_a_newer_format_asks_for_an_update(bundle: Path) -> None:
    edit_info(bundle, format=FORMAT + 1, something_new=True)
    assert refusal(bundle)[0] == "weights.newer_format"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"frame_temperature": 1.0', '"frame_temperature": 1.5'),
        ('"slerp_join": true', '"slerp_join": false'),
    ],
)
def test_a_setting_that_changed_by_itself_is_noticed(bundle: Path, old: str, new: str) -> None:
    text = (bundle / INFO).read_text("utf-8")
    assert old in text
    (bundle / INFO).write_text(text.replace(old, new), "utf-8")
    assert refusal(bundle) == ("weights.digest", INFO)


CALIBRATION = {"frame_temperature": 1, "text_temperature": 1, "unlikeness": None}
SQUARE = {"mean": [0.5] * 3, "std": [0.5] * 3}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"format": 0}, "format"),
        ({"format": "1"}, "format"),
        ({"format": True}, "format"),
        ({"classes": ["nose-right"]}, "classes"),
        ({"prompts": {}}, "prompts"),
        ({"fusion": {"levels": [], "slerp_join": True}}, "fusion.levels"),
        ({"fusion": {"levels": [0], "slerp_join": True}}, "fusion.levels"),
        ({"fusion": {"levels": [-1, 12], "slerp_join": True}}, "fusion.levels"),
        ({"fusion": {"levels": [3, 13], "slerp_join": True}}, "fusion.levels"),
        ({"fusion": {"levels": [3, 3, 6], "slerp_join": True}}, "fusion.levels"),
        ({"prompts": {name: {"en": ["x"] * 101} for name in CLASSES}}, "prompts.nose-right.en"),
        ({"prompts": {name: {"en": ["x" * 1001]} for name in CLASSES}}, "prompts.nose-right.en.0"),
        ({"metrics": {"phantom_test": 7}}, "metrics"),
        ({"metrics": {"phantom_test": {"n": "many"}}}, "metrics"),
        ({"metrics": {"phantom_test": {"accuracy": 7}}}, "metrics"),
        ({"metrics": {"phantom_test": {"ci95": {"accuracy": [1]}}}}, "metrics"),
        ({"metrics": {"phantom_test": {"confusion": {"ear-left": {"throat": "a"}}}}}, "metrics"),
        ({"metrics": {"sentences": {"en": 1, "vi": 2}}}, "metrics"),
        ({"metrics": {"real_frames": 7}}, "metrics"),
        ({"preprocess": {"image_size": 64, **SQUARE}}, "preprocess.image_size"),
        ({"preprocess": {"image_size": 128, **SQUARE, "std": [0, 1, 1]}}, "preprocess.std.0"),
        ({"ood": {"threshold": float("inf")}}, "ood.threshold"),
        (
            {"calibration": CALIBRATION | {"frame_temperature": float("nan")}},
            "calibration.frame_temperature",
        ),
        (
            {"calibration": CALIBRATION | {"text_temperature": 0}},
            "calibration.text_temperature",
        ),
        (
            {"calibration": CALIBRATION | {"unlikeness": {"reference": 1, "power": -1}}},
            "calibration.unlikeness.power",
        ),
    ],
)
def test_values_that_cannot_be_are_named(bundle: Path, changes: dict[str, Any], name: str) -> None:
    edit_info(bundle, **changes)
    assert refusal(bundle) == ("weights.key_invalid", name)


@pytest.mark.parametrize(
    "name", ["hf-hub:owner/repo", "local-dir:.", "RN50", "coca_ViT-B-32", "ViT-bigG-14", "x"]
)
def test_a_base_from_elsewhere_is_refused_without_a_request(
    bundle: Path, name: str, outside_connections: list[object]
) -> None:
    edit_info(bundle, base={"name": name, "pretrained": None})
    key, named = refusal(bundle)
    assert key in ("weights.unknown_base", "weights.base_refused")
    assert named == name
    assert outside_connections == []


@pytest.mark.parametrize("tag", ["openai", "base.safetensors", "/etc/passwd"])
def test_pretrained_must_be_a_published_tag_of_the_base(bundle: Path, tag: str) -> None:
    edit_info(bundle, base={"name": "entclip-lite0-128", "pretrained": tag})
    assert refusal(bundle) == ("weights.key_invalid", "base.pretrained")


# tensors


@pytest.mark.parametrize("file", TENSORS)
def test_tensors_must_be_those_of_the_model(whole: Path, tmp_path: Path, file: str) -> None:
    names = sorted(name for name, t in load_file(whole / file).items() if t.is_floating_point())
    name = names[0]
    changes: dict[str, Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]] = {
        "weights.key_unknown x": lambda state: {**state, "x": torch.zeros(1)},
        f"weights.key_missing {name}": lambda state: {k: state[k] for k in state if k != name},
        f"weights.wrong_shape {name}": lambda state: {**state, name: state[name][None].clone()},
    }
    for number, value in enumerate((float("nan"), float("inf"))):
        changes[f"weights.key_invalid {name}{' ' * number}"] = lambda state, value=value: {
            **state,
            name: torch.full_like(state[name], value),
        }
    for dtype in (torch.int8, torch.complex64, torch.float8_e4m3fn, torch.float8_e8m0fnu):
        changes[f"weights.key_invalid {name} {dtype}"] = lambda state, dtype=dtype: {
            **state,
            name: state[name].to(dtype),
        }
    for number, (expected, change) in enumerate(changes.items()):
        folder = Path(shutil.copytree(whole, tmp_path / str(number)))
        edit_tensors(folder / file, change)
        assert refusal(folder) == tuple(expected.split()[:2])


def test_a_changed_model_misses_its_golden_embeddings(bundle: Path) -> None:
    edit_tensors(
        bundle / ADAPTER_WEIGHTS,
        lambda state: {name: torch.randn_like(tensor) for name, tensor in state.items()},
    )
    assert refusal(bundle)[0] == "weights.golden"


# adapter, tokenizer, golden


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"r": 0}, ("weights.key_invalid", "r")),
        ({"r": 10_000_000}, ("weights.key_invalid", "r")),
        ({"peft_type": "IA3"}, ("weights.key_invalid", "peft_type")),
        ({"target_modules": "(a+)+$"}, ("weights.key_invalid", "target_modules")),
        ({"use_dora": True}, ("weights.key_invalid", "use_dora")),
        ({"modules_to_save": ["ln_post"]}, ("weights.key_invalid", "modules_to_save")),
        ({"megatron_config": {"a": 1}}, ("weights.key_invalid", "megatron_config")),
        ({"rank_pattern": {"c_fc": 9}}, ("weights.key_invalid", "rank_pattern")),
        ({"unheard_of": 1}, ("weights.key_unknown", "unheard_of")),
    ],
)
def test_only_plain_lora_is_taken(
    bundle: Path, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    edit_json(bundle / ADAPTER_CONFIG, lambda config: {**config, **changes})
    assert refusal(bundle) == expected


def test_layers_that_the_base_lacks_are_named(bundle: Path) -> None:
    lacking = {"target_modules": ["nowhere"], "target_parameters": None}
    edit_json(bundle / ADAPTER_CONFIG, lambda config: {**config, **lacking})
    assert refusal(bundle) == ("weights.key_invalid", "target_modules")


def test_a_tokenizer_with_more_words_than_the_base_is_refused(bundle: Path) -> None:
    def widen(value: dict[str, Any]) -> dict[str, Any]:
        value["model"]["vocab"]["far"] = 4094
        return value

    edit_json(bundle / TOKENIZER, widen)
    assert refusal(bundle) == ("weights.key_invalid", "vocab")


SLOW = {"Regex": "(a+)+$"}
PADDING = {
    "strategy": {"Fixed": 20_000_000}, "direction": "Right", "pad_to_multiple_of": None,
    "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"padding": PADDING}, "padding"),
        ({"normalizer": {"type": "Replace", "pattern": SLOW, "content": ""}}, "normalizer"),
        (
            {"pre_tokenizer": {"type": "Split", "pattern": SLOW, "behavior": "Isolated"}},
            "pre_tokenizer",
        ),
        ({"model": {"type": "BPE", "dropout": 0.5, "vocab": {}, "merges": []}}, "model.dropout"),
        ({"model": {"type": "WordPiece", "vocab": {}}}, "model.type"),
        ({"added_tokens": []}, "added_tokens"),
        ({"something_new": 1}, "something_new"),
    ],
)
def test_a_tokenizer_of_another_shape_is_refused(
    bundle: Path, changes: dict[str, Any], key: str
) -> None:
    edit_json(bundle / TOKENIZER, lambda value: {**value, **changes})
    assert refusal(bundle) == ("weights.key_invalid", key)


def png(width: int, height: int) -> str:
    buffer = io.BytesIO()
    Image.new("1", (width, height)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize(
    "change",
    [
        {"png": "no base64"},
        {"png": png(64, 64)},
        {"png": png(20_000, 20_000)},
        {"embedding": ["a"] * 256},
        {"embedding": [0.1] * 3},
    ],
)
def test_golden_frames_that_cannot_be_read_are_refused(
    bundle: Path, change: dict[str, Any]
) -> None:
    edit_json(
        bundle / GOLDEN, lambda value: {"frames": [{**row, **change} for row in value["frames"]]}
    )
    assert refusal(bundle) == ("weights.unreadable", GOLDEN)


def test_many_golden_frames_are_refused(bundle: Path) -> None:
    edit_json(bundle / GOLDEN, lambda value: {"frames": value["frames"] * 9})
    assert refusal(bundle) == ("weights.unreadable", GOLDEN)


@pytest.mark.parametrize("value", [0.0, float("nan"), -1.0])
def test_golden_embeddings_that_differ_are_refused(bundle: Path, value: float) -> None:
    edit_json(
        bundle / GOLDEN,
        lambda golden: {
            "frames": [{**row, "embedding": [value] * 256} for row in golden["frames"]]
        },
    )
    assert refusal(bundle)[0] == "weights.golden"
