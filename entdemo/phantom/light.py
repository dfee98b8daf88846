"""Light at the scope's tip: from a scene's surfaces to linear RGB, as a small camera meters it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entdemo.phantom.lamp import Lamp, lamp_of
from entdemo.phantom.scene import Scene
from entdemo.phantom.shapes import dim, f32, gradient, grid, mix, smoothstep
from entdemo.phantom.tissue import window

Array = NDArray[np.float32]
Vector = tuple[Array, Array, Array]

_FOCAL = 1.2  # the disc's rim is seen about 40 degrees off the axis


def _unit(x: Array, y: Array, z: Array) -> Vector:
    scale = 1 / np.sqrt(x * x + y * y + z * z + np.float32(1e-9))
    return x * scale, y * scale, z * scale


def normals(depth: Array, x: Array, y: Array) -> Vector:
    """Unit normals that face the tip, from depth under a perspective view."""
    dx, dy = gradient(depth)
    return _unit(dx * _FOCAL, dy * _FOCAL, -(depth + x * dx + y * dy))


def _dot(a: Vector, b: Vector) -> Array:
    return f32(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


def _irradiance(lamp: Lamp, depth: Array, lit: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """Light per channel-wrap: hard Lambert light and a softer one that bleeds into shadows."""
    reach = depth * np.sqrt(1 + (x * x + y * y) * (1 / _FOCAL**2))
    fall = (reach + 0.25) ** np.float32(-lamp.falloff)
    away = (x - lamp.aim_x) ** 2 + (y - lamp.aim_y) ** 2
    beam = 0.1 + 0.9 * np.exp(away * (-1 / (2 * lamp.beam**2)))
    power = fall * beam
    hard = np.clip(lit, 0, 1)
    soft = np.clip((lit + 0.45) * (1 / 1.45), 0, 1)
    return f32(power * hard), f32(power * soft)


def _glints(
    lamp: Lamp, scene: Scene, normal: Vector, halfway: Vector, rng: np.random.Generator
) -> Array:
    """Highlights of wet tissue: clustered where the film of fluid is uneven."""
    film = smoothstep(-0.6, 1.2, window("soft", scene.depth.shape[0], rng, 3))
    align = np.clip(_dot(normal, halfway), 0, 1)
    shine = np.exp((align - 1) * lamp.sharpness)
    broad = np.exp((align - 1) * (lamp.sharpness * 0.15))
    return f32(lamp.gloss * scene.wet * (shine * (0.4 + 1.6 * film) + 0.05 * broad))


def shade(scene: Scene, rng: np.random.Generator, lamp: Lamp | None = None) -> Array:
    """Light a scene.

    A point light near the lens with a soft beam and a fall with distance, Lambert shading that
    bleeds more in red (light scattered under the surface), red interreflection in the depths,
    highlights on wet surfaces, a colour cast that changes over the picture, and metering.

    Args:
        scene: what is lit.
        rng: draws the lamp and the unevenness of fluid films.
        lamp: a fixed lamp in place of a drawn one.

    Returns:
        [S, S, 3] float32 linear RGB, 1 is the sensor's white; burnt areas exceed it.
    """
    lamp = lamp or lamp_of(scene.camera, rng)
    x, y = grid(scene.depth.shape[0])
    relief = _rough(scene, rng)
    normal = normals(relief, x, y)
    z = scene.depth
    to_lamp = _unit(lamp.x - x * z * (1 / _FOCAL), lamp.y - y * z * (1 / _FOCAL), -z)
    to_eye = _unit(-x * (1 / _FOCAL), -y * (1 / _FOCAL), np.full_like(z, -1))
    halfway = _unit(*(a + b for a, b in zip(to_lamp, to_eye, strict=True)))
    hard, soft = _irradiance(lamp, z, _dot(normal, to_lamp), x, y)
    rgb = _diffuse(_grained(scene.albedo, rng), hard, soft, lamp)
    glints = _glints(lamp, scene, normal, halfway, rng)
    rgb += np.repeat((glints * np.sqrt(hard + 0.02))[..., None], 3, axis=-1)
    return _tint(rgb, lamp, x, y)


def _rough(scene: Scene, rng: np.random.Generator) -> Array:
    """Depth with the fine unevenness of a wet surface, so that highlights break up."""
    size = scene.depth.shape[0]
    waves = scene.wet * window("cloud", size, rng, int(rng.integers(2, 5)))
    crumbs = window("grain", size, rng, int(rng.integers(1, 4)))
    fine, coarse = 0.0025 * rng.uniform(0, 1) ** 4, float(np.exp(rng.uniform(-8.1, -5.9)))
    return f32(scene.depth * (1 + coarse * waves + fine * crumbs))


def _grained(albedo: Array, rng: np.random.Generator) -> Array:
    """Albedo with the fine mottling that a sharp scope resolves, from none to much."""
    size = albedo.shape[0]
    cloud = window("cloud", size, rng, int(rng.integers(1, 5)))
    grain = window("grain", size, rng, int(rng.integers(1, 3)))
    field = 0.16 * rng.uniform(0, 1) ** 3 * cloud + 0.11 * rng.uniform(0, 1) ** 4 * grain
    return dim(albedo, np.clip(1 + f32(field), 0.4, 1.6))


def _diffuse(albedo: Array, hard: Array, soft: Array, lamp: Lamp) -> Array:
    """Shaded albedo; red travels further under the surface, and depths glow in their own tint."""
    bleed = soft - hard
    light = np.stack((hard + 0.8 * bleed, hard + 0.35 * bleed, hard + 0.2 * bleed), -1)
    mean = albedo.mean(axis=(0, 1))
    ambient = lamp.bounce * float(soft.mean()) * mean / mean.max()
    bright = float(np.percentile(soft[::4, ::4], 85)) + 1e-4
    dark = lamp.glow * smoothstep(1.0, 0.0, f32(np.sqrt(soft * (1 / bright))))
    return f32(albedo * (light + ambient) * mix((1.0, 1.0, 1.0), _DEEP_RED, dark))


_DEEP_RED = (1.0, 0.42, 0.3)


def _tint(rgb: Array, lamp: Lamp, x: Array, y: Array) -> Array:
    """Colour of the light, which turns towards the cast, and glare, on the cast's side."""
    along = x * float(np.cos(lamp.cast_angle)) + y * float(np.sin(lamp.cast_angle))
    tinted = f32(rgb * mix(lamp.tint, lamp.cast, lamp.cast_weight * smoothstep(-0.4, 1.1, along)))
    exposed = _expose(tinted, lamp)
    glare = lamp.haze * lamp.target * smoothstep(-0.1, 1.3, along)
    return exposed + dim(lamp.cast, f32(glare))


def _expose(rgb: Array, lamp: Lamp) -> Array:
    """Scale so that the metered percentile of the disc reaches its target."""
    sparse = rgb[::4, ::4]
    luma = 0.3 * sparse[..., 0] + 0.55 * sparse[..., 1] + 0.15 * sparse[..., 2]
    metered = float(np.percentile(luma, lamp.key))
    return f32(rgb * (lamp.target / max(metered, 1e-4)))
