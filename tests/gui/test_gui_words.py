from __future__ import annotations

import math

import pytest

from haversack.base.errors import UsageError
from haversack.base.progress import Progress
from haversack_gui import words


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (17_400_000, "17.4 MB"),
        (None, "unknown size"),
    ],
)
def test_sizes_are_said_in_decimal_units(count: float | None, said: str) -> None:
    assert words.size(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (4.4, "4 s"),
        (200, "3 min 20 s"),
        (1800, "30 min"),
        (7500, "2 h 5 min"),
        (None, ""),
        (math.inf, ""),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float | None, said: str) -> None:
    assert words.duration(seconds) == said


def test_what_was_not_measured_is_a_dash_and_never_zero() -> None:
    assert words.number(math.nan) == "—"
    assert words.number(None) == "—"
    assert words.number(0.0) == "0"
    assert words.number(13_584.2) == "13,580"
    assert words.number(0.000123456) == "0.0001235"
    assert words.number(3.51e12) == "3.51e+12"


def test_progress_says_how_much_and_how_long() -> None:
    assert (
        words.progress(Progress("Copying", 12, 40, "files", 20.0))
        == "Copying: 12 of 40 files, 20 s left"
    )


def test_an_error_of_the_engine_is_told_with_its_remedy() -> None:
    assert words.error(UsageError("no such key", "Make one.")) == ("No such key.", "Make one.")


def test_an_unforeseen_error_is_told_without_a_traceback() -> None:
    message, hint = words.error(ZeroDivisionError("division by zero"))
    assert "ZeroDivisionError" in message and "Traceback" not in message
    assert hint
