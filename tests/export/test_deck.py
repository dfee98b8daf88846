from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from dataclasses import replace

import pytest
from PIL import Image

from entdemo.errors import DataError
from entdemo.export.deck import handout_deck
from entdemo.export.handout import Handout

Note = tuple[str, list[str]]
"""Its id for good, and its fields."""


def read(handout: Handout) -> tuple[list[Note], dict[str, bytes]]:
    """Notes of a deck in their order, and its pictures by name."""
    with zipfile.ZipFile(io.BytesIO(handout_deck(handout))) as archive:
        names = json.loads(archive.read("media"))
        pictures = {name: archive.read(place) for place, name in names.items()}
        database = sqlite3.connect(":memory:")
        database.deserialize(archive.read("collection.anki2"))
    rows = database.execute("select guid, flds from notes order by id").fetchall()
    assert database.execute("select count(*) from cards").fetchone() == (len(rows),)
    database.close()
    return [(guid, fields.split("\x1f")) for guid, fields in rows], pictures


def test_a_card_asks_in_front_and_tells_behind(handout: Handout) -> None:
    ((_, (case_id, front, back)), (_, (_, _, other))), pictures = read(handout)
    (picture,) = {name for name in pictures if name in front}
    assert case_id == "c-0001"
    assert f'<img src="{picture}" alt="Case 1">' in front
    assert "eardrum" not in front
    assert 'alt="ear, left: retracted eardrum"' in back
    assert "<p>The light cone is lost.</p>" in back
    assert all("phantom · Apache-2.0" in side for side in (front, back))
    assert "<p>Ask for the handle.</p>" in other
    assert Image.open(io.BytesIO(pictures[picture])).size == (320, 240)


def test_a_case_keeps_its_card_in_every_deck(handout: Handout) -> None:
    turned = replace(handout, title="Another", cases=handout.cases[::-1])
    assert {guid for guid, _ in read(handout)[0]} == {guid for guid, _ in read(turned)[0]}


def test_words_are_text_and_no_markup(handout: Handout) -> None:
    cases = (replace(handout.cases[0], caption="<script>alert(1)</script>", licence='"&'),)
    ((_, (_, _, back)),), _ = read(replace(handout, cases=cases))
    assert "&lt;script&gt;" in back
    assert "<script" not in back
    assert "&quot;&amp;" in back


def test_questions_alone_make_no_deck(handout: Handout) -> None:
    with pytest.raises(DataError) as caught:
        handout_deck(replace(handout, answers=False))
    assert caught.value.key == "export.no_answers"
