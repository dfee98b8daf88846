"""The card's tables, from figures whose rows are known."""

from __future__ import annotations

from benchmarks.model_card import sources_table


def test_real_frames_stand_by_source() -> None:
    row = {
        "source": "clinic", "n": 4, "regions": {"ear": 3, "nose": 1}, "region_accuracy": 0.75,
        "region_confidence": 0.8, "region_ece": 0.05, "class_frames": 0, "class_accuracy": None,
        "refused": 0.25,
    }  # fmt: skip
    figures = {
        "sources": [row], "region_recall": {"ear": 1.0, "nose": 0.0},
        "regions_not_measured": ["throat"], "balanced_region_accuracy": 0.5, "region_ece": 0.05,
    }  # fmt: skip
    text = sources_table(figures)
    assert "| clinic (ear 3, nose 1) | 4 | 0.750 | 0.800 | 0.050 | not measured | 0.250 |" in text
    assert "Recall by region: ear 1.000, nose 0.000; not measured: throat." in text
