from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.cli import runs
from haversack.cli.command import Answer
from haversack.cli.which_run import training
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.runs.event_sink import EventSink
from haversack.runs.events import Event, Failed, Finished, Measured, Produced, Started
from haversack.runs.log import append_event
from haversack.runs.spec import LAST_CHECKPOINT, Limits, RunSpec
from haversack.runs.store import RunStore


def _run(pantry: Pantry, run_id: str, *told: Event) -> None:
    store = RunStore(pantry.runs_folder)
    folder = store.create(RunSpec(kind="train", run_id=run_id, run_dir=store.path(run_id)))
    for event in (Started(kind="train"), *told):
        append_event(folder, event)


def test_runs_are_listed_with_their_status_and_the_damaged_with_a_note(
    call: Call, pantry: Pantry
) -> None:
    _run(pantry, "a", Measured(values={"loss": float("nan")}, step=1), Finished())
    (pantry.runs_folder / "b").mkdir()
    first, second = call("runs", "list", "--json").json
    assert (first["status"], first["metrics"]) == ("finished", {"loss": None})
    assert second["note"]
    assert "spec.json" in call("runs", "list").out


def test_a_command_to_copy_works_on_the_pantry_that_was_named(
    call: Call, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(pantry, "a", Failed(error="DataError", message="no pictures", hint="add some"))
    (pantry.runs_folder / "a" / LAST_CHECKPOINT).mkdir(parents=True)
    there = ("--pantry", str(pantry.path))
    assert "haversack runs resume a\n" in _lines(call("runs", "show", "a", *there).out)
    monkeypatch.setenv("HAVERSACK_PANTRY", str(tmp_path / "another"))
    goes_on = f"haversack runs resume a --pantry {pantry.path}\n"
    assert goes_on in _lines(call("runs", "show", "a", *there).out)
    hint = call("runs", "stop", "a", *there, "--json").json["hint"]
    assert hint == f"See `haversack runs list`. (with --pantry {pantry.path})"
    call("recipe", "new", "--task", "detection", "--name", "empty", "--empty", *there)
    hint = call("train", "empty", *there, "--json").json["hint"]
    assert hint.endswith(f": haversack recipe set empty --default --pantry {pantry.path}")
    hint = call("pack", "KIT", "--key", "none", *there, "--json").json["hint"]
    assert "haversack keys list" in hint and "--pantry" not in hint


def test_a_named_pantry_is_worked_on_from_a_folder_that_is_gone(
    call: Call, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HAVERSACK_PANTRY", raising=False)
    gone = tmp_path / "unplugged"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    there = ("--pantry", str(pantry.path))
    assert f"haversack train RECIPE --pantry {pantry.path}" in _lines(
        call("runs", "list", *there).out
    )
    assert call("runs", "show", "nothing", *there).code == 2


def _lines(text: str) -> str:
    return "".join(f"{line.strip()}\n" for line in text.splitlines())


def test_no_runs_is_no_error(call: Call, pantry: Pantry) -> None:
    assert call("runs", "list", "--json").json == []
    assert "haversack train" in call("runs", "list").out


def test_a_run_is_shown_with_what_it_made(call: Call, pantry: Pantry) -> None:
    _run(pantry, "a", Produced(path="model.onnx", role="onnx", size=17), Finished(result={"x": 1}))
    told = call("runs", "show", "last", "--json").json
    assert told["state"]["products"][0]["path"] == "model.onnx"
    assert told["spec"]["run_id"] == "a"
    assert "model.onnx" in call("runs", "show", "a").out


def test_a_person_reads_epochs_counted_from_1(call: Call, pantry: Pantry) -> None:
    _run(pantry, "a", Measured(values={"loss": 1.0}, step=9, epoch=4), Finished())
    lines = [line.split() for line in call("runs", "show", "a").out.splitlines()]
    assert ["epoch", "5"] in lines
    assert call("runs", "show", "a", "--json").json["state"]["epoch"] == 4


def test_watching_a_failed_run_exits_with_1(call: Call, pantry: Pantry) -> None:
    _run(pantry, "a", Failed(error="DataError", message="no pictures", hint="add some"))
    told = call("runs", "watch", "a", "--json")
    assert told.code == 1 and told.json["state"]["status"] == "failed"
    assert "no pictures" in call("runs", "watch", "a").out


def test_last_means_the_newest_training_where_a_training_is_wanted(pantry: Pantry) -> None:
    _run(pantry, "a", Finished())
    store = RunStore(pantry.runs_folder)
    store.create(RunSpec(kind="evaluate", run_id="b", run_dir=store.path("b")))
    assert store.find("last").name == "b"
    assert training(store, "last") == "a"
    assert training(store, "b") == "b"


@pytest.mark.parametrize("verb", ["show", "watch", "resume", "stop"])
def test_an_unknown_run_is_wrong_usage(call: Call, pantry: Pantry, verb: str) -> None:
    told = call("runs", verb, "nothing")
    assert told.code == 2 and "no run" in told.err


def test_only_a_running_run_can_be_asked_to_stop(call: Call, pantry: Pantry) -> None:
    _run(pantry, "a")
    assert call("runs", "stop", "a").code == 2
    sink = EventSink(pantry.runs_folder / "a", None)
    assert call("runs", "stop", "a").code == 0
    assert (pantry.runs_folder / "a" / "stop.request").exists()
    sink.close()


def test_a_run_without_a_checkpoint_cannot_be_resumed_or_evaluated(
    call: Call, pantry: Pantry
) -> None:
    _run(pantry, "a")
    for words in (("runs", "resume", "a"), ("evaluate", "a"), ("export", "a"), ("predict", "a")):
        told = call(*words, "--json")
        assert told.code == 2 and "checkpoint" in told.json["message"]


@pytest.mark.parametrize(
    "words",
    [("train", "a", "--device", "gpu"), ("evaluate", "a", "--device", "cuda:x"),
     ("export", "a", "--precision", "int4"), ("measure", "a", "--precision", "fp32")],
)  # fmt: skip
def test_a_device_or_precision_that_is_none_starts_no_run(
    call: Call, pantry: Pantry, words: tuple[str, ...]
) -> None:
    told = call(*words)
    assert told.code == 2 and words[-1] in told.err
    assert not list(pantry.runs_folder.glob("*"))


def test_a_living_run_cannot_be_resumed_and_its_log_stays_as_it_is(
    call: Call, pantry: Pantry
) -> None:
    _run(pantry, "a")
    (pantry.runs_folder / "a" / "checkpoints" / "last").mkdir(parents=True)
    sink = EventSink(pantry.runs_folder / "a", None)
    before = (pantry.runs_folder / "a" / "run.jsonl").read_bytes()
    told = call("runs", "resume", "a", "--json")
    assert told.code == 2 and "still running" in told.json["message"]
    assert (pantry.runs_folder / "a" / "run.jsonl").read_bytes() == before
    sink.close()


def test_a_training_that_was_limited_goes_on_for_the_epochs_that_are_asked_for(
    call: Call, pantry: Pantry, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, recipe = RunStore(pantry.runs_folder), pantry.recipes.load(tiny)
    limits = Limits(max_epochs=1, batch_size=2, limit_batches=3)
    spec = RunSpec(
        kind="train", run_id="a", run_dir=store.path("a"), sppr=to_sppr(recipe), limits=limits
    )
    (store.create(spec) / LAST_CHECKPOINT).mkdir(parents=True)
    monkeypatch.setattr(runs, "carry_out", lambda _, resumed: Answer({"limits": resumed.limits}))
    told = call("runs", "resume", "a", "--json").json["limits"]
    assert (told["max_epochs"], told["batch_size"]) == (1, 2)
    told = call("runs", "resume", "a", "--set", "train.num_epochs=9", "--json").json["limits"]
    assert (told["max_epochs"], told["batch_size"], told["limit_batches"]) == (None, 2, 3)
    assert store.load("a")[0].limits.max_epochs is None, "the run keeps them"


def test_an_option_is_named_and_valued_on_resuming_as_when_a_recipe_is_changed(
    call: Call, pantry: Pantry, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, recipe = RunStore(pantry.runs_folder), pantry.recipes.load(tiny)
    spec = RunSpec(kind="train", run_id="a", run_dir=store.path("a"), sppr=to_sppr(recipe))
    (store.create(spec) / "checkpoints" / "last").mkdir(parents=True)
    for wrong in ("num_epochs=9", "trainer.epochs=9", "train.num_epochs=many"):
        wanted = call("recipe", "set", tiny, wrong)
        told = call("runs", "resume", "a", "--set", wrong)
        assert (told.code, told.err) == (wanted.code, wanted.err) and told.code == 5
    told = call("runs", "resume", "a", "--set", "image_size=64")
    assert told.code == 5 and "model.image_size" in told.err
    told = call("runs", "resume", "a", "--set", "model.image_size=64")
    assert told.code == 2 and "cannot change while a run goes on" in told.err
    assert store.load("a")[0].sppr == spec.sppr, "nothing was changed so far"
    monkeypatch.setattr(runs, "carry_out", lambda _, resumed: Answer({"sppr": resumed.sppr}))
    words = ("--set", "train.num_epochs=9", "--set", "train.precision=32")
    told = call("runs", "resume", "a", *words, "--json")
    assert told.code == 0, told.err
    resumed = from_sppr(told.json["sppr"], pantry.registry)
    assert (resumed["trainer.num_epochs"], resumed["trainer.precision"]) == (9, "32")
