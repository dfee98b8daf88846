"""Run the command line with few out-of-distribution negatives, as one of several processes or not.

``python -m tests.helpers.brief train recipe.yaml`` does all that ``python -m entdemo train`` does;
a bundle's threshold, which no caller looks at, is calibrated on 10 pictures instead of 300.
"""

from __future__ import annotations

import runpy

from entdemo.training import calibrate

NEGATIVES = 2
"""Of each kind."""

if __name__ == "__main__":
    calibrate._NEGATIVES = NEGATIVES
    runpy.run_module("entdemo", run_name="__main__")
