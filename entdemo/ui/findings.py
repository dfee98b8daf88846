"""How likely a frame shows the findings that are told of its region."""

from __future__ import annotations

from html import escape

from entdemo.inference.prediction import Prediction
from entdemo.locale.numbers import percent
from entdemo.ui.i18n import both, spans


def likely_findings(prediction: Prediction) -> str:
    """A line below the answer that opens to its limits; nothing where no finding is told."""
    told = prediction.named_findings
    if not told:
        return ""
    named = " · ".join(
        f"{spans(it.en, it.vi)} <b>{escape(percent(likelihood))}</b>" for it, likelihood in told
    )
    return (
        f'<details class="probabilities"><summary><strong>{both("findings.title")}</strong> '
        f'{named}</summary><p class="hint small">{both("findings.hint")}</p></details>'
    )
