"""How likely a frame shows the findings that are told of its region."""

from __future__ import annotations

from html import escape

from entdemo.inference.prediction import Prediction
from entdemo.locale.numbers import percent
from entdemo.ui.i18n import both, spans


def likely_findings(prediction: Prediction) -> str:
    """A short list below the answer; nothing where no finding is told."""
    told = prediction.named_findings
    if not told:
        return ""
    rows = "".join(
        f"<li>{spans(it.en, it.vi)} <b>{escape(percent(likelihood))}</b></li>"
        for it, likelihood in told
    )
    return (
        f'<div class="findings small"><h3>{both("findings.title")}</h3><ul>{rows}</ul>'
        f'<p class="hint">{both("findings.hint")}</p></div>'
    )
