"""Run the command line with a brief export, as one of several processes or not.

``python -m tests.helpers.brief train recipe.yaml`` does all that ``python -m entdemo train`` does,
but a bundle's threshold is calibrated on 10 pictures instead of 300, and its curves are not drawn:
no caller looks at either.
"""

from __future__ import annotations

import runpy
from pathlib import Path

from entdemo.bundle import card
from entdemo.training import calibrate

NEGATIVES = 2
"""Of each kind."""


def no_curves(log: object, path: Path) -> None:
    """In place of ``draw_curves``."""
    path.touch()


if __name__ == "__main__":
    calibrate._NEGATIVES = NEGATIVES
    card.draw_curves = no_curves
    runpy.run_module("entdemo", run_name="__main__")
