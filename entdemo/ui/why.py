"""Where the model looked, laid over the visitor's frame, and the weights of the depths."""

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
    """What the overlay says and what it does not, and the depths."""
    names = CLASS_NAMES[why.class_name]
    told = spans(*(word("why.looked", language, name=names[language]) for language in LANGUAGES))
    return (
        f'<div class="why"><p class="small">{told}</p>'
        f'<p class="small hint">{both("why.no_localisation")}</p>'
        f'<h3 class="small">{both("why.depths")}</h3>{depths(why)}</div>'
    )


def depths(why: Explanation) -> str:
    """The gates as one bar with its parts in words below it."""
    levels = list(zip(why.levels, why.gates, strict=True))
    parts = "".join(f'<span style="flex:{gate:.3f}"></span>' for _, gate in levels)
    rows = "".join(
        f"<li><span>{_depth(level, why.blocks)}</span> {100 * gate:.0f} %</li>"
        for level, gate in levels
    )
    return (
        f'<div class="depths" aria-hidden="true">{parts}</div>'
        f'<ul class="depth-names small">{rows}</ul>'
    )


def _depth(level: int, blocks: int) -> str:
    return both("why.depth", level=level, blocks=blocks) if level else both("why.before")
