"""A handout as an Anki deck: a card a case, the picture in front, the answer behind."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from hashlib import sha256
from html import escape

import genanki

from entdemo.errors import DataError
from entdemo.export.archive import packed
from entdemo.export.handout import Handout, HandoutCase
from entdemo.export.letters import plain

_MODEL_ID = 1_843_027_561
"""Anki knows a kind of card by it, so that decks of all days share one."""
_STYLE = (
    ".card { font-family: sans-serif; font-size: 20px; text-align: center; }"
    " img { max-width: 100%; max-height: 60vh; } .credit { font-size: 12px; opacity: .75; }"
)


def handout_deck(handout: Handout) -> bytes:
    """The handout as .apkg; a case keeps its card where a later deck with it is imported.

    It says when it was made: Anki takes a changed card only from a deck that is newer.

    Raises:
        UserError: the handout is without answers, which leaves nothing to learn.
    """
    if not handout.answers:
        raise DataError("export.no_answers")
    deck = genanki.Deck(_number(handout.title), f"entdemo · {plain(handout.title)}")
    model = _model()
    for number, case in enumerate(handout.cases, 1):
        deck.add_note(_note(model, handout, number, case))
    pictures = {_file_name(case): case.jpeg for case in handout.cases}
    names = json.dumps({str(place): name for place, name in enumerate(pictures)})
    files = {"collection.anki2": _collection(deck), "media": names.encode()}
    return packed([*files.items(), *((str(n), it) for n, it in enumerate(pictures.values()))])


def _collection(deck: genanki.Deck) -> bytes:
    """The deck as Anki's database, made in memory: genanki's own writer leaves a file behind."""
    now = time.time()
    database = sqlite3.connect(":memory:")
    try:
        genanki.Package(deck).write_to_db(database.cursor(), now, itertools.count(int(now * 1000)))
        database.commit()
        return database.serialize()
    finally:
        database.close()


def _model() -> genanki.Model:
    fields = [{"name": name} for name in ("Case", "Question", "Answer")]
    template = {"name": "Case", "qfmt": "{{Question}}", "afmt": "{{Answer}}"}
    return genanki.Model(_MODEL_ID, "entdemo", fields, [template], css=_STYLE)


def _note(model: genanki.Model, handout: Handout, number: int, case: HandoutCase) -> genanki.Note:
    question = [_picture(case, handout.number(number)), *map(_paragraph, handout.question(case))]
    answer = [_picture(case, handout.answer(case)), f"<h2>{_safe(handout.answer(case))}</h2>"]
    answer += [_paragraph(line) for line in handout.lines(case)]
    credit = f'<p class="credit">{_safe(case.credit)}</p>' if case.credit else ""
    fields = [case.case_id, "".join([*question, credit]), "".join([*answer, credit])]
    guid = genanki.guid_for("entdemo", case.case_id, handout.language)
    return genanki.Note(model, fields, guid=guid)


def _picture(case: HandoutCase, alternative: str) -> str:
    return f'<img src="{_file_name(case)}" alt="{_safe(alternative)}">'


def _paragraph(text: str) -> str:
    return f"<p>{_safe(text)}</p>"


def _safe(text: str) -> str:
    return escape(plain(text)).replace("\n", "<br>")


def _file_name(case: HandoutCase) -> str:
    """All decks' pictures lie in one folder of Anki, so the content tells them apart."""
    return f"entdemo-{case.case_id}-{sha256(case.jpeg).hexdigest()[:8]}.jpg"


def _number(text: str) -> int:
    """An id of a deck that its title has for good: 31 bits, not 0 or 1, which Anki keeps."""
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big") % (2**31 - 2) + 2
