from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.base.errors import FileFormatError, UsageError
from haversack.runs.errors import RunExists, RunNotFound
from haversack.runs.event_sink import EventSink
from haversack.runs.events import Event, Finished, Measured, Noted, Started, encode_event
from haversack.runs.log import LogFollower, append_event, read_log
from haversack.runs.spec import (
    LAST_CHECKPOINT,
    AssetFile,
    Limits,
    RunKind,
    RunSpec,
    encode_spec,
    new_run_id,
    parse_spec,
)
from haversack.runs.store import RunStore


def _make(store: RunStore, run_id: str, *told: Event) -> Path:
    folder = store.create(RunSpec(kind=RunKind.TRAIN, run_id=run_id, run_dir=store.path(run_id)))
    for event in told:
        append_event(folder, event)
    return folder


def test_a_run_is_read_back_as_it_was_told(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    _make(store, "run-1", Started(kind="train"), Measured(values={"a": 1.0}, step=2), Finished())
    spec, state = store.load("run")
    assert spec.kind == "train"
    assert state.status == "finished" and state.metrics == {"a": 1.0}


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    folder = _make(store, "run-1", Started(kind="train"), Noted(text="kept"))
    with (folder / "run.jsonl").open("ab") as file:
        file.write(encode_event(Finished())[:-9])
    assert [event.type for event in read_log(folder).events] == ["started", "noted"]
    (record,) = store.list()
    assert record.note == "" and record.state.status == "lost"
    append_event(folder, Noted(text="after"))
    content = read_log(folder)
    assert [event.type for event in content.events] == ["started", "noted", "noted"]
    assert content.damaged == 1


@settings(max_examples=40, deadline=None)
@given(spec=st.none() | st.binary(max_size=60), log=st.none() | st.binary(max_size=200))
def test_a_damaged_folder_is_listed_with_a_note(
    tmp_path_factory: pytest.TempPathFactory, spec: bytes | None, log: bytes | None
) -> None:
    store = RunStore(tmp_path_factory.mktemp("runs"))
    _make(store, "good", Started(kind="train"), Finished())
    bad = store.path("bad")
    bad.mkdir()
    if spec is not None:
        (bad / "spec.json").write_bytes(spec)
    if log is not None:
        (bad / "run.jsonl").write_bytes(log)
    records = {record.run_id: record for record in store.list()}
    assert records["bad"].note and records["bad"].spec is None
    assert records["good"].note == "" and records["good"].state.status == "finished"


def test_a_run_whose_log_is_a_folder_is_listed_with_a_note(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    (_make(store, "odd") / "run.jsonl").mkdir()
    (record,) = store.list()
    assert "run.jsonl" in record.note


def test_a_run_is_running_while_its_worker_lives_and_lost_after(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    folder = _make(store, "run-1")
    assert store.load("run-1")[1].status == "queued"
    sink = EventSink(folder, None)
    sink.send(Started(kind="train"))
    assert store.load("run-1")[1].status == "running"
    sink.close()
    lost = store.load("run-1")[1]
    assert lost.status == "lost"
    assert lost.error is not None and "start a new training" in lost.error.hint
    (store.path("run-1") / LAST_CHECKPOINT).mkdir(parents=True)
    error = store.load("run-1")[1].error
    assert error is not None and error.hint.endswith(": haversack runs resume run-1")
    with pytest.raises(UsageError, match="not running"):
        store.request_stop("run-1")


def test_an_unknown_or_ambiguous_name_lists_what_there_is(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with pytest.raises(RunNotFound, match="no run 'x'"):
        store.load("x")
    _make(store, "abc-1")
    _make(store, "abc-2")
    with pytest.raises(RunNotFound, match="abc-1, abc-2"):
        store.load("abc")
    assert store.find("latest").name == "abc-2"


def test_a_second_run_of_that_id_is_refused_unless_it_resumes(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    folder = _make(store, "a")
    with pytest.raises(RunExists):
        _make(store, "a")
    spec = RunSpec(
        kind="train", run_id="a", run_dir=folder, resume_from=folder / "checkpoints/last"
    )
    assert store.create(spec) == folder
    assert store.load("a")[0].resume_from is not None


def test_a_spec_for_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        RunStore(tmp_path / "runs").create(
            RunSpec(kind="train", run_id="a", run_dir=tmp_path / "elsewhere")
        )
    assert not (tmp_path / "runs").exists()


def test_a_follower_gives_each_event_once_while_the_log_grows(tmp_path: Path) -> None:
    follower = LogFollower(tmp_path / "run.jsonl")
    assert follower.poll() == ()
    append_event(tmp_path, Noted(text="one"))
    assert len(follower.poll()) == 1
    with (tmp_path / "run.jsonl").open("ab") as file:
        line = encode_event(Noted(text="two"))
        file.write(line[:9])
        file.flush()
        assert follower.poll() == ()
        file.write(line[9:])
    assert [event.model_dump()["text"] for event in follower.poll()] == ["two"]


def test_following_a_run_ends_with_it(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    folder = _make(store, "a")
    sink = EventSink(folder, None)
    sink.send(Started(kind="train"))

    def finish(_seconds: float) -> None:
        sink.send(Finished())
        sink.close()

    told = [(event.type, state.status) for event, state in store.follow("a", wait=finish)]
    assert told == [("started", "running"), ("finished", "finished")]


@pytest.mark.parametrize("run_id", ["", "../up", "a/b", ".hidden", "x" * 101])
def test_a_run_id_cannot_leave_the_folder(run_id: str) -> None:
    with pytest.raises(ValueError, match="run_id"):
        RunSpec(kind="train", run_id=run_id, run_dir=Path("x"))


def test_a_spec_survives_the_wire_and_an_unknown_field_is_named() -> None:
    spec = RunSpec(
        kind=RunKind.EXPORT,
        run_id=new_run_id("export"),
        run_dir=Path("/runs/x"),
        sppr="a: b\n",
        assets=(AssetFile(name="w", path=Path("/store/x"), sha256="0" * 64),),
        limits=Limits(max_epochs=2),
        options={"precision": "int8", "deep": {"a": [1, None]}},
    )
    assert encode_spec(spec).count(b"\n") == 1
    assert parse_spec(encode_spec(spec)) == spec
    with pytest.raises(FileFormatError, match="surprise"):
        parse_spec(encode_spec(spec)[:-2] + b',"surprise":1}')
