from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from haversack.data.geometry import from_square, letterbox, to_square
from haversack.data.sample import Boxes, Sample


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([32, 64, 160]))
def test_a_letterboxed_picture_keeps_its_proportions(height: int, width: int, size: int) -> None:
    image = np.full((height, width, 3), 7, np.uint8)
    square, scale = letterbox(image, size)
    assert square.shape == (size, size, 3)
    filled = (square == 7).all(axis=2)
    assert filled.any(axis=1).sum() == max(1, round(height * scale))
    assert filled.any(axis=0).sum() == max(1, round(width * scale))


@given(st.integers(20, 300), st.integers(20, 300), st.sampled_from([64, 128]))
def test_boxes_come_back_from_the_square_as_they_were(height: int, width: int, size: int) -> None:
    xyxy = np.asarray([[2, 3, 12, 17], [0, 0, width, height]], np.float32)
    sample = Sample(np.zeros((height, width, 3), np.uint8), Boxes(xyxy, np.zeros(2, np.int64)), "")
    squared = to_square(sample, size)
    assert isinstance(squared.target, Boxes)
    assert (squared.target.xyxy <= size + 1e-3).all()
    back = from_square(squared.target.xyxy, (height, width), size)
    assert np.allclose(back, xyxy, atol=1e-2)


def test_a_picture_with_a_class_is_stretched_to_the_square() -> None:
    image = np.zeros((10, 40, 3), np.uint8)
    image[:, 20:] = 255
    squared = to_square(Sample(image, 3, ""), 32)
    assert squared.image.shape == (32, 32, 3)
    assert squared.target == 3
    assert squared.image[:, :12].max() == 0
    assert squared.image[:, 20:].min() == 255
