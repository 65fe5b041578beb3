"""Writes "Smoke": a small smoke-test detection set in Pascal VOC layout, drawn with numpy.

Plumes of smoke, flames and barrels on textured ground; the boxes are the exact extents of what was
drawn. The same seed gives the same pictures; the tar's bytes also depend on the JPEG encoder, so
the file that is shipped is the reference and its digest stands in the catalogue.

    python -m haversack.data.generate.smoke resources/data/smoke-voc.tar
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from haversack.base.files import write_bytes
from haversack.data.generate.plain_tar import plain_tar
from haversack.data.generate.voc_layout import annotation_xml
from haversack.data.sample import Boxes
from haversack.data.textures import Floats, textured_ground, value_noise

CLASSES = ("barrel", "fire", "smoke")
EDGE = 160
SEED = 20260
SPLITS = {"train": 48, "val": 16}
VISIBLE = 0.25


@dataclass(frozen=True, slots=True)
class _Drawn:
    label: int
    colour: Floats
    alpha: Floats


def draw_scene(rng: np.random.Generator, edge: int = EDGE) -> tuple[npt.NDArray[np.uint8], Boxes]:
    """Draw one picture of ``(edge, edge, 3)`` with one to three objects, and their boxes."""
    canvas = textured_ground(rng, edge) * 0.75
    boxes: list[tuple[float, float, float, float]] = []
    labels: list[int] = []
    for _ in range(int(rng.integers(1, 4))):
        for _attempt in range(20):
            drawn = _DRAWERS[int(rng.integers(len(_DRAWERS)))](rng, edge)
            box = _extent(drawn.alpha)
            if box is not None and all(_overlap(box, other) < 0.1 for other in boxes):
                alpha = drawn.alpha[..., None]
                canvas = canvas * (1 - alpha) + drawn.colour * alpha
                boxes.append(box)
                labels.append(drawn.label)
                break
    return (
        np.clip(canvas, 0, 255).astype(np.uint8),
        Boxes(np.asarray(boxes, np.float32).reshape(-1, 4), np.asarray(labels, np.int64)),
    )


def build_tar(seed: int = SEED) -> bytes:
    """Give the whole set as a plain tar: JPEGImages, Annotations, ImageSets/Main."""
    members: list[tuple[str, bytes]] = []
    number = 0
    for split, count in SPLITS.items():
        names = []
        for index in range(count):
            rng = np.random.default_rng([seed, list(SPLITS).index(split), index])
            picture, boxes = draw_scene(rng)
            name = f"smoke_{number:04d}"
            number += 1
            names.append(name)
            members.append((f"JPEGImages/{name}.jpg", _jpeg(picture)))
            xml = annotation_xml(f"{name}.jpg", picture.shape[:2], boxes, CLASSES)
            members.append((f"Annotations/{name}.xml", xml))
        listing = "".join(f"{name}\n" for name in names).encode()
        members.append((f"ImageSets/Main/{split}.txt", listing))
    return plain_tar(sorted(members))


def _extent(alpha: Floats) -> tuple[float, float, float, float] | None:
    rows, columns = np.nonzero(alpha > VISIBLE)
    if rows.size < 40:
        return None
    return (
        float(columns.min()),
        float(rows.min()),
        float(columns.max() + 1),
        float(rows.max() + 1),
    )


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return width * height / smaller


def _grid(edge: int) -> tuple[Floats, Floats]:
    rows, columns = np.mgrid[0:edge, 0:edge].astype(np.float32) + 0.5
    return rows, columns


def _smoke(rng: np.random.Generator, edge: int) -> _Drawn:
    rows, columns = _grid(edge)
    alpha = np.zeros((edge, edge), np.float32)
    height = rng.uniform(0.25, 0.5) * edge
    x, y = rng.uniform(0.2, 0.8) * edge, rng.uniform(0.55, 0.95) * edge
    lean = rng.uniform(-0.5, 0.5)
    for step in np.linspace(0, 1, 8):
        radius = edge * (0.03 + 0.08 * step)
        centre_x, centre_y = x + lean * height * step, y - height * step
        distance = (columns - centre_x) ** 2 + (rows - centre_y) ** 2
        alpha = np.maximum(alpha, 0.85 * np.exp(-distance / (2 * (radius * 0.6) ** 2)))
    alpha *= 0.6 + 0.4 * value_noise(rng, edge, 20)
    shade = rng.uniform(190, 245)
    return _Drawn(2, np.full(3, shade, np.float32), alpha.astype(np.float32))


def _fire(rng: np.random.Generator, edge: int) -> _Drawn:
    rows, columns = _grid(edge)
    height, width = rng.uniform(0.15, 0.35) * edge, rng.uniform(0.06, 0.12) * edge
    x, y = rng.uniform(0.15, 0.85) * edge, rng.uniform(0.45, 0.95) * edge
    up = np.clip((y - rows) / height, 0, 1)
    inside = (rows <= y) & (rows >= y - height)
    wobble = 0.25 * width * np.sin(up * 9 + rng.uniform(0, 6))
    half = width * np.sqrt(1 - up) * (1 - 0.3 * up)
    core = 1 - np.abs(columns - x - wobble) / np.maximum(half, 0.5)
    alpha = np.where(inside, np.clip(core * 3, 0, 1), 0).astype(np.float32)
    heat = np.clip(core, 0, 1)[..., None]
    red, yellow = np.array([225, 60, 10], np.float32), np.array([255, 220, 90], np.float32)
    return _Drawn(1, (red * (1 - heat) + yellow * heat).astype(np.float32), alpha)


def _barrel(rng: np.random.Generator, edge: int) -> _Drawn:
    rows, columns = _grid(edge)
    width, height = rng.uniform(0.1, 0.2) * edge, rng.uniform(0.15, 0.28) * edge
    left, top = rng.uniform(0.02, 0.78) * edge, rng.uniform(0.3, 0.7) * edge
    across, down = (columns - left) / width, (rows - top) / height
    inside = (across >= 0) & (across < 1) & (down >= 0) & (down < 1)
    hue = np.array([(30, 90, 190), (20, 140, 90), (150, 30, 120)], np.float32)[rng.integers(3)]
    shade = 0.55 + 0.45 * np.sin(np.pi * np.clip(across, 0, 1))
    shade = np.where(np.abs((down * 4) % 1 - 0.5) > 0.4, shade * 0.6, shade)
    return _Drawn(0, (hue * shade[..., None]).astype(np.float32), inside.astype(np.float32))


_DRAWERS = (_barrel, _fire, _smoke)


def _jpeg(picture: npt.NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=85, optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    write_bytes(Path(sys.argv[1]), build_tar())
