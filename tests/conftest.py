"""What every test starts from: no screen, a home of its own, no deadline on a busy machine."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from hashlib import sha256
from math import inf
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# What a shell starts in the background ignores Ctrl-C, and so would every program started here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).parent

settings.register_profile("default", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


UNTIL = float(os.environ.get("HAVERSACK_TESTS_UNTIL", "inf"))
"""Seconds since 1970 after which no test is begun: CI's time is limited, its machines differ."""

LONG_S = 120
"""Seconds before `UNTIL` after which none of the long tests is begun."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each of several workers begin with its share of the long files: none is left for the end.

    xdist cuts the list into a run of as many tests for every worker. Where time is limited the long
    files come last, so that the fewest tests are left out, and the others in an order that has
    nothing to do with their folders: some of each are run.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    long = {item.path for item in items if item.get_closest_marker("slow")}
    worker = _shares(Counter(item.path for item in items), workers)
    limited = inf > UNTIL

    def place(item: pytest.Item) -> tuple[int, bool, str]:
        name = item.path.relative_to(HERE).as_posix()
        turn = sha256(name.encode()).hexdigest() if limited else name
        return worker[item.path], (item.path in long) == limited, turn

    items.sort(key=place)


def _shares(tests: Counter[Path], workers: int) -> dict[Path, int]:
    """Which worker has which file, so that all have about as many tests: the largest first."""
    given = [0] * workers
    owner = {}
    for path, count in tests.most_common():
        owner[path] = given.index(min(given))
        given[owner[path]] += count
    return owner


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out where the time of this run is over."""
    long = item.get_closest_marker("slow") is not None
    if time.time() > UNTIL - LONG_S * long:
        pytest.skip("this run's time is over; without HAVERSACK_TESTS_UNTIL every test is run")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a new folder for keys and settings, so that no test touches those of a person."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HAVERSACK_HOME", str(home))
    monkeypatch.delenv("HAVERSACK_PANTRY", raising=False)
    return home
