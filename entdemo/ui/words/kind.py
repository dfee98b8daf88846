"""What a table of words is."""

from __future__ import annotations

from entdemo.errors import Language

Words = dict[str, dict[Language, str]]
"""Key to sentence by language; ``{name}`` is filled in."""
