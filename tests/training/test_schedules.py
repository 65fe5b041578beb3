from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.training import schedules


@given(st.integers(2, 500), st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_cosine_rises_to_one_and_falls_to_its_last_value(
    total: int, warmup: float, final: float
) -> None:
    rates = [schedules.cosine(step, total, warmup, final) for step in range(total)]
    peak = rates.index(max(rates))
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert max(rates) <= 1 + 1e-9
    if round(total * warmup) < total - 1:
        assert max(rates) == pytest.approx(1)
        assert rates[-1] == pytest.approx(final, abs=1e-9)


@given(st.integers(3, 500), st.floats(0.05, 0.9), st.floats(1.5, 100))
def test_one_cycle_starts_low_rises_once_and_ends_at_almost_nothing(
    total: int, rise: float, divisor: float
) -> None:
    rates = [schedules.one_cycle(step, total, rise, divisor) for step in range(total)]
    peak = rates.index(max(rates))
    assert rates[0] == pytest.approx(1 / divisor)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[-1] == pytest.approx(1 / divisor / 1e4)


@given(st.integers(-5, 2000))
def test_a_rate_is_never_negative_or_more_than_the_peak(step: int) -> None:
    assert 0 <= schedules.cosine(max(0, step), 100, 0.1, 0.0) <= 1
    assert 0 <= schedules.one_cycle(max(0, step), 100, 0.3, 25) <= 1
