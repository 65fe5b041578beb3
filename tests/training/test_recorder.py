"""Values of steps are held for a while, and none is lost or overtaken."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch

from haversack.training.curves.recorder import SECONDS_HELD, Recorder

pytestmark = pytest.mark.torch


class _Kept:
    """Curves as a list."""

    def __init__(self) -> None:
        self.rows: list[tuple[dict[str, float], int, int]] = []

    def record(self, values: Mapping[str, float], step: int, epoch: int) -> None:
        self.rows.append((dict(values), step, epoch))

    def flush(self) -> None:
        self.rows.append(({}, -1, -1))

    close = flush


def _steps(to: Recorder, count: int) -> list[tuple[dict[str, float], int, int]]:
    for step in range(count):
        to.hold({"loss": torch.tensor(float(step)), "rate": 0.5}, step, 0)
    return [({"loss": float(step), "rate": 0.5}, step, 0) for step in range(count)]


def test_what_is_held_comes_before_what_is_recorded_at_once() -> None:
    kept = _Kept()
    held = Recorder([kept])
    wanted = _steps(held, 5)
    held.record({"val": 1.0}, 5, 0)
    assert kept.rows == [*wanted, ({"val": 1.0}, 5, 0)]


@pytest.mark.parametrize("end", [Recorder.flush, Recorder.close])
def test_what_is_held_comes_before_the_end(end: object) -> None:
    kept = _Kept()
    held = Recorder([kept])
    wanted = _steps(held, 5)
    assert callable(end)
    end(held)
    assert kept.rows == [*wanted, ({}, -1, -1)]


def test_steps_are_passed_on_when_their_second_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _Kept()
    held = Recorder([kept])
    now = 100.0
    monkeypatch.setattr("haversack.training.curves.recorder.time.monotonic", lambda: now)
    _steps(held, 3)
    assert [step for _, step, _ in kept.rows] == [0]  # nothing had been passed on for long
    now = 100.0 + SECONDS_HELD
    wanted = _steps(held, 1)
    assert [step for _, step, _ in kept.rows] == [0, 1, 2, 0]
    assert kept.rows[-1] == wanted[-1]
