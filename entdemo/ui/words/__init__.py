"""The page's words in English and Vietnamese, one table for each part of the page."""

from __future__ import annotations

from entdemo.ui.words import about, answer, case, describe, frame, gallery, page, quiz, sheet
from entdemo.ui.words.kind import Words

TEXT: Words = {
    **page.WORDS,
    **frame.WORDS,
    **describe.WORDS,
    **answer.WORDS,
    **case.WORDS,
    **sheet.WORDS,
    **about.WORDS,
    **quiz.WORDS,
    **gallery.WORDS,
}
