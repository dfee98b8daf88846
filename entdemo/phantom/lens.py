"""Lens, sensor and recorder: from linear RGB to the frame that a user would upload.

Nothing here mirrors a picture: left and right stay as drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageStat

from entdemo.phantom.scene import Focus
from entdemo.phantom.shapes import dim, f32, grid, mix, smoothstep
from entdemo.phantom.tissue import window

Array = NDArray[np.float32]
Picture = NDArray[np.uint8]
Style = Literal["disc", "square", "closeup", "grey"]

STYLES: tuple[Style, ...] = ("disc", "square", "closeup", "grey")
STYLE_SHARES = (0.52, 0.20, 0.17, 0.11)
LARYNX_SHARES = (0.42, 0.20, 0.16, 0.22)
"""How often each style is drawn where none is asked for; high-speed cameras film vocal cords."""


_ALL = Focus(0.0, 0.0, 1.0)
_DARKEST = 0.13
"""Mean brightness that automatic gain keeps where the class is read from."""


def expose(
    linear: Array,
    style: Style,
    rng: np.random.Generator,
    defocus: float = 0.15,
    focus: Focus | None = None,
) -> Picture:
    """Record linear RGB as a frame in the given style.

    Args:
        linear: [S, S, 3] float32, 1 is white.
        style: ``disc`` on black, ``square``, ``closeup`` of any aspect, or ``grey``.
        rng: draws the optics' faults and the framing.
        defocus: share of pictures far out of focus.
        focus: what must stay in view, and readable; None is the whole picture.

    Returns:
        [H, W, 3] uint8 sRGB; 640 x 480 for ``disc``.
    """
    read_from = focus or _ALL
    if rng.random() < 0.35:
        linear = _vignette(linear, rng)
    linear = _fog(linear, rng)
    if rng.random() < 0.25:
        linear = _motion(linear, rng, read_from.radius)
    picture = Image.fromarray(_develop(linear, rng), "RGB")
    picture = _optics(picture, rng, defocus, read_from.radius)
    if style == "grey":
        picture = _grey(picture, rng)
    picture = _gained(picture, read_from)
    framing = _framing(style, rng)
    if focus:
        framing = _following(framing, focus)
    frame = _recorder(_frame(picture, framing, rng), rng)
    return np.asarray(frame)


def _vignette(linear: Array, rng: np.random.Generator) -> Array:
    """Light that fails towards the rim, or on one side of the picture."""
    x, y = grid(linear.shape[0])
    away = np.hypot(x - rng.normal(0, 0.3), y - rng.normal(0, 0.3))
    edge = rng.uniform(0.2, 0.8)
    return dim(linear, 1 - rng.uniform(0.3, 0.97) * smoothstep(edge, edge + 0.8, f32(away)))


def _fog(linear: Array, rng: np.random.Generator) -> Array:
    """Mist or fluid on the lens: veils the picture in patches."""
    if rng.random() > 0.35:
        return linear
    patch = smoothstep(-1.0, 2.2, window("soft", linear.shape[0], rng))
    veil = rng.uniform(0.05, 0.35) * patch
    light = linear.mean(axis=(0, 1)) * 0.7 + 0.1
    return mix(linear, light, f32(veil))


def _motion(linear: Array, rng: np.random.Generator, finest: float) -> Array:
    """The scope moved during exposure, by little where what counts is small."""
    angle = rng.uniform(0, np.pi)
    length = min(rng.uniform(0.01, 0.04), 0.1 * finest) * linear.shape[0]
    steps = np.linspace(-0.5, 0.5, 5) * length
    blurred = np.zeros_like(linear)
    for step in steps:
        shift = (round(step * np.sin(angle)), round(step * np.cos(angle)))
        blurred += np.roll(linear, shift, axis=(0, 1))
    blurred /= len(steps)
    return blurred


def _develop(linear: Array, rng: np.random.Generator) -> Picture:
    """Sensor noise, clipping, tone curve and lifted blacks; [S, S, 3] uint8."""
    knee = rng.uniform(0.0, 1.0)
    value = np.clip(linear, 0, None)
    rolled = 1 - np.exp(-1.25 * value)
    value = np.clip(value + (rolled - value) * knee, 0, 1)
    value = value ** np.float32(1 / rng.uniform(1.9, 2.6))
    contrast = rng.uniform(-0.15, 0.35)
    value = value + contrast * (value * value * (3 - 2 * value) - value)
    value = _lift(value, rng)
    value = _sensor_noise(value, rng)
    if rng.random() < 0.1:
        _raster(value, rng)
    return (np.clip(value, 0, 1) * 255).astype(np.uint8)


def _lift(value: Array, rng: np.random.Generator) -> Array:
    """Blacks that are not quite black, often purple or blue."""
    tints = ((0.08, 0.02, 0.2), (0.1, 0.03, 0.06), (0.03, 0.03, 0.04), (0.05, 0.02, 0.22))
    tint = np.asarray(tints[int(rng.integers(len(tints)))], np.float32)
    if rng.random() > 0.65:
        return value
    lift = tint * np.float32(rng.uniform(0, 1.5))
    lifted: Array = value * (1 - lift) + lift
    return lifted


def _sensor_noise(value: Array, rng: np.random.Generator) -> Array:
    """Luma and chroma noise, stronger in the dark."""
    level = 0.025 * rng.uniform(0.05, 1) ** 3 * (1.6 if rng.random() < 0.15 else 1)
    luma = window("grain", value.shape[0], rng, 3)
    chroma = window("grain", value.shape[0], rng, 2)
    weight = level * (1.3 - value[..., 1])
    for channel, share in enumerate((0.6, -0.3, -0.9)):
        value[..., channel] += weight * (luma + share * chroma)
    return value


def _raster(value: Array, rng: np.random.Generator) -> None:
    """Lines and dots of fibre bundles, interlacing and filmed screens, drawn in place."""
    step = int(rng.integers(2, 5))
    value[::step] *= np.float32(rng.uniform(0.7, 1.0))
    value[:, ::step] *= np.float32(rng.uniform(0.7, 1.0))


def _optics(
    picture: Image.Image, rng: np.random.Generator, defocus: float, finest: float
) -> Image.Image:
    """Bloom, colour fringes, defocus, edge enhancement and the processor's colour setting."""
    if rng.random() < 0.5:
        picture = _bloom(picture, rng)
    if rng.random() < 0.4:
        picture = _fringes(picture, rng)
    blur = rng.uniform(-0.6, 1.3) + (rng.uniform(1, 3) if rng.random() < defocus else 0)
    blur = min(blur, 6 * finest)
    if blur > 0.2:
        picture = picture.filter(ImageFilter.BoxBlur(blur * picture.width / 256))
    if rng.random() < 0.35:
        picture = _sharpen(picture, rng)
    picture = ImageEnhance.Color(picture).enhance(rng.uniform(0.55, 1.5))
    return ImageEnhance.Contrast(picture).enhance(rng.uniform(0.75, 1.4))


def _sharpen(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Halos as of cheap processors."""
    soft = picture.filter(ImageFilter.BoxBlur(rng.uniform(0.8, 2.5)))
    return Image.blend(soft, picture, rng.uniform(1.3, 3.2))


def _bloom(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Bright areas glow into their surroundings."""
    small = picture.reduce(4).point(([0] * 190 + [(v - 190) * 3 for v in range(190, 256)]) * 3)
    glow = small.filter(ImageFilter.BoxBlur(rng.uniform(1.5, 5)))
    glow = ImageEnhance.Brightness(glow).enhance(rng.uniform(0.3, 1.0))
    return ImageChops.screen(picture, glow.resize(picture.size, Image.Resampling.BILINEAR))


def _fringes(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Lateral chromatic aberration: red and blue at slightly other scales."""
    red, green, blue = picture.split()
    grow = rng.uniform(-0.012, 0.012)
    return Image.merge("RGB", (_zoom(red, 1 + grow), green, _zoom(blue, 1 - grow)))


def _zoom(channel: Image.Image, factor: float) -> Image.Image:
    shift = channel.width / 2 * (1 - factor)
    return channel.transform(
        channel.size,
        Image.Transform.AFFINE,
        (factor, 0, shift, 0, factor, shift),
        Image.Resampling.BILINEAR,
    )


def _grey(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A monochrome camera: mostly green light, wide range of exposure."""
    grey = (
        picture.convert("L", (0.25, 0.65, 0.1, 0)) if rng.random() < 0.5 else picture.convert("L")
    )
    gain = float(np.exp(rng.uniform(np.log(0.33), np.log(1.6))))
    if rng.random() < 0.5:
        grey = ImageEnhance.Contrast(grey).enhance(rng.uniform(0.9, 2.0))
    return ImageEnhance.Brightness(grey).enhance(gain).convert("RGB")


def _gained(picture: Image.Image, focus: Focus) -> Image.Image:
    """Automatic gain, which meters at the focus."""
    half = picture.width / 2
    reach = max(0.5 * focus.radius, 0.1)
    left, top = (int(half * (1 + at - reach)) for at in (focus.x, focus.y))
    side = int(picture.width * reach)
    spot = picture.crop((left, top, left + side, top + side))
    mean = ImageStat.Stat(spot.convert("L")).mean[0] / 255
    return ImageEnhance.Brightness(picture).enhance(max(1.0, _DARKEST / max(mean, 0.02)))


@dataclass(frozen=True)
class Framing:
    """Where the picture lies in the frame.

    Attributes:
        width, height: the frame's size in pixels.
        diameter: the picture's side in frame pixels; the disc is inscribed in it.
        x, y: the picture's centre in frame pixels.
        masked: whether all outside the disc is black.
        rounded: radius of the mask's corners as a share of its side; 0.5 is a disc.
    """

    width: int
    height: int
    diameter: int
    x: float
    y: float
    masked: bool
    rounded: float = 0.5


def _framing(style: Style, rng: np.random.Generator) -> Framing:
    if style == "disc":
        diameter = int(480 * rng.choice([rng.uniform(0.88, 1.0), rng.uniform(1.0, 1.22)]))
        return Framing(640, 480, diameter, 320 + rng.normal(0, 22), 240 + rng.normal(0, 10), True)
    if style == "square":
        side, kind = int(rng.integers(280, 420)), rng.random()
        if kind < 0.65:
            rounded = rng.uniform(0.08, 0.35) if kind < 0.2 else 0.5
            return Framing(side, side, side, side / 2, side / 2, True, rounded)
        return _filled(side, side, 1.25, rng)
    if style == "closeup":
        width = int(rng.integers(320, 560))
        return _filled(width, int(width * rng.uniform(0.56, 1.1)), 1.3, rng)
    return _grey_framing(rng)


def _following(framing: Framing, focus: Focus) -> Framing:
    """Moved so that the focus lies in the frame, as far as the picture fills that."""
    x = _shifted(framing.x, framing.width, framing, focus.x, focus.radius)
    y = _shifted(framing.y, framing.height, framing, focus.y, focus.radius)
    return replace(framing, x=x, y=y)


def _shifted(centre: float, length: int, framing: Framing, at: float, radius: float) -> float:
    half = framing.diameter / 2
    low, high = (radius - at) * half, length - (radius + at) * half
    wanted = float(np.clip(centre, low, high)) if low < high else length / 2 - at * half
    if framing.masked:
        return wanted
    free = half - length / 2
    return float(np.clip(wanted, length / 2 - free, length / 2 + free))


def _filled(width: int, height: int, zoom: float, rng: np.random.Generator) -> Framing:
    """The picture covers the whole frame."""
    diameter = int(max(width, height) * rng.uniform(1.03, zoom))
    free_x, free_y = (diameter - width) / 2, (diameter - height) / 2
    limit = 0.12 * diameter
    x = width / 2 + rng.uniform(-1, 1) * min(free_x, limit)
    y = height / 2 + rng.uniform(-1, 1) * min(free_y, limit)
    return Framing(width, height, diameter, x, y, False)


def _grey_framing(rng: np.random.Generator) -> Framing:
    if rng.random() < 0.35:
        width = int(rng.integers(260, 400))
        return _filled(width, int(width * rng.uniform(0.9, 1.9)), 1.15, rng)
    width, ratio = int(rng.integers(240, 320)), rng.uniform(1.2, 2.0)
    diameter = int(width * rng.uniform(1.0, 1.4))
    if rng.random() < 0.15:  # a high-speed camera reads only a strip of its sensor
        width = int(diameter * rng.uniform(0.45, 0.7))
        ratio = diameter / width * rng.uniform(1.0, 1.5)
    y = width * ratio / 2 + rng.normal(0, 15)
    return Framing(width, int(width * ratio), diameter, width / 2 + rng.normal(0, 8), y, True)


@lru_cache(maxsize=1)
def _disc() -> Image.Image:
    """An antialiased disc, 512 pixels across."""
    canvas = Image.new("L", (1024, 1024))
    ImageDraw.Draw(canvas).ellipse((4, 4, 1020, 1020), fill=255)
    return canvas.reduce(2)


def _mask(diameter: int, rounded: float, rng: np.random.Generator) -> Image.Image:
    """The disc's rim: hard or soft, often with a small notch that marks the scope's top."""
    if rounded < 0.5:
        corners = Image.new("L", (diameter, diameter))
        box = (1, 1, diameter - 2, diameter - 2)
        ImageDraw.Draw(corners).rounded_rectangle(box, rounded * diameter, fill=255)
        return corners
    detail = diameter if rng.random() < 0.5 else int(rng.uniform(60, 200))
    mask = _disc().resize((detail, detail), Image.Resampling.BOX)
    if rng.random() < 0.6:
        _notch(mask, rng)
    return mask.resize((diameter, diameter), Image.Resampling.BILINEAR)


def _notch(mask: Image.Image, rng: np.random.Generator) -> None:
    """A small dark triangle that points inwards, at any place of the rim."""
    radius = mask.width / 2
    angle, half = rng.uniform(0, 2 * np.pi), rng.uniform(0.02, 0.045)
    inner = radius * (1 - rng.uniform(0.04, 0.08))
    corners = [(angle - half, radius * 1.02), (angle, inner), (angle + half, radius * 1.02)]
    points = [(radius + r * np.cos(a), radius + r * np.sin(a)) for a, r in corners]
    ImageDraw.Draw(mask).polygon([(float(px), float(py)) for px, py in points], fill=0)


def _frame(picture: Image.Image, framing: Framing, rng: np.random.Generator) -> Image.Image:
    side = framing.diameter
    dark = int(abs(rng.normal(0, 5))) if framing.masked else 0
    frame = Image.new("RGB", (framing.width, framing.height), (dark, dark, dark))
    scaled = picture.resize((side, side), Image.Resampling.BILINEAR)
    corner = (round(framing.x - side / 2), round(framing.y - side / 2))
    if framing.masked:
        frame.paste(scaled, corner, _mask(side, framing.rounded, rng))
    else:
        frame.paste(scaled, corner)
    return frame


def _recorder(frame: Image.Image, rng: np.random.Generator) -> Image.Image:
    """JPEG compression."""
    if rng.random() < 0.7:
        frame = _jpeg(frame, int(rng.uniform(28, 92)))
    return frame


def _jpeg(frame: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    frame.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")
