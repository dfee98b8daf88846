"""Do words move the answer to a frame? Normal frames of the gallery, each with the findings that
its region may show.

Run: python -m benchmarks.added_words

Of the twelve cases found: how many are of the frame's own class, and how many show the finding that
the words name, by how much the words count. Share 0 is the frame alone, share 1 the words alone.
"""

from __future__ import annotations

import argparse
import json

import numpy as np
from rich.console import Console
from rich.table import Table

from entdemo.gallery.cases import Case
from entdemo.image.frame import load_frame
from entdemo.inference.prediction import Neighbour
from entdemo.locale import LANGUAGES, Language
from entdemo.predictor import Predictor
from entdemo.settings import Settings
from entdemo.taxonomy import FINDINGS

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def measure(
    predictor: Predictor, share: float, language: Language, frames: int
) -> dict[str, float]:
    """Mean shares of found cases, over findings and normal frames."""
    kept, fit = [], []
    for finding in FINDINGS:
        if finding.key == "normal":
            continue
        text = finding.en if language == "en" else finding.vi
        for case in normal_cases(predictor, finding.region)[:frames]:
            frame = load_frame(predictor.gallery.frame_path(case))
            found = predictor.combine(frame, text, share).neighbours
            kept.append(share_of([near.class_name == case.class_name for near in found]))
            fit.append(share_of([_shows(near, finding.key) for near in found]))
    return {"class": share_of(kept), "finding": share_of(fit)}


def normal_cases(predictor: Predictor, region: str) -> list[Case]:
    """The gallery's cases of a region without a finding."""
    cases = predictor.gallery.cases
    return [case for case in cases if (case.region, case.finding) == (region, "normal")]


def share_of(values: list[bool] | list[float]) -> float:
    """Their mean, of three decimals."""
    return round(float(np.mean(values)), 3)


def _shows(near: Neighbour, finding: str) -> bool:
    return near.finding == finding


def main() -> None:
    """Print a row a share and language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=4, help="normal frames a finding")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    settings = Settings()
    predictor = Predictor.open(settings.weights, settings.gallery, settings.device)
    rows = [
        {"share": share, "language": language}
        | measure(predictor, share, language, arguments.frames)
        for share in SHARES
        for language in LANGUAGES
    ]
    if arguments.json:
        print(json.dumps(rows))
        return
    table = Table("share of words", "language", "own class", "finding named")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
