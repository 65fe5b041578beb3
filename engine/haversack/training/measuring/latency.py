"""How long one run takes: warm-up until stable, then percentiles over many runs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW = 20
STABLE = 0.05
MAX_WARMUP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one run over many runs.

    Attributes:
        p50_ms: Half of the runs took no longer.
        p90_ms: Nine in ten took no longer.
        p99_ms: Ninety-nine in a hundred took no longer.
        mean_ms: The mean.
        runs: Runs that were measured.
        warmup_runs: Runs before that.
        is_stable: Whether they had come to take the same time.
    """

    p50_ms: float
    p90_ms: float
    p99_ms: float
    mean_ms: float
    runs: int
    warmup_runs: int
    is_stable: bool


def measure_latency(
    run: Callable[[], object],
    min_runs: int = 1000,
    seconds: float = 10.0,
    on_run: Callable[[int], None] = lambda _: None,
) -> Latency:
    """Measure a callable until there are ``min_runs`` runs or ``seconds`` have passed.

    The warm-up ends when the median of a window of runs differs from the one before by less than
    five in a hundred, or after ten seconds.

    Args:
        run: Returns when its work is done; a device is synchronised within.
        min_runs: Runs after which it is enough.
        seconds: Seconds after which it is enough.
        on_run: Called with the number of measured runs after each one; outside of the timing.
    """
    warmup, is_stable = _warm_up(run, min(MAX_WARMUP_SECONDS, seconds))
    times: list[float] = []
    until = time.perf_counter() + seconds
    while len(times) < min_runs and (time.perf_counter() < until or not times):
        times.append(_time(run))
        on_run(len(times))
    ordered = sorted(times)
    return Latency(
        p50_ms=percentile(ordered, 50),
        p90_ms=percentile(ordered, 90),
        p99_ms=percentile(ordered, 99),
        mean_ms=statistics.fmean(times),
        runs=len(times),
        warmup_runs=warmup,
        is_stable=is_stable,
    )


def percentile(ordered: list[float], percent: int) -> float:
    """Give the smallest value that ``percent`` in a hundred of sorted values do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _warm_up(run: Callable[[], object], seconds: float) -> tuple[int, bool]:
    before, count, until = 0.0, 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        window = []
        for _ in range(WINDOW):
            window.append(_time(run))
            if time.perf_counter() >= until:
                break
        count += len(window)
        now = statistics.median(window)
        if before and abs(now - before) / before < STABLE:
            return count, True
        before = now
    return count, False


def _time(run: Callable[[], object]) -> float:
    started = time.perf_counter_ns()
    run()
    return (time.perf_counter_ns() - started) / 1e6
