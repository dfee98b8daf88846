"""Classify every frame of a folder and write a table.

    python examples/classify_folder.py FRAMES answers.csv

It prints how many frames were answered and how many were refused, each with its reason.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from entdemo import Predictor
from entdemo.errors import UserError

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


def main(folder: Path, table: Path) -> None:
    """Answer each picture below ``folder``."""
    predictor = Predictor.open()
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in PICTURES)
    refused = 0
    with table.open("w", newline="", encoding="utf-8") as opened:
        rows = csv.writer(opened)
        rows.writerow(["file", "region", "class", "probability", "nearest case"])
        for file in files:
            try:
                answer = predictor.predict(file, k=1)
            except UserError as error:
                refused += 1
                print(f"{file.name}: {error}")
                continue
            nearest = answer.neighbours[0].case_id if answer.neighbours else ""
            probability = f"{answer.probabilities[answer.class_name]:.2f}"
            name = file.relative_to(folder)
            rows.writerow([name, answer.region, answer.class_name, probability, nearest])
    print(f"{len(files) - refused} frames answered, {refused} refused; see {table}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
