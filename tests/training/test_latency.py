"""The warm-up of a measurement, and whether it had an end of its own."""

from __future__ import annotations

import itertools
import time

from haversack.training.measuring.latency import WINDOW, measure_latency


def test_the_warm_up_ends_as_soon_as_runs_take_the_same_time() -> None:
    found = measure_latency(lambda: time.sleep(0.005), min_runs=10, seconds=5.0)
    assert found.is_stable
    assert found.warmup_runs % WINDOW == 0
    assert (found.runs, found.p50_ms >= 5.0) == (10, True)


def test_a_warm_up_without_an_end_is_told() -> None:
    counted = itertools.count()

    def now_fast_now_slow() -> None:
        time.sleep(0.001 if next(counted) // WINDOW % 2 else 0.01)

    found = measure_latency(now_fast_now_slow, min_runs=10, seconds=1.0)
    assert not found.is_stable
    assert found.warmup_runs > 2 * WINDOW
