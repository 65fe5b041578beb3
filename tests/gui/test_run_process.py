"""The adapter of the worker's process, against small programs that speak the worker's language."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from haversack.runs.log import read_log
from haversack.runs.spec import RunKind, RunSpec
from haversack_gui.app import quiet_collector
from haversack_gui.jobs import Jobs
from haversack_gui.run_process import RunProcess
from haversack_gui.run_queue import RunQueue
from haversack_gui.watchdog import Watchdog

SPEAKER = """
import sys, time
from haversack.runs.events import *
from haversack.runs.spec import parse_spec
spec = parse_spec(sys.stdin.buffer.readline())
out = sys.stdout.buffer
def say(event):
    out.write(encode_event(event)); out.flush()
say(Started(kind=spec.kind.value, device="cpu"))
"""


def spec_in(folder: Path, name: str = "run-1") -> RunSpec:
    (folder / name).mkdir()
    return RunSpec(kind=RunKind.TRAIN, run_id=name, run_dir=folder / name)


def program(body: str) -> list[str]:
    return [sys.executable, "-c", SPEAKER + body]


def run(process: RunProcess, qtbot: QtBot) -> None:
    with qtbot.waitSignal(process.ended, timeout=30_000):
        process.start()


def test_a_run_is_finished_by_the_workers_word_and_exit_zero(qtbot: QtBot, tmp_path: Path) -> None:
    body = "say(Measured(values={'train/loss': 0.5}, step=1)); say(Finished(result={'epochs': 1}))"
    process = RunProcess(spec_in(tmp_path), program(body))
    run(process, qtbot)
    assert process.state.status == "finished"
    assert process.state.curves == {"train/loss": ((1, 0.5),)}
    assert process.state.result == {"epochs": 1}


def test_a_worker_that_dies_is_lost_and_what_it_told_is_kept(qtbot: QtBot, tmp_path: Path) -> None:
    body = (
        "say(Measured(values={'train/loss': 0.5}, step=7))\nimport os, signal\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    spec = spec_in(tmp_path)
    process = RunProcess(spec, program(body))
    run(process, qtbot)
    assert process.state.status == "lost"
    assert process.state.step == 7
    assert process.state.error is not None and process.state.error.hint
    assert read_log(spec.run_dir).events[-1] == process.state.error


def test_a_worker_that_cannot_be_started_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    process = RunProcess(spec_in(tmp_path), [str(tmp_path / "nothing-here")])
    run(process, qtbot)
    assert process.state.status == "lost"


def test_a_stray_line_is_noted_and_does_no_harm(qtbot: QtBot, tmp_path: Path) -> None:
    body = "out.write(b'hello\\n'); say(Finished())"
    process = RunProcess(spec_in(tmp_path), program(body))
    run(process, qtbot)
    assert process.state.status == "finished"
    assert len(process.state.notes) == 1


def test_a_burst_of_20000_events_never_holds_up_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    body = (
        "lines = b''.join(encode_event(Measured(values={'train/loss': i / 7}, step=i))\n"
        "                 for i in range(20_000))\n"
        "out.write(lines); out.flush(); say(Finished())"
    )
    stalls = []
    for number in range(3):  # a full collection of what hundreds of tests left is not the app's
        folder = tmp_path / str(number)
        folder.mkdir()
        process = RunProcess(spec_in(folder), program(body))
        quiet_collector()
        watchdog = Watchdog()
        watchdog.start()
        run(process, qtbot)
        stalls.append(watchdog.stop())
        assert len(process.state.curves["train/loss"]) == 20_000
        if stalls[-1] < 0.1:
            break
    assert min(stalls) < 0.1, stalls


def test_a_burst_is_told_ten_times_a_second_at_most(qtbot: QtBot, tmp_path: Path) -> None:
    body = (
        "for i in range(20_000):\n    say(Measured(values={'train/loss': i / 7}, step=i))\n"
        "say(Finished())"
    )
    process = RunProcess(spec_in(tmp_path), program(body))
    told: list[float] = []
    process.changed.connect(lambda: told.append(time.monotonic()))
    began = time.monotonic()
    run(process, qtbot)
    assert process.state.step == 19_999
    ends = 2  # the last line that was read, and the verdict
    assert 1 < len(told) <= 10 * (time.monotonic() - began) + ends


def test_stopping_sends_the_control_line(qtbot: QtBot, tmp_path: Path) -> None:
    body = (
        "line = sys.stdin.buffer.readline()\n"
        "say(Stopped(checkpoint='checkpoints/last' if b'stop' in line else None, epoch=2))"
    )
    process = RunProcess(spec_in(tmp_path), program(body))
    process.changed.connect(process.stop)
    run(process, qtbot)
    assert process.state.status == "stopped"
    assert process.state.checkpoint == "checkpoints/last"


def test_closing_ends_the_workers_input_so_that_it_can_write_its_checkpoint(
    qtbot: QtBot, tmp_path: Path
) -> None:
    spec = spec_in(tmp_path)
    body = "sys.stdin.buffer.read(); open('saved', 'w').close(); say(Stopped())"
    process = RunProcess(spec, program(body))
    with qtbot.waitSignal(process.changed, timeout=30_000):
        process.start()
    process.close()
    assert (spec.run_dir / "saved").is_file()


def test_runs_wait_for_their_turn_and_can_leave_the_queue(qtbot: QtBot, tmp_path: Path) -> None:
    jobs = Jobs()
    queue = RunQueue(jobs, lambda: program("sys.stdin.buffer.readline(); say(Stopped(epoch=1))"))
    for name in ("run-1", "run-2", "run-3"):
        queue.add(spec_in(tmp_path, name), name)
    assert (queue.running, queue.waiting) == ("run-1", ["run-2", "run-3"])
    queue.stop("run-2")
    assert queue.waiting == ["run-3"]
    qtbot.waitUntil(lambda: queue.states["run-1"].status == "running", timeout=30_000)
    queue.stop("run-1")
    qtbot.waitUntil(lambda: queue.running == "run-3", timeout=30_000)
    qtbot.waitUntil(lambda: queue.states["run-3"].status == "running", timeout=30_000)
    queue.stop("run-3")
    qtbot.waitUntil(lambda: not queue.running, timeout=30_000)
    assert [job.state for job in jobs.jobs] == ["stopped"] * 3
    jobs.close()


def test_a_run_counts_as_running_until_its_worker_has_exited(qtbot: QtBot, tmp_path: Path) -> None:
    jobs = Jobs()
    queue = RunQueue(jobs, lambda: program("say(Finished()); sys.stdin.buffer.readline()"))
    queue.add(spec_in(tmp_path), "train")
    qtbot.waitUntil(lambda: queue.states["run-1"].result is not None, timeout=30_000)
    assert queue.states["run-1"].status == "running"
    queue.stop("run-1")
    qtbot.waitUntil(lambda: not queue.running, timeout=30_000)
    assert str(queue.states["run-1"].status) == "finished"
    jobs.close()


@pytest.mark.parametrize("exit_code", [1, 130])
def test_finished_with_another_exit_status_is_not_finished(
    qtbot: QtBot, tmp_path: Path, exit_code: int
) -> None:
    process = RunProcess(spec_in(tmp_path), program(f"say(Finished()); sys.exit({exit_code})"))
    run(process, qtbot)
    assert process.state.status == "lost"
