"""What tests and benchmarks may import of one another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from entdemo.settings import ROOT


def imported(code: str) -> Iterator[str]:
    """Dotted names that ``code`` imports anywhere in it."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def of_a_test(name: str) -> bool:
    """Whether a dotted name lies in a file of tests."""
    return any(part.startswith("test_") for part in name.split(".")[:-1])


def own_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def test_no_test_and_no_helper_imports_a_test() -> None:
    for file in own_files("tests"):
        assert [name for name in imported(file.read_text("utf-8")) if of_a_test(name)] == [], file


def test_benchmarks_import_nothing_of_the_tests() -> None:
    for file in own_files("benchmarks"):
        names = imported(file.read_text("utf-8"))
        assert [name for name in names if name.split(".")[0] == "tests"] == [], file


@pytest.mark.parametrize(
    "code", ["from tests.ui.test_quiz import page", "def f():\n import tests.ui.test_quiz as t"]
)
def test_the_check_notices_an_import_of_a_test(code: str) -> None:
    assert any(of_a_test(f"{name}.x") for name in imported(code))
