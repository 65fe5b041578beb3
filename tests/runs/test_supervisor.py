from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from haversack.base.files import StorageError
from haversack.base.progress import CancelToken
from haversack.runs.event_sink import EventSink
from haversack.runs.events import Event, Measured, Started
from haversack.runs.failure import RunFailed
from haversack.runs.spec import RunSpec, encode_spec
from haversack.runs.store import RunStore, read_run
from haversack.runs.supervisor import run_worker

Command = Callable[..., list[str]]
NEVER_ENDS = "while True: time.sleep(0.05)\n"
STOPS_WHEN_ASKED = """
while not channel.stop.is_set():
    time.sleep(0.01)
send(Stopped(checkpoint="checkpoints/last", epoch=3))
channel.sink.close()
"""


def test_a_worker_that_gives_its_word_and_exits_with_0_has_finished(
    spec: RunSpec, worker: Command
) -> None:
    seen: list[Event] = []
    state = run_worker(spec, seen.append, command=worker("send(Measured(values={'a': 1}, step=1))"))
    assert state.status == "finished"
    assert state.result == {"ok": True}
    assert [event.type for event in seen] == ["started", "measured", "finished"]
    assert read_run(spec.run_dir).state == state


def test_stray_prints_and_a_printing_child_do_no_harm(spec: RunSpec, worker: Command) -> None:
    body = """
    print("stray words", flush=True)
    os.write(1, b'{"type":"finished"}\\n')
    os.system("echo from a child")
    import subprocess; subprocess.run(["echo", "from another"])
    """
    state = run_worker(spec, command=worker(body))
    assert state.status == "finished" and state.result == {"ok": True}
    log = (spec.run_dir / "worker.log").read_text()
    for words in ("stray words", "from a child", "from another"):
        assert words in log


def test_the_word_without_exit_0_has_not_finished(spec: RunSpec, worker: Command) -> None:
    with pytest.raises(RunFailed, match="said that it had finished, then exited with status 3"):
        run_worker(spec, command=worker("", "send(Finished()); os._exit(3)"))
    assert read_run(spec.run_dir).state.status == "lost"


def test_exit_0_without_the_word_has_not_finished(spec: RunSpec, worker: Command) -> None:
    with pytest.raises(RunFailed, match="exited with status 0") as caught:
        run_worker(spec, command=worker("", ""))
    assert caught.value.state.status == "lost"


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL"])
def test_a_crash_keeps_what_was_told_before(spec: RunSpec, worker: Command, name: str) -> None:
    seen: list[Event] = []
    body = f"""
    send(PhaseBegan(phase="train"))
    send(Measured(values={{"loss": 0.5}}, step=7, epoch=0))
    sys.stderr.write("last words\\n")
    os.kill(os.getpid(), signal.{name})
    """
    with pytest.raises(RunFailed, match=f"ended by {name} in the phase 'train'") as caught:
        run_worker(spec, seen.append, command=worker(body))
    assert caught.value.hint
    assert "last words" in caught.value.log_tail
    assert caught.value.state.curves == {"loss": ((7, 0.5),)}
    assert [event.type for event in seen] == ["started", "phase_began", "measured"]
    again = read_run(spec.run_dir).state
    assert again.status == "lost" and again.curves == {"loss": ((7, 0.5),)}


def test_a_failure_that_the_worker_tells_is_passed_on(spec: RunSpec, worker: Command) -> None:
    body = "send(Failed(error='DataError', message='no pictures', hint='add some')); sys.exit(1)"
    with pytest.raises(RunFailed) as caught:
        run_worker(spec, command=worker(body))
    assert (caught.value.message, caught.value.hint) == ("no pictures", "add some")
    assert caught.value.diagnostics()["worker_error"] == "DataError"
    assert caught.value.state.status == "failed"


def test_cancelling_lets_the_worker_checkpoint_and_stop(spec: RunSpec, worker: Command) -> None:
    cancel = CancelToken()
    threading.Timer(0.5, cancel.cancel).start()
    state = run_worker(spec, cancel=cancel, command=worker("", STOPS_WHEN_ASKED))
    assert state.status == "stopped"
    assert state.checkpoint == "checkpoints/last"


def test_a_worker_that_does_not_stop_is_ended_after_the_grace_period(
    spec: RunSpec, worker: Command
) -> None:
    cancel = CancelToken()
    cancel.cancel()
    began = time.monotonic()
    with pytest.raises(RunFailed, match="did not stop in time"):
        run_worker(spec, cancel=cancel, grace=0.5, command=worker("", NEVER_ENDS))
    assert time.monotonic() - began < 5


def test_only_the_worker_and_what_it_started_are_ended(spec: RunSpec, worker: Command) -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    cancel = CancelToken()
    pids: list[int] = []

    def note(event: Event) -> None:
        if isinstance(event, Measured):
            pids.append(int(event.values["pid"]))
            cancel.cancel()

    body = """
    import subprocess
    child = subprocess.Popen(["sleep", "60"])
    send(Measured(values={"pid": child.pid}, step=1))
    """
    try:
        with pytest.raises(RunFailed):
            run_worker(spec, note, cancel, grace=0.5, command=worker(body, NEVER_ENDS))
        time.sleep(0.1)
        assert not _is_running(pids[0])
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_child_that_outlives_the_worker_does_not_hold_up_the_end(
    spec: RunSpec, worker: Command
) -> None:
    body = """
    if os.fork() == 0:
        time.sleep(60)
    """
    began = time.monotonic()
    assert run_worker(spec, command=worker(body)).status == "finished"
    assert time.monotonic() - began < 10


def test_when_the_parent_dies_the_worker_stops_by_itself(spec: RunSpec, worker: Command) -> None:
    process = subprocess.Popen(
        worker("", STOPS_WHEN_ASKED),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(encode_spec(spec))
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    process.stdin.close()
    assert process.wait(10) == 0
    assert read_run(spec.run_dir).state.status == "stopped"


def test_another_program_can_ask_a_run_to_stop(spec: RunSpec, worker: Command) -> None:
    store = RunStore(spec.run_dir.parent)
    store.create(spec)

    def ask(event: Event) -> None:
        if isinstance(event, Started):
            store.request_stop("run")

    assert run_worker(spec, ask, command=worker("", STOPS_WHEN_ASKED)).status == "stopped"


def test_an_error_of_the_listener_ends_the_worker(spec: RunSpec, worker: Command) -> None:
    pids: list[int] = []

    def fall(event: Event) -> None:
        if isinstance(event, Started):
            pids.append(event.pid)
        raise KeyError("listener")

    with pytest.raises(KeyError):
        run_worker(spec, fall, grace=0.5, command=worker("", NEVER_ENDS))
    assert not _is_running(pids[0])


def test_the_worker_is_offline_and_knows_little_of_its_surroundings(
    spec: RunSpec, worker: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "secret")
    monkeypatch.setenv("SLURM_JWT", "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")
    monkeypatch.setenv("CC", "gcc")
    body = "send(Noted(text=' '.join(f'{k}={v}' for k, v in sorted(os.environ.items()))))"
    state = run_worker(spec, env={"HOME": "/nowhere"}, command=worker(body))
    told = state.notes[0].text
    for words in (
        "HF_HUB_OFFLINE=1",
        "TRANSFORMERS_OFFLINE=1",
        "HOME=/nowhere",
        "OMP_NUM_THREADS=1",
        "PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True",
        "CC=gcc",
    ):
        assert words in told
    assert "secret" not in told


def test_a_prefix_is_put_before_the_command(spec: RunSpec, worker: Command) -> None:
    body = "send(Noted(text=os.environ['PREFIXED']))"
    state = run_worker(spec, prefix=("env", "PREFIXED=yes"), command=worker(body))
    assert state.notes[0].text == "yes"


def test_a_flood_of_stderr_is_drained_and_bounded(spec: RunSpec, worker: Command) -> None:
    body = """
    for _ in range(20000):
        sys.stderr.write("x" * 1000 + "\\n")
    """
    assert run_worker(spec, command=worker(body)).status == "finished"
    assert (spec.run_dir / "worker.log").stat().st_size < 17 << 20


def test_garbage_on_the_event_pipe_is_skipped(spec: RunSpec) -> None:
    code = 'print(\'{broken\'); print(\'{"type":"finished","t":1,"result":{}}\')'
    assert run_worker(spec, command=[sys.executable, "-c", code]).status == "finished"


def test_a_program_that_is_not_there_is_a_clear_error(spec: RunSpec) -> None:
    with pytest.raises(RunFailed, match="could not be started"):
        run_worker(spec, command=["/no/such/program"])


def test_a_run_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        run_worker(RunSpec(kind="train", run_id="a", run_dir=tmp_path / "file" / "a"))


def test_a_stop_asked_of_an_earlier_worker_does_not_stop_the_next(
    spec: RunSpec, worker: Command
) -> None:
    spec.run_dir.mkdir(parents=True)
    (spec.run_dir / "stop.request").write_text("stop\n")
    state = run_worker(spec, command=worker("channel.stop.wait(1.2) and sys.exit(9)"))
    assert state.status == "finished"


def test_a_second_worker_of_a_living_run_leaves_its_log_and_stop_request_alone(
    spec: RunSpec, worker: Command
) -> None:
    first = EventSink(spec.run_dir, None)
    first.send(Started(kind="train", recipe_id="", device="cpu", pid=1))
    (spec.run_dir / "stop.request").write_text("stop\n")
    before = (spec.run_dir / "run.jsonl").read_bytes()
    with pytest.raises(RunFailed):
        run_worker(spec, command=worker(""))
    assert (spec.run_dir / "run.jsonl").read_bytes() == before
    assert (spec.run_dir / "stop.request").exists()
    first.close()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return (
            f"{pid} (" in Path(f"/proc/{pid}/stat").read_text()
            and " Z " not in Path(f"/proc/{pid}/stat").read_text()
        )
    except OSError:
        return False
