"""Polygons and runs of pixels: what they cover, and COCO's text for them."""

from __future__ import annotations

import faster_coco_eval.core.mask as coco_mask
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from haversack.data.byod.coco_runs import counts_of, text_of
from haversack.data.byod.regions import (
    Bits,
    Region,
    Runs,
    bits_of,
    checked_polygon,
    checked_runs,
    paint,
    runs_of,
)

BITS = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12))
PLACES = st.floats(-4, 16, width=32)


@given(bits=BITS, by_columns=st.booleans())
def test_runs_give_the_pixels_back(bits: Bits, by_columns: bool) -> None:
    runs = checked_runs(runs_of(bits, by_columns=by_columns))
    np.testing.assert_array_equal(bits_of(runs), bits)


@given(bits=BITS)
def test_the_text_of_runs_is_cocos(bits: Bits) -> None:
    runs = runs_of(bits, by_columns=True)
    theirs = coco_mask.encode(np.asfortranarray(bits.astype(np.uint8)))["counts"].decode()
    assert text_of(runs.counts) == theirs
    assert tuple(counts_of(theirs)) == runs.counts


@given(text=st.text(max_size=30))
def test_any_text_gives_runs_or_one_kind_of_error(text: str) -> None:
    try:
        counts = counts_of(text)
    except ValueError:
        return
    assert text_of(counts) == text or counts_of(text_of(counts)) == counts


@given(corners=st.lists(st.tuples(PLACES, PLACES), min_size=3, max_size=8))
def test_a_pixel_is_painted_where_its_centre_lies_within_the_polygon(
    corners: list[tuple[float, float]],
) -> None:
    polygon = checked_polygon(number for corner in corners for number in corner)
    mask = paint([Region("a", (polygon,))], {"a": 1}, 12, 11, 0)
    for row in range(12):
        for column in range(11):
            assert mask[row, column] == _within(column + 0.5, row + 0.5, corners)


def _within(x: float, y: float, corners: list[tuple[float, float]]) -> bool:
    """Count the edges that a ray to the left crosses."""
    crossed = 0
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if min(y0, y1) <= y - 0 < max(y0, y1):
            crossed += x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x
    return crossed % 2 == 1


def test_a_later_region_lies_over_an_earlier_one_and_an_unknown_class_paints_nothing() -> None:
    square = (0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0)
    regions = [
        Region("a", (square,)),
        Region("b", runs=Runs(1, 1, 2, 2, (0, 4))),
        Region("c", (square,)),
    ]
    mask = paint(regions, {"a": 1, "b": 2}, 5, 5, 0)
    assert mask.tolist() == [
        [1, 1, 1, 1, 0], [1, 2, 2, 1, 0], [1, 2, 2, 1, 0], [1, 1, 1, 1, 0], [0, 0, 0, 0, 0],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "numbers", [[], [1, 2, 3, 4], [0, 0, 1, 1, 2, float("nan")], [0, 0, 1, 1, 2, 1e9], [0] * 7]
)
def test_what_is_no_polygon_is_refused(numbers: list[float]) -> None:
    with pytest.raises(ValueError, match=r"polygon|corner"):
        checked_polygon(numbers)


@pytest.mark.parametrize(
    "runs",
    [
        Runs(0, 0, 2, 2, (1, 1)),
        Runs(-1, 0, 2, 2, (4,)),
        Runs(0, 0, 1 << 40, 1, (1 << 40,)),
        Runs(0, 0, 2, 2, (-1, 5)),
    ],
)
def test_runs_that_do_not_fill_their_rectangle_are_refused(runs: Runs) -> None:
    with pytest.raises(ValueError, match="mask of pixels"):
        checked_runs(runs)
