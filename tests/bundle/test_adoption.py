"""Adapters made by plain peft and open_clip, as a stranger would make them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import open_clip
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from typer.testing import CliRunner

from benchmarks.fixtures.bundle import info_values
from benchmarks.fixtures.hub_server import Hub
from entdemo.bundle.adopt import adopt
from entdemo.bundle.golden import write_golden
from entdemo.bundle.hub import verify
from entdemo.bundle.weights import BASE, GOLDEN, HEAD, load_bundle, save_half, save_head, write_info
from entdemo.cli.main import app
from entdemo.errors import UserError
from entdemo.model import base
from entdemo.model.lora import add_lora, merge_lora
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.model.preprocess import preprocess_of

NAME = "tiny-vit"
CONFIG = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {
        "context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1,
    },
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A model of open_clip's own kind, small enough to be made many times."""
    folder = tmp_path_factory.mktemp("configs")
    (folder / f"{NAME}.json").write_text(json.dumps(CONFIG))
    open_clip.add_model_config(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "BASES", base.BASES | {NAME})
        yield


@pytest.fixture(scope="module")
def donor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle around that base."""
    folder = tmp_path_factory.mktemp("weights") / "donor"
    folder.mkdir()
    torch.manual_seed(0)
    model = EntClip(EntClipConfig(NAME, (1, 2))).eval()
    model.clip.load_state_dict(save_half(model.clip.state_dict(), folder / BASE))
    add_lora(model.clip, rank=2, alpha=4).save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)
    merge_lora(model.clip)
    save_head(model, folder / HEAD)
    preprocess = preprocess_of(NAME)
    squares = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8).numpy()
    write_golden(folder / GOLDEN, model, preprocess, squares)
    changed = {
        "base": {"name": NAME, "pretrained": None},
        "fusion": {"levels": (1, 2), "slerp_join": True},
        "preprocess": {"image_size": 32, "mean": preprocess.mean, "std": preprocess.std},
    }
    write_info(folder, info_values() | changed)
    return folder


def strangers_model(donor: Path) -> open_clip.CLIP:
    """The base as open_clip loads it from its file."""
    model = open_clip.create_model(NAME, pretrained=str(donor / BASE))
    return model.float().eval()


def train(model: PeftModel) -> None:
    """Give the adapter weights that are not zero."""
    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.normal_(0, 0.1)


VISUAL = {
    "as here": LoraConfig(
        r=4, lora_alpha=8, target_modules=["c_fc", "c_proj"],
        target_parameters=["attn.in_proj_weight"],
    ),
    "only linear layers, with dropout": LoraConfig(
        r=2, lora_alpha=2, target_modules=["c_fc"], lora_dropout=0.1, use_rslora=True
    ),
    "one layer by its full name": LoraConfig(
        r=3, target_modules=["transformer.resblocks.1.mlp.c_proj"]
    ),
}  # fmt: skip


def pictures() -> torch.Tensor:
    return torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("name", VISUAL)
def test_an_adapter_of_the_image_tower_gives_what_it_gave(
    name: str, donor: Path, tmp_path: Path
) -> None:
    theirs = strangers_model(donor)
    theirs.visual = get_peft_model(theirs.visual, VISUAL[name])
    train(theirs.visual)
    theirs.visual.save_pretrained(str(tmp_path / "adapter"))
    info = adopt(tmp_path / "adapter", donor, tmp_path / "bundle")
    assert verify(tmp_path / "bundle") == []
    ours = load_bundle(tmp_path / "bundle").model.clip
    with torch.inference_mode():
        expected = theirs.eval().encode_image(pictures())
        assert torch.allclose(ours.encode_image(pictures()), expected, atol=1e-5)
        plain = strangers_model(donor).encode_image(pictures())
        assert not torch.allclose(plain, expected, atol=1e-3)
    assert info.name == "test-weights with adapter"
    assert info.metrics == {}


def test_an_adapter_of_the_whole_model_gives_what_it_gave(donor: Path, tmp_path: Path) -> None:
    layers = [
        f"visual.transformer.resblocks.{n}.mlp.{name}"
        for n in (0, 1)
        for name in ("c_fc", "c_proj")
    ]
    theirs = get_peft_model(strangers_model(donor), LoraConfig(r=4, target_modules=layers))
    train(theirs)
    theirs.save_pretrained(str(tmp_path / "adapter"))
    adopt(tmp_path / "adapter", donor, tmp_path / "bundle")
    ours = load_bundle(tmp_path / "bundle").model.clip
    with torch.inference_mode():
        expected = theirs.eval().base_model.model.encode_image(pictures())
        assert torch.allclose(ours.encode_image(pictures()), expected, atol=1e-5)


def adapter_of(module: nn.Module, folder: Path, config: LoraConfig) -> Path:
    model = get_peft_model(module, config)
    train(model)
    model.save_pretrained(str(folder))
    return folder


def refusal(adapter: Path, donor: Path, target: Path) -> str:
    with pytest.raises(UserError) as caught:
        adopt(adapter, donor, target)
    assert list(target.parent.glob(f"*{target.name}*")) == []
    return caught.value.key


def test_what_is_more_than_lora_on_the_image_tower_is_refused(donor: Path, tmp_path: Path) -> None:
    both = adapter_of(
        strangers_model(donor), tmp_path / "both", LoraConfig(target_modules=["c_fc"])
    )
    assert refusal(both, donor, tmp_path / "x") == "weights.adapter_elsewhere"
    visual = strangers_model(donor).visual
    attention = adapter_of(visual, tmp_path / "attn", LoraConfig(target_modules=["attn"]))
    assert refusal(attention, donor, tmp_path / "x") == "weights.key_invalid"
    dora = LoraConfig(target_modules=["c_fc"], use_dora=True)
    refined = adapter_of(strangers_model(donor).visual, tmp_path / "dora", dora)
    assert refusal(refined, donor, tmp_path / "x") == "weights.key_invalid"


def with_config(adapter: Path, **values: object) -> Path:
    """The adapter with other values in its config."""
    file = adapter / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))
    return adapter


@pytest.mark.parametrize(
    "beginning", ["pissa", "pissa_niter_4", "olora", "loftq", "corda", "lora_ga"]
)
def test_an_adapter_that_changed_its_base_is_refused_by_name(
    beginning: str, donor: Path, tmp_path: Path
) -> None:
    config = LoraConfig(target_modules=["c_fc"])
    adapter = adapter_of(strangers_model(donor).visual, tmp_path / "a", config)
    with pytest.raises(UserError, match=beginning) as caught:
        adopt(with_config(adapter, init_lora_weights=beginning), donor, tmp_path / "x")
    assert caught.value.key == "weights.key_invalid"
    assert caught.value.values["name"] == "init_lora_weights"


@pytest.mark.filterwarnings("ignore:.*changes the base weights:UserWarning")
@pytest.mark.parametrize("beginning", ["pissa", "olora"])
def test_such_an_adapter_gives_what_it_gave_once_peft_has_converted_it(
    beginning: str, donor: Path, tmp_path: Path
) -> None:
    theirs = strangers_model(donor)
    config = LoraConfig(r=2, target_modules=["c_fc"], init_lora_weights=beginning)
    theirs.visual = get_peft_model(theirs.visual, config)
    theirs.visual.save_pretrained(str(tmp_path / "start"))
    file = tmp_path / "start" / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"init_lora_weights": True}))
    with torch.no_grad():
        for name, parameter in theirs.visual.named_parameters():
            if "lora_" in name:
                parameter.add_(torch.full_like(parameter, 0.05))
    theirs.visual.save_pretrained(
        str(tmp_path / "adapter"), path_initial_model_for_weight_conversion=str(tmp_path / "start")
    )
    adopt(tmp_path / "adapter", donor, tmp_path / "bundle")
    ours = load_bundle(tmp_path / "bundle").model.clip
    with torch.inference_mode():
        expected = theirs.eval().encode_image(pictures())
        assert torch.allclose(ours.encode_image(pictures()), expected, atol=1e-4)


@pytest.mark.parametrize(
    "values",
    [
        {"init_lora_weights": "gaussian"},
        {"init_lora_weights": False},
        {"a_key_of_tomorrow": None, "another": False, "a_table": {}, "a_list": []},
        {"use_dora": None, "loftq_config": None, "rank_pattern": None, "use_rslora": None},
        {"bias": None, "megatron_core": None, "layers_to_transform": None},
    ],
)
def test_configs_of_older_and_newer_peft_load(
    values: dict[str, object], donor: Path, tmp_path: Path
) -> None:
    config = LoraConfig(target_modules=["c_fc"])
    adapter = adapter_of(strangers_model(donor).visual, tmp_path / "a", config)
    plain = json.loads((adapter / "adapter_config.json").read_text())
    adopt(with_config(adapter, **values), donor, tmp_path / "new")
    for name in (
        "use_bdlora",
        "arrow_config",
        "ensure_weight_tying",
        "lora_bias",
        "runtime_config",
    ):
        plain.pop(name, None)  # older versions do not know them
    (adapter / "adapter_config.json").write_text(json.dumps(plain))
    adopt(adapter, donor, tmp_path / "old")


@pytest.mark.parametrize("value", [True, 3, "on", {"rank": 4}])
def test_an_unknown_key_that_is_in_use_is_refused(
    value: object, donor: Path, tmp_path: Path
) -> None:
    config = LoraConfig(target_modules=["c_fc"])
    adapter = adapter_of(strangers_model(donor).visual, tmp_path / "a", config)
    changed = with_config(adapter, a_key_of_tomorrow=value)
    assert refusal(changed, donor, tmp_path / "x") == "weights.key_unknown"


def test_an_adapter_of_another_base_is_refused(donor: Path, tmp_path: Path) -> None:
    other = nn.ModuleDict({"c_fc": nn.Linear(8, 8)})
    adapter = adapter_of(other, tmp_path / "other", LoraConfig(target_modules=["c_fc"]))
    assert refusal(adapter, donor, tmp_path / "x") in ("weights.key_missing", "weights.key_unknown")


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_file_that_is_missing_or_a_pickle_is_named(
    name: str, donor: Path, tmp_path: Path
) -> None:
    config = LoraConfig(target_modules=["c_fc"])
    whole = adapter_of(strangers_model(donor).visual, tmp_path / "whole", config)
    (whole / name).rename(whole / "adapter_model.bin")
    assert refusal(whole, donor, tmp_path / "x") == "weights.file_missing"


def test_nothing_is_overwritten(donor: Path, tmp_path: Path) -> None:
    (target := tmp_path / "mine").mkdir()
    (target / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="already exists"):
        adopt(donor, donor, target)
    assert (target / "notes.txt").read_text() == "mine"


def test_an_adapter_from_the_hub_on_the_command_line(hub: Hub, donor: Path, tmp_path: Path) -> None:
    config = LoraConfig(target_modules=["c_fc"])
    made = adapter_of(strangers_model(donor).visual, tmp_path / "made", config)
    hub.add_repo("clinic/adapter", {file.name: file.read_bytes() for file in made.iterdir()})
    words = ["weights", "adopt", "clinic/adapter", str(tmp_path / "out"), "--base", str(donor)]
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    assert verify(tmp_path / "out") == []
    shutil.rmtree(tmp_path / "out")
