"""What every test starts from: no screen, a home of its own, no deadline on a busy machine."""

from __future__ import annotations

import os
import signal
import time
from math import inf
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# What a shell starts in the background ignores Ctrl-C, and so would every program started here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("default", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


UNTIL = float(os.environ.get("HAVERSACK_TESTS_UNTIL", "inf"))
"""Seconds since 1970 after which no test is begun: CI's time is limited, its machines differ."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each of several workers begin with its share of the long files: none is left for the end.

    xdist gives every worker a run of tests of about the same number. Where time is limited the long
    files come last: what is left out then are the fewest tests.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    long = {item.path for item in items if item.get_closest_marker("slow")}
    files = sorted(
        dict.fromkeys(item.path for item in items), key=lambda path: (path in long) == (inf > UNTIL)
    )
    place = {path: (at % workers, at) for at, path in enumerate(files)}
    items.sort(key=lambda item: place[item.path])


def pytest_runtest_setup() -> None:
    """Leave a test out where the time of this run is over."""
    if time.time() > UNTIL:
        pytest.skip("this run's time is over; without HAVERSACK_TESTS_UNTIL every test is run")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a new folder for keys and settings, so that no test touches those of a person."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HAVERSACK_HOME", str(home))
    monkeypatch.delenv("HAVERSACK_PANTRY", raising=False)
    return home
