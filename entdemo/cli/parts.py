"""Parts that an installation may lack: packages of an extra, and code of the repository alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from entdemo.errors import MissingPartError


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Tell in a sentence which package an import inside the block lacks.

    Args:
        extra: of entdemo, that brings it.

    Raises:
        MissingPartError: a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingPartError("cli.package_missing", name=error.name, extra=extra) from error


def from_checkout(module: str, command: str, extra: str) -> Any:
    """Import a module that stands beside the package in a checkout.

    Args:
        module: its full name.
        command: that needs it.
        extra: of entdemo, with what the module imports.

    Raises:
        MissingPartError: this is no checkout, or a package is not installed.
    """
    with needs_extra(extra):
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if module == error.name or module.startswith(f"{error.name}."):
                raise MissingPartError("cli.no_checkout", command=command) from error
            raise
