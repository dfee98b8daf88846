"""Where the model looked, laid over the visitor's frame."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from entdemo.locale import LANGUAGES
from entdemo.taxonomy import CLASS_NAMES
from entdemo.ui.i18n import both, spans, word

if TYPE_CHECKING:
    from entdemo.image.frame import Frame
    from entdemo.inference.prediction import Explanation

_COLOUR = (64, 224, 255)
"""Cyan: tissue is red to beige, so nothing in a frame looks like it."""

_SIDE = 192
_MOST_OPAQUE = 190


def overlay(frame: Frame, why: Explanation) -> str:
    """SVG of the relevance over the frame's own picture."""
    height, width = frame.rgb.shape[:2]
    left, top, side = frame.square_bounds
    return (
        f'<svg class="why-map" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<image href="{_picture(why)}" x="{left:.1f}" y="{top:.1f}" width="{side:.1f}" '
        f'height="{side:.1f}"/></svg>'
    )


def _picture(why: Explanation) -> str:
    """A PNG whose opacity is the relevance, smoothed, as a ``data:`` address."""
    small = Image.fromarray((why.relevance * _MOST_OPAQUE).astype(np.uint8))
    alpha = small.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    picture = Image.new("RGBA", (_SIDE, _SIDE), _COLOUR)
    picture.putalpha(alpha)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def legend(why: Explanation) -> str:
    """What the overlay says and what it does not; a scale, and how strongly it covers the frame."""
    names = CLASS_NAMES[why.class_name]
    told = spans(*(word("why.looked", language, name=names[language]) for language in LANGUAGES))
    return (
        f'<div class="why small"><p><strong>{both("why.no_localisation")}</strong> {told}</p>'
        f'<p class="why-scale"><span>{both("why.little")}</span><span class="scale" '
        f'aria-hidden="true"></span><span>{both("why.much")}</span></p>'
        f'<label class="why-opacity">{both("why.opacity")} <input type="range" min="0" max="100" '
        'step="5" value="100" data-opacity></label></div>'
    )
