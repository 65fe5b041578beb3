from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.base.files import StorageError
from haversack.runs.errors import RunExists
from haversack.runs.event_sink import EventSink
from haversack.runs.events import (
    Event,
    Finished,
    Measured,
    Noted,
    PhaseBegan,
    Progressed,
    parse_event,
)
from haversack.runs.log import read_log
from haversack.runs.reducer import RunState, reduce_all


def _sent(out: io.BytesIO) -> list[Event]:
    return [parse_event(line) for line in out.getvalue().splitlines()]


def test_a_flood_is_thinned_and_the_last_value_arrives(tmp_path: Path) -> None:
    out = io.BytesIO()
    sink = EventSink(tmp_path, out)
    for step in range(5000):
        sink.send(Measured(values={"loss": 1 / (step + 1)}, step=step))
        sink.send(Progressed(phase="train", done=step + 1, total=5000))
    sink.send(Finished())
    sink.close()
    told = _sent(out)
    assert len(told) < 500
    assert [event.type for event in told][-1] == "finished"
    state = reduce_all(RunState(), told)
    assert state.step == 4999 and state.curves["loss"][-1] == (4999, 1 / 5000)
    assert state.progress is not None and state.progress.done == 5000


def test_what_waits_is_passed_on_without_another_event(tmp_path: Path) -> None:
    sink = EventSink(tmp_path, None, interval=0.02)
    for step in range(3):
        sink.send(Measured(values={"loss": 1.0}, step=step))
    import time

    time.sleep(0.2)
    assert [e.step for e in read_log(tmp_path).events if isinstance(e, Measured)][-1] == 2
    sink.close()


streams = st.one_of(
    st.builds(
        Measured,
        t=st.just(1.0),
        values=st.sampled_from([{"loss": 0.1}, {"acc": 0.2}]),
        step=st.just(0),
        epoch=st.sampled_from([None, 0, 1]),
    ),
    st.builds(Progressed, t=st.just(1.0), phase=st.sampled_from(["a", "b"]), done=st.just(0)),
    st.builds(Noted, t=st.just(1.0), text=st.just("note")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(streams, max_size=40))
def test_nothing_is_reordered_and_the_last_of_each_stream_survives(
    tmp_path_factory: pytest.TempPathFactory, given_events: list[Event]
) -> None:
    numbered: list[Event] = []
    for number, event in enumerate(given_events):
        field = "done" if isinstance(event, Progressed) else "step"
        change = {"t": float(number)} if isinstance(event, Noted) else {field: number, "t": number}
        numbered.append(event.model_copy(update=change))
    out = io.BytesIO()
    sink = EventSink(tmp_path_factory.mktemp("run"), out)
    for event in numbered:
        sink.send(event)
    sink.close()
    told = [event.t for event in _sent(out)]
    assert told == sorted(told)
    last = {_stream(event): event.t for event in numbered}
    assert set(last.values()) <= set(told)
    assert {e.t for e in numbered if isinstance(e, Noted)} <= set(told)


def _stream(event: Event) -> object:
    if isinstance(event, Measured):
        return (*sorted(event.values), event.epoch)
    return event.phase if isinstance(event, Progressed) else event.t


def test_an_event_is_on_disk_before_it_is_sent(tmp_path: Path) -> None:
    class Probe(io.BytesIO):
        def write(self, line: object) -> int:
            assert isinstance(line, memoryview)
            assert bytes(line) in (tmp_path / "run.jsonl").read_bytes()
            return super().write(line)

    sink = EventSink(tmp_path, Probe())
    sink.send(PhaseBegan(phase="train"))
    sink.close()


def test_when_nobody_listens_the_events_are_still_kept(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    calls: list[str] = []
    with os.fdopen(write_end, "wb", buffering=0) as out:
        sink = EventSink(tmp_path, out, lambda: calls.append("gone"))
        sink.send(Noted(text="one"))
        sink.send(Noted(text="two"))
        sink.close()
    assert calls == ["gone"]
    assert len(read_log(tmp_path).events) == 2


def test_a_second_worker_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    first = EventSink(tmp_path, None)
    with pytest.raises(RunExists):
        EventSink(tmp_path, None)
    first.close()
    EventSink(tmp_path, None).close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_and_the_listener_still_hears(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").symlink_to("/dev/full")
    out = io.BytesIO()
    sink = EventSink(tmp_path, out)
    with pytest.raises(StorageError, match="the disk is full"):
        sink.send(Noted(text="one"))
    sink.close()
    assert [event.type for event in _sent(out)] == ["noted"]
