"""What ``import entdemo`` offers, and what the package says that it needs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import entdemo
from entdemo.settings import ROOT

OWN = {"benchmarks", "entdemo", "research", "tests"}
SPACES = "spaces"
"""A ZeroGPU Space brings it along; elsewhere it is not imported."""


def test_importing_the_package_imports_nothing_of_others() -> None:
    code = (
        "import sys; before = set(sys.modules); import entdemo\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "['entdemo']"


def test_public_names_are_there_and_no_others() -> None:
    assert {"Predictor", "Frame", "Gallery", "load_frame"} <= set(entdemo.__all__)
    for name in entdemo.__all__:
        assert getattr(entdemo, name)
    with pytest.raises(AttributeError, match="nothing_such"):
        entdemo.nothing_such  # noqa: B018 - asking is the test


def declared() -> dict[str, set[str]]:
    """Names of packages by extra; "" for what every installation has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = {"": (ROOT / "requirements.txt").read_text("utf-8").splitlines()}
    lines |= project["optional-dependencies"]
    return {
        extra: {normal(re.split(r"[^\w.-]", line)[0]) for line in wanted}
        for extra, wanted in lines.items()
    }


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def brought_by() -> Mapping[str, list[str]]:
    """Names of packages by what is imported of them."""
    return packages_distributions()


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def imports(folder: str, *, at_heads: bool = False) -> Iterator[tuple[Path, set[str]]]:
    """Files of a folder, each with the packages of others that one of its imports comes from."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        tree = parsed(file)
        for node in tree.body if at_heads else ast.walk(tree):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in {name.split(".")[0] for name in names}:
                if name not in OWN | sys.stdlib_module_names | {SPACES}:
                    packages = brought_by().get(name, [name])
                    yield file.relative_to(ROOT), {normal(package) for package in packages}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("entdemo", ("milvus", "train")),
        ("research", ("train",)),
        ("benchmarks", ("bench", "dev", "train")),
        ("tests", ("dev", "milvus", "train")),
    ],
)
def test_what_is_imported_is_declared(folder: str, extras: tuple[str, ...]) -> None:
    wanted = declared()
    allowed = wanted[""].union(*(wanted[extra] for extra in extras))
    for file, packages in imports(folder):
        assert packages & allowed, f"{file} imports {packages}"


def test_what_serves_needs_no_extra() -> None:
    """Training alone imports at its heads what an extra brings."""
    base = declared()[""]
    for file, packages in imports("entdemo", at_heads=True):
        assert packages & base or file.parts[1] == "training", f"{file} imports {packages}"
