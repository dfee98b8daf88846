"""Lens, sensor and recorder: from linear RGB to the frame that a user would upload.

Nothing here mirrors a picture: left and right stay as drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageStat

from entdemo.phantom.framing import Style, following, framed, random_framing
from entdemo.phantom.scene import Camera, Focus
from entdemo.phantom.shapes import dim, f32, grid, mix, smoothstep
from entdemo.phantom.tissue import window

Array = NDArray[np.float32]
Picture = NDArray[np.uint8]

STYLES: tuple[Style, ...] = ("disc", "square", "closeup", "grey")


@dataclass(frozen=True)
class Habit:
    """How pictures of one kind of camera usually look.

    Attributes:
        shares: how often each of ``STYLES`` is drawn.
        defocus: share of pictures far out of focus.
        raster: share of pictures with the lines of a fibre bundle.
        speculum: share of unmasked pictures that are seen through a speculum.
    """

    shares: tuple[float, float, float, float]
    defocus: float
    raster: float
    speculum: float


HABITS: dict[Camera, Habit] = {
    "rhinoscope": Habit((0.64, 0.25, 0.09, 0.02), 0.15, 0.01, 0.0),
    "pharyngoscope": Habit((0.64, 0.25, 0.09, 0.02), 0.15, 0.01, 0.0),
    "laryngoscope": Habit((0.46, 0.24, 0.08, 0.22), 0.15, 0.08, 0.0),
    "otoscope": Habit((0.46, 0.27, 0.25, 0.02), 0.3, 0.0, 0.75),
    "photograph": Habit((0.06, 0.62, 0.3, 0.02), 0.08, 0.0, 0.0),
}
"""High-speed cameras, whose pictures are grey, film vocal cords."""

_ALL = Focus(0.0, 0.0, 1.0)
_DARKEST = 0.13
"""Mean brightness that automatic gain keeps where the class is read from."""


def random_style(camera: Camera, rng: np.random.Generator) -> Style:
    """A style, drawn as often as the camera's pictures have it."""
    return STYLES[int(rng.choice(len(STYLES), p=HABITS[camera].shares))]


def expose(
    linear: Array,
    style: Style,
    rng: np.random.Generator,
    camera: Camera = "rhinoscope",
    focus: Focus | None = None,
) -> Picture:
    """Record linear RGB as a frame in the given style.

    Args:
        linear: [S, S, 3] float32, 1 is white.
        style: ``disc`` on black, ``square``, ``closeup`` of any aspect, or ``grey``.
        rng: draws the optics' faults and the framing.
        camera: what the picture is taken with.
        focus: what must stay in view, and readable; None is the whole picture.

    Returns:
        [H, W, 3] uint8 sRGB; 640 x 480 for ``disc``.
    """
    habit, read_from = HABITS[camera], focus or _ALL
    if rng.random() < 0.35:
        linear = _vignette(linear, rng)
    linear = _fog(linear, rng)
    if rng.random() < 0.2:
        linear = _motion(linear, rng, read_from.radius)
    picture = Image.fromarray(_develop(linear, rng, habit.raster), "RGB")
    picture = _optics(picture, rng, habit.defocus, read_from.radius)
    if style == "grey":
        picture = _grey(picture, rng)
    picture = _gained(picture, read_from)
    framing = random_framing(style, rng, camera)
    if not framing.masked and rng.random() < habit.speculum:
        picture = _speculum(picture, rng, read_from)
    if focus:
        framing = following(framing, focus)
    frame = _recorder(framed(picture, framing, rng), rng)
    return np.asarray(frame)


def _vignette(linear: Array, rng: np.random.Generator) -> Array:
    """Light that fails towards the rim, or on one side of the picture."""
    x, y = grid(linear.shape[0])
    away = np.hypot(x - rng.normal(0, 0.3), y - rng.normal(0, 0.3))
    edge = rng.uniform(0.2, 0.8)
    return dim(linear, 1 - rng.uniform(0.2, 0.85) * smoothstep(edge, edge + 0.8, f32(away)))


def _fog(linear: Array, rng: np.random.Generator) -> Array:
    """Mist or fluid on the lens: veils the picture in patches."""
    if rng.random() > 0.25:
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


def _develop(linear: Array, rng: np.random.Generator, raster: float) -> Picture:
    """Sensor noise, clipping, tone curve and lifted blacks; [S, S, 3] uint8."""
    knee = rng.uniform(0.3, 1.0)
    value = np.clip(linear, 0, None)
    rolled = 1 - np.exp(-1.25 * value)
    value = np.clip(value + (rolled - value) * knee, 0, 1)
    value = value ** np.float32(1 / rng.uniform(1.9, 2.6))
    contrast = rng.uniform(-0.15, 0.25)
    value = value + contrast * (value * value * (3 - 2 * value) - value)
    value = _lift(value, rng)
    value = _sensor_noise(value, rng)
    if rng.random() < raster:
        _raster(value, rng)
    return (np.clip(value, 0, 1) * 255).astype(np.uint8)


def _lift(value: Array, rng: np.random.Generator) -> Array:
    """Blacks that are not quite black, often purple or blue."""
    tints = ((0.08, 0.02, 0.2), (0.1, 0.03, 0.06), (0.03, 0.03, 0.04), (0.05, 0.02, 0.22))
    tint = np.asarray(tints[int(rng.integers(len(tints)))], np.float32)
    if rng.random() > 0.45:
        return value
    lift = tint * np.float32(rng.uniform(0, 1.2))
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
    if rng.random() < 0.2:
        picture = _sharpen(picture, rng)
    picture = ImageEnhance.Color(picture).enhance(rng.uniform(0.6, 1.15))
    return ImageEnhance.Contrast(picture).enhance(rng.uniform(0.8, 1.2))


def _sharpen(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Halos as of cheap processors."""
    soft = picture.filter(ImageFilter.BoxBlur(rng.uniform(0.8, 2.5)))
    return Image.blend(soft, picture, rng.uniform(1.2, 2.4))


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


def _speculum(picture: Image.Image, rng: np.random.Generator, focus: Focus) -> Image.Image:
    """The dark wall of a speculum around an oval view, out of focus and never quite black."""
    x, y = grid(picture.width)
    across, down = rng.uniform(0.68, 0.95), rng.uniform(0.68, 0.95)
    at_x, at_y = rng.normal(0, 0.05, 2) + 0.3 * np.array([focus.x, focus.y])
    away = f32(np.hypot((x - at_x) / across, (y - at_y) / down))
    soft = rng.uniform(0.03, 0.25)
    open_to = smoothstep(1 + soft, 1 - soft, away)
    grey = float(np.clip(rng.normal(34, 12), 8, 70))
    tone = np.clip(grey + rng.normal(0, 3, 3) + np.array([2, -2, 2]), 0, 255).astype(int)
    wall = Image.new("RGB", picture.size, (int(tone[0]), int(tone[1]), int(tone[2])))
    return Image.composite(picture, wall, Image.fromarray((open_to * 255).astype(np.uint8)))


def _gained(picture: Image.Image, focus: Focus) -> Image.Image:
    """Automatic gain, which meters at the focus."""
    half = picture.width / 2
    reach = max(0.5 * focus.radius, 0.1)
    left, top = (int(half * (1 + at - reach)) for at in (focus.x, focus.y))
    side = int(picture.width * reach)
    spot = picture.crop((left, top, left + side, top + side))
    mean = ImageStat.Stat(spot.convert("L")).mean[0] / 255
    return ImageEnhance.Brightness(picture).enhance(max(1.0, _DARKEST / max(mean, 0.02)))


def _recorder(frame: Image.Image, rng: np.random.Generator) -> Image.Image:
    """JPEG compression."""
    if rng.random() < 0.7:
        frame = _jpeg(frame, int(rng.uniform(28, 92)))
    return frame


def _jpeg(frame: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    frame.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")
