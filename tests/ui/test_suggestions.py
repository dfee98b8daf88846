from __future__ import annotations

from entdemo.ui.suggestions import suggestions
from tests.helpers.ui_fakes import FakeGallery


def test_findings_come_first_in_both_languages(gallery: FakeGallery) -> None:
    offered = suggestions(gallery.cases)
    assert offered["en"][0] == "normal eardrum"
    assert "thủng màng nhĩ" in offered["vi"]


def test_short_captions_and_own_findings_are_offered_once(gallery: FakeGallery) -> None:
    case = gallery.cases[0]._replace(finding="scar", caption_en="Scar  of the drum.")
    long = case._replace(caption_en="x" * 200)
    phrases = suggestions([case, case, long])["en"]
    assert phrases.count("scar") == 1
    assert phrases.count("Scar of the drum") == 1
    assert not [phrase for phrase in phrases if len(phrase) > 100]


def test_a_gallery_without_captions_still_offers_findings() -> None:
    assert len(suggestions([])["vi"]) > 20
    assert "" not in suggestions([])["vi"]
