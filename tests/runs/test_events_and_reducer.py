from __future__ import annotations

import functools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.runs.errors import EventError
from haversack.runs.events import (
    Event,
    Failed,
    Finished,
    Measured,
    Noted,
    PhaseBegan,
    Produced,
    Progressed,
    Started,
    Stopped,
    encode_event,
    parse_event,
)
from haversack.runs.reducer import RunState, reduce, reduce_all, verdict
from haversack.runs.spec import LAST_CHECKPOINT, RunKind, RunSpec

words = st.text(max_size=12)
times = st.floats(0, 4e9)
names = st.sampled_from(["loss", "acc", "lr"])
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Started, t=times, kind=words, recipe_id=words, device=words, pid=st.integers(0)),
    st.builds(PhaseBegan, t=times, phase=words),
    st.builds(
        Progressed,
        t=times,
        phase=words,
        done=st.integers(0, 10**9),
        total=st.none() | st.integers(0, 10**9),
        seconds_left=st.none() | st.floats(0, 1e9),
    ),
    st.builds(
        Measured,
        t=times,
        values=st.dictionaries(names, st.floats(allow_nan=False)),
        step=st.integers(0, 50),
        epoch=st.none() | st.integers(0, 9),
    ),
    st.builds(Noted, t=times, level=st.sampled_from(["info", "warning"]), text=words),
    st.builds(Produced, t=times, path=words, role=words, sha256=words, size=st.integers(0)),
    st.builds(Finished, t=times, result=st.dictionaries(words, jsons, max_size=3)),
    st.builds(Failed, t=times, error=words, message=words, hint=words),
    st.builds(Stopped, t=times, checkpoint=st.none() | words, epoch=st.none() | st.integers(0, 9)),
)


@given(events)
def test_an_event_survives_the_wire(event: Event) -> None:
    line = encode_event(event)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert parse_event(line) == event


def test_a_loss_that_is_not_a_number_survives_the_wire() -> None:
    event = parse_event(encode_event(Measured(values={"loss": math.nan, "lr": math.inf})))
    assert isinstance(event, Measured)
    assert math.isnan(event.values["loss"]) and event.values["lr"] == math.inf


def test_a_file_name_that_is_not_utf8_survives_as_text() -> None:
    assert parse_event(encode_event(Noted(text="caf\udce9"))).model_dump()["text"] == "caf\\udce9"


@given(events, st.data())
def test_a_torn_line_is_an_error_and_never_another_event(event: Event, data: st.DataObject) -> None:
    line = encode_event(event)
    torn = line[: data.draw(st.integers(0, len(line) - 2))]
    with pytest.raises(EventError):
        parse_event(torn)


@given(st.lists(events, max_size=30), st.integers(0, 30))
def test_reducing_at_once_or_one_by_one_gives_the_same_state(told: list[Event], cut: int) -> None:
    one_by_one = functools.reduce(reduce, told, RunState())
    assert reduce_all(RunState(), told) == one_by_one
    assert reduce_all(reduce_all(RunState(), told[:cut]), told[cut:]) == one_by_one


@given(st.lists(events, max_size=30))
def test_steps_of_every_curve_grow(told: list[Event]) -> None:
    for curve in reduce_all(RunState(), told).curves.values():
        steps = [step for step, _ in curve]
        assert steps == sorted(set(steps))


def test_a_resumed_run_replaces_the_steps_that_it_repeats() -> None:
    def loss(step: int, value: float) -> Measured:
        return Measured(values={"loss": value}, step=step)

    told: list[Event] = [
        Started(t=1, kind="train"),
        loss(1, 0.9),
        loss(2, 0.8),
        loss(3, 0.7),
        Stopped(checkpoint="checkpoints/last"),
        Started(t=9, kind="train"),
        loss(2, 0.5),
    ]
    state = reduce_all(RunState(), told)
    assert state.status == "running" and state.checkpoint is None
    assert state.started_at == 1
    assert state.curves["loss"] == ((1, 0.9), (2, 0.5))


def test_a_file_written_twice_is_listed_once() -> None:
    told = [Produced(path="a", role="onnx", size=1), Produced(path="a", role="onnx", size=2)]
    assert [product.size for product in reduce_all(RunState(), told).products] == [2]


@pytest.mark.parametrize(
    ("last", "exit_code", "status"),
    [
        (Finished(), 0, "finished"),
        (Finished(), 1, "lost"),
        (Finished(), -11, "lost"),
        (Stopped(), 0, "stopped"),
        (Stopped(), 130, "stopped"),
        (Stopped(), 1, "lost"),
        (Stopped(), -9, "lost"),
        (Failed(error="X", message="m"), 1, "failed"),
        (Failed(error="X", message="m"), 0, "failed"),
        (PhaseBegan(phase="train"), 0, "lost"),
    ],
)
def test_the_word_and_the_exit_status_must_agree(
    spec: RunSpec, last: Event, exit_code: int, status: str
) -> None:
    state = reduce_all(RunState(), [Started(kind="train"), last])
    failure = verdict(state, exit_code, spec)
    assert (state if failure is None else reduce(state, failure)).status == status


@pytest.mark.parametrize("exit_code", [-9, -11])
def test_a_worker_that_died_is_told_with_the_command_by_which_its_training_goes_on(
    spec: RunSpec, exit_code: int
) -> None:
    state = reduce_all(RunState(), [Started(kind="train")])
    early = verdict(state, exit_code, spec)
    assert early is not None and early.hint.endswith("no checkpoint yet: start a new training.")
    (spec.run_dir / LAST_CHECKPOINT).mkdir(parents=True)
    later = verdict(state, exit_code, spec)
    assert later is not None and later.hint.endswith(": haversack runs resume run-1")
    assert ("data.batch_size" in later.hint) == (exit_code == -9)


def test_what_cannot_be_resumed_is_run_again_after_its_worker_died(spec: RunSpec) -> None:
    (spec.run_dir / LAST_CHECKPOINT).mkdir(parents=True)
    export = spec.model_copy(update={"kind": RunKind.EXPORT})
    failure = verdict(reduce_all(RunState(), [Started(kind="export")]), -9, export)
    assert failure is not None and failure.hint.endswith("Then run it again.")


def test_a_state_can_be_written_as_json_even_with_nan() -> None:
    state = reduce_all(RunState(), [Measured(values={"loss": math.nan}, step=1)])
    again = RunState.model_validate_json(state.model_dump_json())
    assert math.isnan(again.metrics["loss"]) and math.isnan(again.curves["loss"][0][1])
