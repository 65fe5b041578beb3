"""Progress is told often enough to be seen and seldom enough to cost nothing."""

from __future__ import annotations

import threading

import pytest

from haversack.base.errors import EXIT_INTERRUPTED, Cancelled, HaversackError
from haversack.base.progress import CancelToken, Meter, Progress, ignore_progress


def test_the_end_is_always_told() -> None:
    told: list[Progress] = []
    meter = Meter("reading", 1000, told.append, unit="files")
    for _ in range(1000):
        meter.advance(1)
    assert told[-1] == Progress("reading", 1000, 1000, "files", told[-1].seconds_left)


def test_many_small_steps_are_told_at_most_ten_times_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("haversack.base.progress.time.monotonic", lambda: now[0])
    told: list[Progress] = []
    meter = Meter("reading", None, told.append, _started=now[0])
    for _ in range(10_000):
        now[0] += 0.001
        meter.advance(3)
    assert 90 <= len(told) <= 101
    assert all(progress.seconds_left is None for progress in told)


def test_the_time_left_is_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("haversack.base.progress.time.monotonic", lambda: now[0])
    told: list[Progress] = []
    meter = Meter("reading", 100, told.append, _started=now[0])
    now[0] += 10
    meter.advance(25)
    assert told[-1].seconds_left == pytest.approx(30)


def test_more_than_was_announced_is_no_error() -> None:
    told: list[Progress] = []
    meter = Meter("reading", 1, told.append)
    meter.advance(5)
    assert told[-1].done == 5


def test_cancelled_work_stops_before_the_next_step_is_counted() -> None:
    token = CancelToken()
    meter = Meter("reading", 10, ignore_progress, cancel=token)
    meter.advance(1)
    threading.Thread(target=token.cancel).start()
    with pytest.raises(Cancelled) as caught:
        for _ in range(10_000_000):
            meter.advance(1)
    assert caught.value.exit_code == EXIT_INTERRUPTED
    with pytest.raises(Cancelled):
        meter.advance(1)


def test_an_error_gives_its_facts_for_json() -> None:
    try:
        raise HaversackError("it broke", "mend it") from OSError("no")
    except HaversackError as error:
        assert error.diagnostics() == {
            "error": "HaversackError",
            "message": "it broke",
            "hint": "mend it",
            "exit_code": 1,
            "cause": "OSError: no",
        }
        assert str(error) == "it broke"
