from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from haversack.base.errors import UsageError
from haversack.base.progress import Progress
from haversack_gui.jobs import Changed, Job, Jobs, Told


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def test_a_query_works_in_a_thread_and_answers_in_the_gui_thread(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[tuple[str, str]] = []
    jobs.query(
        lambda: threading.current_thread().name,
        lambda worker: seen.append((worker, threading.current_thread().name)),
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0].startswith("haversack-query")
    assert seen[0][1] == threading.main_thread().name


def test_of_queries_with_one_key_only_the_newest_is_shown(jobs: Jobs, qtbot: QtBot) -> None:
    hold = threading.Event()
    shown: list[object] = []
    jobs.query(lambda: hold.wait(5) and "old", shown.append, key="front")
    jobs.query(lambda: "new", shown.append, key="front")
    qtbot.waitUntil(lambda: shown == ["new"])
    hold.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert shown == ["new"]


def test_a_change_names_what_it_changed_and_then_hands_over_its_result(
    jobs: Jobs, qtbot: QtBot
) -> None:
    told: list[object] = []
    jobs.changed.connect(told.append)
    job = jobs.change(
        "Save", lambda _told: Changed(frozenset({"recipes"}), 17, "Saved."), then=told.append
    )
    qtbot.waitUntil(lambda: not job.under_way)
    assert told == [frozenset({"recipes"}), 17]
    assert (job.state, job.said) == ("done", "Saved.")


def test_a_failed_change_is_told_in_plain_words(jobs: Jobs, qtbot: QtBot) -> None:
    def fail(_told: Told) -> Changed:
        raise UsageError("the stick is full", "Free some space.")

    ended: list[Job] = []
    jobs.ended.connect(ended.append)
    job = jobs.change("Pack", fail)
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [job]
    assert (job.state, job.error, job.hint) == ("failed", "The stick is full.", "Free some space.")


def test_a_change_that_is_stopped_says_so_and_is_no_failure(jobs: Jobs, qtbot: QtBot) -> None:
    started = threading.Event()

    def work(told: Told) -> Changed:
        started.set()
        while True:
            told.cancel.raise_if_cancelled()

    job = jobs.change("Check", work)
    assert started.wait(5) and job.stop is not None
    job.stop()
    qtbot.waitUntil(lambda: job.state == "stopped")


def test_a_flood_of_progress_repaints_at_most_ten_times_a_second(jobs: Jobs, qtbot: QtBot) -> None:
    repaints: list[int] = []
    jobs.updated.connect(lambda: repaints.append(1))

    def work(told: Told) -> Changed:
        for done in range(20_000):
            told.on_event(Progress("Copying", done, 20_000))
        return Changed(frozenset())

    job = jobs.change("Copy", work)
    qtbot.waitUntil(lambda: not job.under_way)
    assert job.progress is not None and job.progress.done == 19_999
    assert len(repaints) < 40


def test_closing_stops_what_runs_and_leaves_no_thread(qtbot: QtBot) -> None:
    made = Jobs()
    started = threading.Event()

    def work(told: Told) -> Changed:
        started.set()
        while True:
            told.cancel.raise_if_cancelled()

    made.change("Check", work)
    assert started.wait(5)
    made.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("haversack-")]


def test_until_the_libraries_are_imported_queries_take_turns_and_changes_wait(
    jobs: Jobs, qtbot: QtBot
) -> None:
    jobs.imported.clear()
    at_once, most, order = [0], [0], []

    def read() -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        time.sleep(0.02)
        at_once[0] -= 1
        order.append("read")

    def write(_: Told) -> Changed:
        order.append("written")
        return Changed(frozenset())

    jobs.change("Write", write)
    for _ in range(6):
        jobs.query(read, lambda _: None)
    qtbot.waitUntil(lambda: len(order) == 6, timeout=10_000)
    assert most == [1] and "written" not in order
    jobs.imported.set()
    qtbot.waitUntil(lambda: jobs.idle, timeout=10_000)
    assert order[-1] == "written"
