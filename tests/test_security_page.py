"""Each risk names a test, and each test that is named is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)


def test_every_test_that_is_named_exists() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if f"\ndef {name}(" not in (ROOT / file).read_text("utf-8")
    ]
    assert missing == []


def test_every_risk_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "Risk" not in line]
    assert len(rows) > 30
    assert [row for row in rows if "::test_" not in row] == []
