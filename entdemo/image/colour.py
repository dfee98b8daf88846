"""Pixels of any mode, depth and colour space -> sRGB of 8 bits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from entdemo.errors import FrameError
from entdemo.image.pixels import reduced

_WIDE_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_DEPTHS = (8, 10, 12, 14, 16)
"""Bits that cameras use of a sample of 16."""
_FULL = 2**14
"""A maximum from here on is one of 16 bits."""
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0
_BITS, _PLANAR = 258, 2
_EXCHANGED = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}
_SRGB_GAMMA = 1 / 2.2
_COLOUR_MODES = ("L", "RGB", "CMYK", "LAB")
"""Modes that a profile can be applied to."""
_NOT_VISIBLE = 2
"""A profile that changes no colour by more than this many of 255 is sRGB under another name."""
_STEPS = np.linspace(0, 255, 6).astype(np.uint8)

Opened = Callable[[], ImageFile.ImageFile]


def to_rgb(image: Image.Image) -> Image.Image:
    """A loaded picture as sRGB, its longer side at most ``pixels.MAX_SIDE``.

    Grey is scaled by its range, what is transparent is black unless all of it is, and colours are
    converted by the profile or the gamma that the file brings.
    """
    if image.mode in _WIDE_MODES:
        return _in_srgb(reduced(_as_in(image, _eight_bits(image))))
    if image.has_transparency_data:
        return _in_srgb(_on_black(reduced(image.convert("RGBA"))))
    return _in_srgb(reduced(image if image.mode in _COLOUR_MODES else image.convert("RGB")))


def _as_in(image: Image.Image, pixels: NDArray[np.uint8]) -> Image.Image:
    """A picture of these pixels with what the file of ``image`` says of colours."""
    made = Image.fromarray(pixels)
    made.info = image.info
    return made


def _on_black(image: Image.Image) -> Image.Image:
    """RGBA over black; alpha that is 0 everywhere was never set, and counts as opaque."""
    if image.getchannel("A").getextrema() == (0, 0):
        return image.convert("RGB")
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    made = Image.alpha_composite(black, image).convert("RGB")
    made.info = image.info
    return made


def _eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    """Grey of 16 bits scaled by the bits in use, of 32 bits or floats by its own maximum."""
    grey = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    most = float(grey.max())
    full = _range_of(most) if image.mode.startswith("I;16") else max(most, 1e-6)
    scaled: NDArray[np.float32] = np.clip(grey * (255.0 / full) + 0.5, 0, 255)
    made = scaled.astype(np.uint8)
    inverted = isinstance(image, TiffImageFile) and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    return 255 - made if inverted else made


def _range_of(most: float) -> int:
    """The greatest value of the fewest bits that hold ``most``."""
    return next((2**bits - 1 for bits in _DEPTHS if most < 2**bits), 2**16 - 1)


def deep_colour(image: ImageFile.ImageFile, again: Opened) -> Image.Image | None:
    """Colour of 16 bits a sample, scaled by the bits in use; None where a picture is no such one.

    Pillow keeps the upper half of each sample. Of a camera of 12 bits that is nearly black, so
    the lower halves are decoded as well, as the upper ones of samples with their bytes exchanged.

    Args:
        image: opened, its pixels not decoded yet.
        again: opens the same one anew.

    Raises:
        FrameError: the lower halves cannot be had.
    """
    if not _is_deep(image):
        return None
    high = _halves(image, upper=True)
    if int(high[..., :3].max()) * 256 >= _FULL:
        scaled = high
    else:
        low = _halves(again(), upper=False)
        deep = high.astype(np.uint16) * 256 + low
        full = _range_of(float(deep[..., :3].max()))
        scaled = np.concatenate(
            [np.rint(deep[..., :3] * (255 / full)).astype(np.uint8), high[..., 3:]], axis=2
        )
    return _as_in(image, scaled)


def _is_deep(image: ImageFile.ImageFile) -> bool:
    if image.mode not in ("RGB", "RGBA"):
        return False
    if isinstance(image, TiffImageFile):
        return set(image.tag_v2.get(_BITS, ())) == {16}
    return any(";16" in _raw_mode(tile) for tile in image.tile)


def _raw_mode(tile: ImageFile._Tile) -> str:
    return tile.args if isinstance(tile.args, str) else str((tile.args or ("",))[0])


def _halves(image: ImageFile.ImageFile, *, upper: bool) -> NDArray[np.uint8]:
    """[H, W, 3 or 4] one half of each sample."""
    image.tile = [_of_half(tile, _order(image), upper) for tile in image.tile]
    try:
        image.load()
    except ValueError as error:  # no such way to read this kind
        raise FrameError("frame.deep") from error
    return np.asarray(image)


def _of_half(tile: ImageFile._Tile, order: str, upper: bool) -> ImageFile._Tile:
    channels, _, named = _raw_mode(tile).partition(";16")
    order = named or order
    raw = f"{channels};16{order if upper else _EXCHANGED[order]}"
    others = () if isinstance(tile.args, str) else tuple(tile.args or ())[1:]
    return tile._replace(args=(raw, *others) if others else raw)


def _order(image: ImageFile.ImageFile) -> str:
    """Byte order of samples whose tiles do not name it, as of TIFF by planes."""
    return "L" if isinstance(image, TiffImageFile) and image.tag_v2.prefix == b"II" else "B"


def _in_srgb(image: Image.Image) -> Image.Image:
    """Colours by the file's profile, else by its gamma; a profile that is none changes nothing."""
    profile, gamma = image.info.get("icc_profile"), image.info.get("gamma")
    if image.mode == "LAB" or (profile and image.mode in _COLOUR_MODES):
        image = _by_profile(image, profile)
    elif gamma and "srgb" not in image.info and abs(gamma - _SRGB_GAMMA) > 0.03:
        image = image.convert("RGB").point(_gamma_table(float(gamma)) * 3)
    return image if image.mode == "RGB" else image.convert("RGB")


def _by_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    lab = image.mode == "LAB"
    try:
        source = ImageCms.createProfile("LAB") if lab else BytesIO(profile or b"")
        own = source if lab else ImageCms.ImageCmsProfile(source)
        transform = ImageCms.buildTransform(own, ImageCms.createProfile("sRGB"), image.mode, "RGB")
        if image.mode == "RGB" and _changes_nothing(transform):
            return image
        made = ImageCms.applyTransform(image, transform)
    except (
        ImageCms.PyCMSError,
        OSError,
        ValueError,
    ):  # of another space than the pixels, or broken
        return image
    return image if made is None else made


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    cube = np.stack(np.meshgrid(_STEPS, _STEPS, _STEPS), axis=-1).reshape(len(_STEPS), -1, 3)
    made = ImageCms.applyTransform(Image.fromarray(cube), transform)
    return bool(np.abs(np.asarray(made).astype(int) - cube).max() <= _NOT_VISIBLE)


def _gamma_table(gamma: float) -> list[int]:
    """256 values: encoded with ``gamma`` (PNG gAMA, W3C PNG 11.3.2.2) -> encoded as sRGB."""
    linear = (np.arange(256) / 255) ** (1 / gamma)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return [int(value) for value in np.rint(255 * encoded)]
