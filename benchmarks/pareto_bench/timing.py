"""Times and memory of some work, and peers that would take too long told instead of waited for."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Answer = TypeVar("Answer")

ONCE_BEYOND = 3.0
"""Seconds beyond which a peer is timed once, by the answer that is checked."""
TRIAL_FROM = 200_000
PART = 50


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """Give what some work gives, and its seconds."""
    start = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - start


def best_of(repeat: int, work: Callable[[], Any]) -> float:
    """Give the shortest of several times, in seconds."""
    return min(timed(work)[1] for _ in range(repeat))


def best_again(first: float, repeat: int, work: Callable[[], Any]) -> float:
    """Give the shortest of a time and some more, unless it is long already."""
    return first if first > ONCE_BEYOND else min(first, best_of(repeat, work))


def peak_bytes(work: Callable[[], Any]) -> int:
    """Give the most memory that numpy and Python held at once during some work."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def too_long(solve: Callable[..., Any], columns: Sequence[Floats], budget: float) -> str:
    """Say why a peer is not asked: by a fiftieth of the rows it would take longer than a budget.

    Args:
        solve: The peer.
        columns: What it is given; arrays of n rows.
        budget: Seconds.

    Returns:
        The reason; empty where it is asked.
    """
    if len(columns[0]) < TRIAL_FROM:
        return ""
    part = [np.ascontiguousarray(column[::PART]) for column in columns]
    expected = PART * best_of(2, lambda: solve(*part))
    return f"some {expected:.0f} s expected, over {budget:.0f}" if expected > budget else ""
