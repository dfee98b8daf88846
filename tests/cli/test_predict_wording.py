"""What ``predict`` tells people: as much as the evidence supports, or that this is no endoscopy."""

from __future__ import annotations

import pytest

from entdemo.cli import predict as commands
from entdemo.inference.prediction import Prediction
from entdemo.taxonomy import CLASSES, region_of


def answer(known: bool = True, **shares: float) -> Prediction:
    """An answer with the given shares; the rest goes to the other classes in equal parts."""
    given = {name.replace("_", "-"): share for name, share in shares.items()}
    rest = (1 - sum(given.values())) / (len(CLASSES) - len(given))
    probabilities = {name: given.get(name, rest) for name in CLASSES}
    best = max(probabilities, key=probabilities.__getitem__)
    return Prediction(
        best, region_of(best), probabilities, known, (), {"total": 1.0}, nearest=(best,) * 12
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (answer(ear_left=0.9), "This looks like a left ear, if the picture is upright."),
        (
            answer(nose_left=0.5, nose_right=0.45),
            "This looks like a nose. Which side cannot be told.",
        ),
        (
            answer(throat=0.46, vc_open=0.25, vc_closed=0.2),
            "This could be a throat or vocal cords.",
        ),
        (answer(known=False, ear_left=0.9), "This does not look like an endoscopy frame."),
    ],
)
def test_headline(given: Prediction, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands._print(given, "frame")
    said = capsys.readouterr().out
    assert said.splitlines()[0] == told
    assert ("Probabilities" in said) == given.in_distribution
