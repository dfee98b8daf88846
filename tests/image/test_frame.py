"""Uploads: what is accepted, what is refused and why, and how the content is framed."""

from __future__ import annotations

import tracemalloc
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from benchmarks.fixtures.pictures import GREY, dicom, saved, scene
from entdemo.errors import UserError
from entdemo.image.decode import stated_megapixels
from entdemo.image.frame import frame_from_array, load_frame
from entdemo.phantom import draw
from tests.helpers.uploads import REFUSED, WHOLE, gif, png_header, refusal, webp_header


def endoscope(
    width: int = 640, height: int = 480, cx: float = 320, cy: float = 240, radius: float = 235
) -> np.ndarray:
    """[H, W, 3] uint8: a vignetted disc on black with a little noise everywhere."""
    y, x = np.mgrid[:height, :width] + 0.5
    distance = np.hypot(x - cx, y - cy) / radius
    light = np.where(distance < 1, 220 - 130 * distance**2 + 20 * np.sin(x / 17), 4)
    noise = np.random.default_rng(1).normal(0, 2.5, (height, width))
    return np.clip(
        np.stack([light, light * 0.6, light * 0.5], 2) + noise[..., None], 0, 255
    ).astype(np.uint8)


def outcome(data: bytes) -> str:
    """``accepted``, or the key of the refusal; any other exception passes through."""
    try:
        return f"accepted {load_frame(data).rgb.shape}"
    except UserError as error:
        return error.key if error.text("en") and error.text("vi") else "no sentence"


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_own_sentence(name: str) -> None:
    data, key = REFUSED[name]
    assert refusal(data) == key


@pytest.mark.parametrize("bomb", [png_header(13_000, 13_000), webp_header(16_000, 16_000)])
def test_a_bomb_costs_no_memory(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    tracemalloc.start()
    assert refusal(bomb) == "frame.too_many_pixels"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_limits_do_not_depend_on_pillows_global(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert load_frame(saved(scene())).rgb.shape == (72, 96, 3)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "frame.png").write_bytes(saved(scene()))
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError()))
    assert refusal(tmp_path / "frame.png") == "frame.unreadable"


def test_paths(tmp_path: Path) -> None:
    path = tmp_path / "frame.txt"
    path.write_bytes(saved(scene(), "WEBP", lossless=True))
    assert np.array_equal(load_frame(path).rgb, scene())
    assert load_frame(str(path)) == load_frame(path.read_bytes())
    assert refusal(tmp_path) == "frame.missing"
    assert refusal(tmp_path / "none.png") == "frame.missing"
    assert refusal("nul\0byte.png") == "frame.missing"
    path.write_bytes(saved(scene()) + bytes(20 * 1024 * 1024))
    assert refusal(path) == "frame.too_many_bytes"
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(21 * 1024 * 1024))
    assert refusal(path) == "frame.video"


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "WEBP", "JPEG"])
def test_formats(form: str) -> None:
    options = {"lossless": True} if form == "WEBP" else {"quality": 98} if form == "JPEG" else {}
    frame = load_frame(saved(scene(), form, **options))
    assert np.abs(frame.rgb.astype(int) - scene()).max() <= (6 if form == "JPEG" else 0)
    assert not frame.rgb.flags.writeable


def grey16() -> Image.Image:
    return Image.fromarray(scene()[:, :, 0].astype(np.uint16) * 257)


def white_is_zero() -> bytes:
    """A TIFF of 16 bits whose photometric interpretation (262) is 0."""
    return saved(Image.fromarray(65535 - GREY * np.uint16(257)), "TIFF", tiffinfo={262: 0})


def clear_right_half() -> Image.Image:
    image = Image.fromarray(scene()).convert("RGBA")
    image.paste((255, 255, 255, 0), (48, 0, 96, 72))
    return image


STRETCHED = np.round(GREY * (255 / GREY.max()))

GREYS: dict[str, tuple[bytes, np.ndarray, int]] = {
    "16 bits, PNG": (saved(grey16()), GREY, 0),
    "12 of 16 bits, PNG": (saved(Image.fromarray(GREY * np.uint16(16))), GREY, 1),
    "10 of 16 bits, TIFF": (saved(Image.fromarray(GREY * np.uint16(4)), "TIFF"), GREY, 1),
    "white is zero": (white_is_zero(), GREY, 0),
    "16 bits, TIFF": (saved(grey16(), "TIFF"), GREY, 0),
    "32 bits": (saved(Image.fromarray(GREY.astype(np.int32)), "TIFF"), STRETCHED, 1),
    "floats": (saved(Image.fromarray(GREY / np.float32(255)), "TIFF"), STRETCHED, 1),
    "8 bits": (saved(Image.fromarray(GREY), "JPEG", quality=98), GREY, 4),
}


@pytest.mark.parametrize("name", GREYS)
def test_grey_is_scaled_not_clipped(name: str) -> None:
    data, expected, tolerance = GREYS[name]
    assert np.abs(load_frame(data).rgb - expected[..., None].astype(int)).max() <= tolerance


def test_colour_modes() -> None:
    palette = Image.fromarray(scene()).quantize(64)
    assert np.array_equal(load_frame(saved(palette)).rgb, np.asarray(palette.convert("RGB")))
    cmyk = Image.fromarray(scene()).convert("CMYK")
    assert np.abs(load_frame(saved(cmyk, "JPEG", quality=98)).rgb.astype(int) - scene()).max() < 12
    assert load_frame(saved(Image.fromarray(scene()[:, :, 0] > 120))).rgb.max() == 255


def test_transparent_is_black() -> None:
    rgb = load_frame(saved(clear_right_half())).rgb
    assert rgb[:, 48:].max() == 0
    assert np.array_equal(rgb[:, :48], scene()[:, :48])
    palette = Image.fromarray(scene()).quantize(16)
    rgb = load_frame(saved(palette, transparency=palette.getpixel((0, 0)))).rgb
    assert rgb[0, 0].max() == 0
    assert rgb[-1, -1].max() > 0


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
def test_alpha_that_was_never_set_counts_as_opaque(form: str) -> None:
    image = Image.fromarray(scene())
    image.putalpha(0)
    options = {"lossless": True, "exact": True} if form == "WEBP" else {}
    assert np.array_equal(load_frame(saved(image, form, **options)).rgb, scene())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_orientation_is_obeyed(form: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = [
        lambda a: a,
        lambda a: a[:, ::-1],
        lambda a: a[::-1, ::-1],
        lambda a: a[::-1],
        lambda a: a.swapaxes(0, 1),
        lambda a: a.swapaxes(0, 1)[:, ::-1],
        lambda a: a.swapaxes(0, 1)[::-1, ::-1],
        lambda a: a.swapaxes(0, 1)[::-1],
    ]
    inverse = {6: 7, 8: 5}.get(orientation, orientation - 1)
    picture = np.ascontiguousarray(stored[inverse](scene()))
    rgb = load_frame(saved(picture, form, exif=exif)).rgb.astype(int)
    assert rgb.shape == scene().shape
    assert np.abs(rgb - scene()).mean() < 4


def test_metadata_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x010E] = "NGUYEN VAN A 1970"
    info = PngInfo()
    info.add_text("Comment", "NGUYEN VAN A 1970")
    plain = load_frame(saved(scene()))
    assert load_frame(saved(scene(), exif=exif, pnginfo=info)) == plain
    assert "NGUYEN" not in repr(vars(load_frame(saved(scene(), exif=exif, pnginfo=info))))


def test_broken_exif_does_not_cost_the_picture() -> None:
    data = saved(scene(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x77" * 30)
    assert load_frame(data).rgb.shape == (72, 96, 3)


def test_progressive_jpegs_are_taken() -> None:
    assert load_frame(saved(scene(), "JPEG", progressive=True)).rgb.shape == (72, 96, 3)


def test_large_pictures_are_reduced() -> None:
    big = np.zeros((1800, 3000, 3), np.uint8)
    big[:, 1500:] = 200
    for frame in (load_frame(saved(big, "JPEG")), frame_from_array(big)):
        assert frame.rgb.shape == (1152, 1920, 3)
        assert frame.rgb[:, :950].max() < 8
        assert abs(int(frame.rgb[480, 1000, 0]) - 200) < 4


@pytest.mark.parametrize("size", [(64, 3840), (3840, 64)])
def test_a_jpeg_twice_as_large_is_decoded_at_half_its_size(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(np.full((*size, 3), 120, np.uint8), "JPEG")
    monkeypatch.setattr(Image.Image, "resize", lambda *_, **__: pytest.fail("resized"))
    assert load_frame(data).rgb.shape == (size[0] // 2, size[1] // 2, 3)


def test_arrays_are_checked() -> None:
    assert frame_from_array(scene()) == load_frame(saved(scene()))
    with pytest.raises(UserError, match="96 x 20"):
        frame_from_array(scene(96, 20))
    with pytest.raises(ValueError, match="uint8"):
        frame_from_array(scene().astype(np.float32))
    with pytest.raises(ValueError, match="uint8"):
        frame_from_array(scene()[:, :, 0])


def test_the_array_is_copied() -> None:
    pixels = scene()
    frame = frame_from_array(pixels)
    pixels[:] = 0
    assert frame.rgb.max() > 0


def test_digest_tells_pixels_and_shape() -> None:
    flat = np.zeros((40, 80, 3), np.uint8)
    assert frame_from_array(flat) != frame_from_array(flat.reshape(80, 40, 3))
    other = flat.copy()
    other[3, 3, 1] = 1
    assert frame_from_array(flat) != frame_from_array(other)
    assert len(frame_from_array(flat).digest) == 64


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([value[0][:40] for value in REFUSED.values()]))
def test_random_bytes_only_raise_user_errors(noise: bytes, start: bytes) -> None:
    for data in (noise, start + noise):
        assert outcome(data).startswith(("frame.", "accepted"))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1), st.integers(0, 255))
def test_truncated_or_damaged_files(form: str, place: float, value: int) -> None:
    data = WHOLE[form]
    offset = int(place * (len(data) - 1))
    for broken in (data[:offset], data[:offset] + bytes([value]) + data[offset + 1 :]):
        assert outcome(broken).startswith(("frame.", "accepted"))


DISCS = {
    "centred": (320, 240, 235),
    "cut above and below": (330, 240, 262),
    "cut on the left": (200, 245, 230),
    "small and off-centre": (450, 170, 120),
    "larger than the picture's width": (320, 240, 350),
}


@pytest.mark.parametrize("name", DISCS)
def test_disc_is_found(name: str) -> None:
    cx, cy, radius = DISCS[name]
    disc = frame_from_array(endoscope(cx=cx, cy=cy, radius=radius)).disc
    assert disc is not None
    assert abs(disc.cx - cx) < 4
    assert abs(disc.cy - cy) < 4
    assert abs(disc.radius - radius) < 5


def test_disc_survives_notch_text_and_a_dark_side() -> None:
    picture = endoscope()
    picture[:30, 300:340] = 0
    picture[20:36, 4:90] = 255
    picture[50:66, 4:70] = 255
    picture[440:470, 560:636] = 180
    picture[200:280, 85:180] = 3
    disc = frame_from_array(picture).disc
    assert disc is not None
    assert abs(disc.cx - 320) < 5
    assert abs(disc.radius - 235) < 6


@pytest.mark.parametrize("tone", [(255, 255, 255), (250, 249, 252), (128, 128, 128), (70, 90, 160)])
def test_disc_on_a_page_is_found_where_it_lies_on_black(tone: tuple[int, int, int]) -> None:
    for seed in range(8):
        picture = draw(seed, style="disc").rgb.copy()
        black = frame_from_array(picture)
        assert black.disc is not None
        y, x = np.mgrid[:480, :640] + 0.5
        outside = np.hypot(x - black.disc.cx, y - black.disc.cy) > black.disc.radius
        picture[outside] = tone
        frame = load_frame(saved(picture, "JPEG", quality=85))
        assert frame.disc is not None
        assert abs(frame.disc.cx - black.disc.cx) < 6
        assert abs(frame.disc.cy - black.disc.cy) < 6
        assert abs(frame.disc.radius - black.disc.radius) < 0.05 * black.disc.radius
        assert frame.square(64)[:6, :6].max() == 0


def test_a_burnt_out_side_does_not_hide_the_disc_on_a_white_page() -> None:
    picture = endoscope(480, 480, 240, 240, 239)
    y, x = np.mgrid[:480, :480] + 0.5
    picture[np.hypot(x - 240, y - 240) > 239] = 255
    picture[np.hypot(x - 450, y - 200) < 90] = 255
    disc = frame_from_array(picture).disc
    assert disc is not None
    assert abs(disc.cx - 240) < 5
    assert 225 < disc.radius < 242


def test_pale_corners_alone_make_no_disc() -> None:
    picture = scene(480, 480)
    for rows in (slice(None, 60), slice(-60, None)):
        for columns in (slice(None, 60), slice(-60, None)):
            picture[rows, columns] = 255
    frame = frame_from_array(picture)
    assert frame.disc is None
    assert frame.square(64)[0, 0].min() > 200


def test_full_frames_have_no_disc() -> None:
    frame = frame_from_array(scene(640, 480))
    assert frame.disc is None
    assert (frame.box.left, frame.box.top, frame.box.right, frame.box.bottom) == (0, 0, 640, 480)


def test_black_bars_are_left_out() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:, 100:540] = scene(440, 480)
    frame = frame_from_array(picture)
    assert frame.disc is None
    assert abs(frame.box.left - 100) <= 4
    assert abs(frame.box.right - 540) <= 4
    assert frame.square(64)[32, 4:-4].min() > 40


def test_a_dark_slit_does_not_split_the_content() -> None:
    picture = scene(640, 480)
    picture[:, 300:360] = 2
    picture[:40, :40] = 2
    assert frame_from_array(picture).box.right - frame_from_array(picture).box.left > 620


@pytest.mark.parametrize("level", [0, 7, 255])
def test_flat_pictures(level: int) -> None:
    frame = frame_from_array(np.full((480, 640, 3), level, np.uint8))
    assert frame.disc is None
    assert frame.square(32).shape == (32, 32, 3)


def test_square_of_a_wide_picture_has_bars() -> None:
    square = frame_from_array(np.full((480, 640, 3), 200, np.uint8)).square(96)
    assert square.shape == (96, 96, 3)
    assert square.dtype == np.uint8
    filled = square[:, 48, 0] > 100
    assert filled.sum() == pytest.approx(96 / 1.2, abs=2)
    assert filled[:7].sum() == filled[-7:].sum() == 0


def test_what_surrounds_a_disc_is_black() -> None:
    picture = endoscope()
    picture[10:40, 90:150] = 255
    frame = frame_from_array(picture)
    square, content = frame.square(96), frame.content()
    assert square[:12, :12].max() == content[:40, :40].max() == 0
    assert square[48, 48].min() > 80
    assert content.shape[0] == pytest.approx(470, abs=6)
    assert content.shape[1] == pytest.approx(470, abs=6)
    assert np.array_equal(content[200:250, 200:250], picture[
        int(frame.box.top) + 200 : int(frame.box.top) + 250,
        int(frame.box.left) + 200 : int(frame.box.left) + 250,
    ])  # fmt: skip


def test_content_of_a_full_frame_is_the_frame() -> None:
    assert np.array_equal(frame_from_array(scene()).content(), scene())


def test_square_keeps_sides() -> None:
    picture = endoscope()
    picture[200:280, 420:480] = (0, 0, 255)
    blue = frame_from_array(picture).square(100)[:, :, 2].astype(int)
    assert blue[:, 50:].max() > 200 > blue[:, :50].max()


@settings(max_examples=25, deadline=None)
@given(
    st.floats(150, 480),
    st.floats(150, 330),
    st.floats(100, 330),
    st.integers(600, 680),
    st.sampled_from([64, 112, 224]),
)
def test_mirrored_input_gives_the_mirrored_square(
    cx: float, cy: float, radius: float, width: int, size: int
) -> None:
    picture = endoscope(width=width, cx=cx, cy=cy, radius=radius)
    square = frame_from_array(picture).square(size).astype(int)
    mirrored = frame_from_array(np.ascontiguousarray(picture[:, ::-1])).square(size).astype(int)
    assert np.abs(square - mirrored[:, ::-1]).mean() < 2.5


def test_every_way_to_hand_in_a_picture_gives_the_same_frame(tmp_path: Path) -> None:
    pixels = scene()
    file = tmp_path / "frame.png"
    file.write_bytes(saved(pixels))
    frame = load_frame(file)
    with Image.open(file) as opened:
        same = (str(file), file.read_bytes(), opened, Image.fromarray(pixels), pixels, frame)
        assert all(load_frame(source) == frame for source in same)
    assert load_frame(frame) is frame


def test_an_image_of_pillow_goes_through_the_same_checks() -> None:
    turned = Image.fromarray(scene())
    turned.getexif()[0x0112] = 6
    assert load_frame(turned).rgb.shape == (96, 72, 3)
    for image, told in (
        (Image.new("1", (13000, 13000)), "megapixels"),
        (Image.new("L", (96, 20)), "at least 32"),
        (Image.open(BytesIO(gif(2))), "2 pictures"),
        (Image.open(BytesIO(saved(scene(), "PNG")[:-400])), "cut short"),
    ):
        with pytest.raises(UserError, match=told):
            load_frame(image)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"])
def test_the_size_of_a_file_is_told_by_its_header(kind: str, tmp_path: Path) -> None:
    Image.new("RGB", (500, 400)).save(tmp_path / "it", kind)
    assert stated_megapixels(tmp_path / "it") == 0.2


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "JPEG2000", "DICOM"])
def test_for_its_size_a_file_is_not_read_whole(kind: str, tmp_path: Path) -> None:
    pixels = np.zeros((400, 500, 3), np.uint8)
    sides = {"Rows": 400, "Columns": 500}
    data = dicom(pixels, **sides) if kind == "DICOM" else saved(pixels, kind)
    (tmp_path / "it").write_bytes(data + bytes(10_000_000))
    stated_megapixels(tmp_path / "it")  # imports what it needs
    tracemalloc.start()
    try:
        assert stated_megapixels(tmp_path / "it") == 0.2
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("data", [b"no picture", b"", png_header(50_000, 50_000)])
def test_what_is_not_read_has_no_size(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(data)
    assert stated_megapixels(tmp_path / "it") == stated_megapixels(tmp_path / "gone") == 0
