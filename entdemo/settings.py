"""Settings from the environment, each named ``ENTDEMO_`` and the field in capitals."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address
from os.path import isfile
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from platformdirs import user_data_path
from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from entdemo.errors import SettingError

_PACKAGE = Path(__file__).resolve().parent
ROOT = _PACKAGE.parent
"""The checkout, where there is one."""


def _shipped(kind: str) -> Path:
    """Where the wheel carries shipped files, or where a checkout has them."""
    installed = _PACKAGE / "shipped" / kind
    return installed if installed.is_dir() else ROOT / kind / "default"


DEFAULT_WEIGHTS = _shipped("weights")
DEFAULT_GALLERY = _shipped("gallery")
_CHECKOUT_GALLERY = ROOT / "gallery" / "own"
"""Where own cases lay before they had a folder of the user; it is used on where it exists."""

Network = IPv4Network | IPv6Network

DEVICES = r"^(auto|cpu|mps|cuda(:\d+)?)$"
"""What a device may be called."""


def _own_gallery(data: Path) -> Path:
    is_used = isfile(_CHECKOUT_GALLERY / "gallery.json")
    return _CHECKOUT_GALLERY if is_used else data / "gallery"


def _learned_weights(data: Path) -> Path:
    return data / "learned"


def _weights(known: dict[str, Any]) -> str:
    data: Path = known["data"]
    own = (_learned_weights(data), data / "weights")
    return str(next((it for it in own if isfile(it / "entdemo.json")), DEFAULT_WEIGHTS))


def _gallery(known: dict[str, Any]) -> str:
    own = _own_gallery(known["data"])
    return str(own if isfile(own / "gallery.json") else DEFAULT_GALLERY)


class Settings(BaseSettings):
    """Where weights and gallery come from, and what computes with them.

    Attributes:
        data: the user's folder of own weights and own cases.
        weights: a folder, or a Hub repo as ``owner/name@revision``; those that learned from own
            cases serve where they exist, then own weights, else the shipped ones.
        gallery: a folder; likewise.
        index: address of a Milvus cluster or a file ``*.db``; empty to search in memory.
        index_token: ``user:password`` or a key that the cluster asks for.
        index_certificate: file of the certificates that are trusted for it; empty for the system's.
        device: ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.
        precision: ``auto``, ``fp32``, ``bf16``, ``fp16`` on a GPU, or ``int8`` on a CPU.
    """

    model_config = SettingsConfigDict(
        env_prefix="ENTDEMO_",
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    data: Path = Field(default_factory=lambda: user_data_path("entdemo", appauthor=False))
    weights: str = Field(default_factory=_weights)
    gallery: str = Field(default_factory=_gallery)
    index: str = ""
    index_token: SecretStr = SecretStr("")
    index_certificate: str = ""
    device: Annotated[str, StringConstraints(pattern=DEVICES)] = "auto"
    precision: Literal["auto", "fp32", "bf16", "fp16", "int8"] = "auto"

    @field_validator("data")
    @classmethod
    def _expanded(cls, data: Path) -> Path:
        try:
            return data.expanduser()
        except RuntimeError as error:  # the home of a user who is not there
            raise ValueError(str(error)) from error

    @property
    def own_weights(self) -> Path:
        """Folder of weights that serve in place of the shipped ones."""
        return self.data / "weights"

    @property
    def learned_weights(self) -> Path:
        """Folder of weights that learned from own cases in the app."""
        return _learned_weights(self.data)

    @property
    def own_gallery(self) -> Path:
        """Folder of the shipped gallery's copy that holds own cases."""
        return _own_gallery(self.data)

    @property
    def collections(self) -> Path:
        """Folder of the collections that are kept for whoever runs the app."""
        return self.data / "collections"


class ServeSettings(Settings):
    """How to serve the app.

    Attributes:
        host: name or address to listen on.
        port: 1 to 65535.
        auth: ``user:password`` to ask for a login, or empty.
        edit: whether visitors may add own cases and remove them; None means where only this
            computer can reach the app.
        hosts: names under which the app is reached beside loopback and ``host``.
        proxies: addresses or networks of proxies, whose forwarded headers are believed.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    auth: Annotated[str, StringConstraints(pattern=r"^([^:]+:.+)?$")] = ""
    edit: bool | None = None
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    proxies: Annotated[tuple[Network, ...], NoDecode] = ()

    @field_validator("hosts", "proxies", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """What stands between commas."""
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(",") if part.strip()]

    @field_validator("host")
    @classmethod
    def _without_brackets(cls, host: str) -> str:
        return host.removeprefix("[").removesuffix("]")

    @property
    def may_edit(self) -> bool:
        """Whether visitors may change the gallery."""
        if self.edit is not None:
            return self.edit
        return _is_loopback(self.host) and not (self.hosts or self.proxies)

    @property
    def lets_anyone_in(self) -> bool:
        """Whether other computers reach the app, and none of them is asked for a login."""
        return not _is_loopback(self.host) and self.login is None

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password, or None where no login is asked for."""
        user, _, password = self.auth.partition(":")
        return (user, password) if user else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


AnySettings = TypeVar("AnySettings", bound=Settings)


def read_settings(kind: type[AnySettings], **given: object) -> AnySettings:
    """Settings of the environment.

    Args:
        kind: which of them.
        given: by field, what was asked for otherwise; None leaves a field to the environment.

    Raises:
        SettingError: naming the first that cannot be used.
    """
    try:
        return kind.model_validate({name: it for name, it in given.items() if it is not None})
    except ValidationError as error:
        first = error.errors()[0]
        field = first["loc"][0]
        raise SettingError(f"setting.{field}", value=first["input"]) from error
