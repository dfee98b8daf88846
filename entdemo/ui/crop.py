"""The dialog that turns and crops a frame before it is asked with."""

from __future__ import annotations

from entdemo.ui.i18n import both

_EDGES = ("left", "right", "top", "bottom")


def crop_first() -> str:
    """Asks for the dialog before each frame."""
    return (
        '<label class="crop-first small"><input type="checkbox" data-crop-first>'
        f"{both('crop.first')}</label>"
    )


def crop_dialog() -> str:
    """The dialog; the page draws the frame, and nothing is sent before it is asked for."""
    edges = "".join(_range(name, 95) for name in _EDGES)
    return (
        '<dialog id="crop" aria-labelledby="crop-title"><div class="viewer-bar">'
        f'<h2 id="crop-title">{both("crop.title")}</h2>{_button("cancel")}</div>'
        f'<div class="crop-body"><p class="alert">{both("crop.unseen")}</p>'
        '<div class="crop-stage"><canvas></canvas><div class="crop-box"></div></div>'
        f'<div class="crop-tools"><p class="hint small">{both("crop.hint")}</p>'
        f'<div class="ways">{_button("turn_left")}{_button("turn_right")}</div>'
        f"{_range('angle', 45, -45)}{edges}"
        f'<div class="ways"><button type="button" class="primary" data-crop="ask">'
        f"{both('crop.ask')}</button>{_button('whole')}</div></div></div></dialog>"
    )


def turn_hint() -> str:
    """Beside an answer that holds only for an upright picture."""
    return (
        f'<p class="hint">{both("crop.not_upright")} <button type="button" class="link" '
        f"data-crop-again>{both('crop.again')}</button></p>"
    )


def crop_again() -> str:
    """Opens the frame that was asked with."""
    return (
        '<button type="button" class="quiet" data-crop-again disabled>'
        f"{both('crop.title')}</button>"
    )


def _button(name: str) -> str:
    return f'<button type="button" class="quiet" data-crop="{name}">{both(f"crop.{name}")}</button>'


def _range(name: str, most: int, least: int = 0) -> str:
    return (
        f'<label class="small">{both(f"crop.{name}")}<input type="range" name="{name}" '
        f'min="{least}" max="{most}" step="1" value="0"></label>'
    )
