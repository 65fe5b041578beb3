from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from haversack_gui.widgets.raster import (
    MOST,
    count_marked,
    count_points,
    grow,
    nearest,
    opacity_for,
    paint,
)

POINTS = arrays(np.float64, st.integers(0, 60), elements=st.floats(-5, 5, allow_nan=False))


@given(POINTS, st.randoms())
def test_every_point_within_the_view_is_counted_once(x: np.ndarray, random: object) -> None:
    y = np.roll(x, 1)
    counts = count_points(x, y, (-2.0, 2.0, -1.0, 3.0), 37, 23)
    inside = (x >= -2) & (x < 2) & (y >= -1) & (y < 3)
    assert counts.shape == (23, 37)
    assert counts.sum() == inside.sum()


@given(POINTS, st.integers(0, 2**60 - 1))
def test_marked_points_are_counted_apart_and_none_is_lost(x: np.ndarray, bits: int) -> None:
    y, bounds = np.roll(x, 1), (-2.0, 2.0, -1.0, 3.0)
    marked = np.array([bits >> place & 1 for place in range(len(x))], dtype=np.bool_)
    rest, found = count_marked(x, y, marked, bounds, 37, 23)
    np.testing.assert_array_equal(found, count_points(x[marked], y[marked], bounds, 37, 23))
    np.testing.assert_array_equal(rest, count_points(x[~marked], y[~marked], bounds, 37, 23))


def test_what_is_not_a_number_or_far_away_is_not_drawn() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 1e300, 0.5])
    assert count_points(x, np.full(5, 0.5), (0, 1, 0, 1), 10, 10).sum() == 1


def test_many_points_on_one_pixel_grow_without_running_over() -> None:
    x = np.zeros(100_000)
    counts = grow(count_points(x, x, (-1, 1, -1, 1), 9, 9), 2)
    assert counts.max() == MOST
    assert paint(counts, (1, 2, 3), 0.5)[..., 3].max() == 255


def test_row_zero_holds_the_lowest_values() -> None:
    counts = count_points(np.array([0.1]), np.array([0.1]), (0, 1, 0, 1), 10, 10)
    assert counts[1, 1] == 1


def test_a_view_without_an_area_is_empty() -> None:
    assert count_points(np.ones(3), np.ones(3), (1, 1, 0, 1), 5, 5).sum() == 0


def test_a_dot_grows_to_a_disc() -> None:
    counts = np.zeros((9, 9), dtype=np.uint16)
    counts[4, 4] = 1
    grown = grow(counts, 2)
    assert grown[4, 2] == grown[2, 4] == grown[6, 4] == grown[4, 6] == 1
    assert grown[2, 2] == 0 and grown[4, 1] == 0
    assert (grow(counts, 0) == counts).all()


def test_paint_is_denser_where_more_points_lie_and_clear_where_none_do() -> None:
    pixels = paint(np.array([[0, 1, 5]], dtype=np.uint16), (10, 200, 30), 0.3)
    alpha = pixels[0, :, 3]
    assert alpha[0] == 0 < alpha[1] < alpha[2]
    assert (pixels[..., :3] <= pixels[..., 3:]).all()


def test_few_points_are_solid_and_many_are_clear() -> None:
    assert opacity_for(50) > opacity_for(10_000) > opacity_for(1_000_000) > 0


@given(
    st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=40),
    st.tuples(st.floats(-9, 9), st.floats(-9, 9)),
)
def test_the_nearest_point_is_the_one_of_a_plain_search(
    points: list[tuple[float, float]], at: tuple[float, float]
) -> None:
    x, y = np.array(points).T
    found = nearest(x, y, at, (0.5, 0.25), 1e9)
    distances = [((px - at[0]) / 0.5) ** 2 + ((py - at[1]) / 0.25) ** 2 for px, py in points]
    assert distances[found] == min(distances)


def test_a_point_out_of_reach_is_not_found() -> None:
    assert nearest(np.array([5.0]), np.array([5.0]), (0, 0), (1, 1), 3.0) == -1
    assert nearest(np.empty(0), np.empty(0), (0, 0), (1, 1), 3.0) == -1
