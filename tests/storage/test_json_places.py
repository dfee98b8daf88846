"""Places of entries in JSON, however it is written."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entdemo.storage.json_places import entry_places

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def test_line_and_column_of_keys_and_items() -> None:
    assert entry_places('{"a": 1,\n  "b": [1,\n 2], "c": 3}') == [(1, 2), (2, 3), (3, 6)]
    assert entry_places('\n[\n {"a": "]\\n"},\r\n null]') == [(3, 2), (4, 2)]
    assert entry_places("{}") == entry_places(" [ ]") == []


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VALUES) | st.dictionaries(st.text(), VALUES), st.sampled_from([None, 0, 3]))
def test_each_entry_begins_at_its_place(content: object, indent: int | None) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    lines, decoder = text.split("\n"), json.JSONDecoder()
    found = [
        decoder.raw_decode("\n".join([lines[line - 1][column - 1 :], *lines[line:]]))[0]
        for line, column in entry_places(text)
    ]
    assert found == list(content)  # type: ignore[call-overload]
