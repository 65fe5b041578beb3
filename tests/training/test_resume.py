"""A run that was stopped and resumed is the run that was never stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from haversack.recipe.tree import Recipe
from haversack.runs.events import Event, Measured, PhaseBegan
from haversack.runs.spec import Limits
from haversack.training.checkpoint.folder import read_about, read_trainer
from haversack.training.curves import recorder
from haversack.training.curves.csv_file import CsvCurves
from haversack.training.errors import CheckpointError
from haversack.training.jobs.evaluate import evaluate
from haversack.training.jobs.train import train
from haversack.training.stopping import StopRequested
from long_form import LONG_FORM
from smallest_models import MODELS, Model, smallest
from training_desk import Desk, small_recipe

LIMITS = Limits(limit_batches=4, batch_size=8, image_size=32)
FEW = Limits(limit_batches=3, batch_size=2, image_size=64)
EPOCHS = 3
CURVES = ("train/loss", "train/loss_mean", "val/loss", "val/accuracy", "train/learning_rate")
OF_OTHER_TASKS = [
    Model("Feature pyramid", "segmentation", {"image_size": 64}, ()),
    *(model for model in MODELS if model.title in ("D-FINE", "RT-DETRv2")),
]


def _recipe(**options: Any) -> Recipe:
    return small_recipe(
        "classification",
        trainer__num_epochs=EPOCHS,
        model__drop_rate=0.3,
        trainer__seed=11,
        **options,
    )


def _averaging_recipe() -> Recipe:
    """Average the weights, over steps of three batches; the last step of an epoch is of one."""
    return _recipe(trainer__ema_decay=0.6, trainer__accumulate=3, trainer__gradient_clip=1.0)


def _whole(folder: Path, recipe: Recipe, limits: Limits = LIMITS) -> Desk:
    desk = Desk(folder)
    train(desk.work(recipe, "train", "run", limits=limits))
    return desk


@pytest.fixture(autouse=True)
def _told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell of every step when it is done, so that a test can stop after one."""
    monkeypatch.setattr(recorder, "SECONDS_HELD", 0.0)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return _whole(tmp_path_factory.mktemp("whole"), _recipe())


@pytest.fixture(scope="module")
def averaging(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return _whole(tmp_path_factory.mktemp("averaging"), _averaging_recipe())


def _during_step(step: int) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Measured) and event.step == step


def _during_validation(event: Event) -> bool:
    return isinstance(event, PhaseBegan) and event.phase == "validate"


@pytest.mark.parametrize(
    ("when", "epoch", "batch"),
    [(_during_validation, 1, 0), (_during_step(2), 0, 2), (_during_step(6), 1, 2)],
    ids=["at an epoch's end", "within the first epoch", "within a later epoch"],
)
def test_curves_and_weights_equal_those_of_the_uninterrupted_run(
    desk: Desk, uninterrupted: Desk, when: Callable[[Event], bool], epoch: int, batch: int
) -> None:
    _stop_and_resume(desk, _recipe(), when, (epoch, batch))
    _assert_same(desk, uninterrupted)


@pytest.mark.parametrize(
    ("when", "epoch", "batch"),
    [(_during_validation, 1, 0), (_during_step(3), 1, 3)],
    ids=["at an epoch's end", "within a later epoch"],
)
def test_averaged_weights_and_accumulated_steps_go_on_exactly_where_they_stopped(
    desk: Desk, averaging: Desk, when: Callable[[Event], bool], epoch: int, batch: int
) -> None:
    _stop_and_resume(desk, _averaging_recipe(), when, (epoch, batch))
    _assert_same(desk, averaging)


@pytest.mark.skipif(not LONG_FORM, reason="trains seven times: the long form alone")
@pytest.mark.parametrize("model", OF_OTHER_TASKS, ids=lambda model: model.title)
def test_a_detector_and_a_segmenter_go_on_exactly_where_they_stopped(
    model: Model, tmp_path: Path
) -> None:
    recipe = smallest(model)
    recipe["trainer.num_epochs"], recipe["trainer.seed"] = EPOCHS, 11
    whole = _whole(tmp_path / "whole", recipe, FEW)
    assert len(whole.curve("train/loss")) == EPOCHS * 3
    metric = "val/map_50" if model.task == "detection" else "val/miou"
    stops = [(_during_validation, (1, 0)), (_during_step(2), (0, 2)), (_during_step(5), (1, 2))]
    for number, (when, place) in enumerate(stops):
        desk = Desk(tmp_path / str(number))
        _stop_and_resume(desk, recipe, when, place, FEW)
        _assert_same(desk, whole, (*CURVES, metric))
    assert len(whole.curve(metric)) == EPOCHS


def test_the_average_is_what_is_validated_and_kept(averaging: Desk, uninterrupted: Desk) -> None:
    best = averaging.folder / "run/checkpoints/best"
    recipe = _averaging_recipe()
    judged = evaluate(averaging.work(recipe, "evaluate", "e", checkpoint=best, limits=LIMITS))
    wanted = {name: value for name, value in read_about(best).metrics.items() if name != "loss"}
    assert judged["metrics"] == pytest.approx(wanted, abs=1e-6)
    state = read_trainer(averaging.folder / "run/checkpoints/last")
    going_on = state["current_model_state"]
    assert isinstance(going_on, dict)
    kept = _weights(averaging.folder)
    assert any(not torch.equal(kept[name], going_on[f"network.{name}"]) for name in kept)


def _stop_and_resume(
    desk: Desk,
    recipe: Recipe,
    when: Callable[[Event], bool],
    place: tuple[int, int],
    limits: Limits = LIMITS,
) -> None:
    desk.on_event = lambda event: desk.stop.set() if when(event) else None
    with pytest.raises(StopRequested) as stopped:
        train(desk.work(recipe, "train", "run", limits=limits))
    assert stopped.value.checkpoint == "checkpoints/last"
    last = desk.folder / "run/checkpoints/last"
    about = read_about(last)
    assert (about.epoch, about.batch) == place
    assert stopped.value.epoch == (place[0] if place[1] else place[0] - 1)
    desk.on_event = lambda _: None
    desk.stop.clear()
    torch.manual_seed(999)  # nothing of this process's state may matter
    result = train(desk.work(recipe, "train", "run", limits=limits, resume_from=last))
    assert result["epochs"] == EPOCHS


def _assert_same(desk: Desk, wanted: Desk, curves: Sequence[str] = CURVES) -> None:
    for name in curves:
        assert desk.curve(name) == wanted.curve(name), name
    found, kept = _weights(desk.folder), _weights(wanted.folder)
    assert found.keys() == kept.keys()
    assert all(torch.equal(found[name], kept[name]) for name in kept)


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(folder / "run/checkpoints/last/model.safetensors")


def test_loader_processes_change_nothing_but_who_reads(desk: Desk, uninterrupted: Desk) -> None:
    _stop_and_resume(desk, _recipe(data__num_workers=2), _during_step(6), (1, 2))
    _assert_same(desk, uninterrupted)


def _stop_in_validation(desk: Desk) -> None:
    desk.on_event = lambda event: desk.stop.set() if _during_validation(event) else None
    with pytest.raises(StopRequested):
        train(desk.work(_recipe(), "train", "run", limits=LIMITS))
    desk.on_event = lambda _: None
    desk.stop.clear()


def test_the_csv_file_goes_on_where_it_stopped(desk: Desk) -> None:
    _stop_in_validation(desk)
    last = desk.folder / "run/checkpoints/last"
    train(desk.work(_recipe(), "train", "run", limits=LIMITS, resume_from=last))
    lines = (desk.folder / "run/logs/metrics.csv").read_text().splitlines()
    assert lines[0] == "step,epoch,name,value"
    steps = [int(line.split(",")[0]) for line in lines if ",train/loss," in line]
    assert steps == list(range(1, 13))


@pytest.mark.parametrize("half_a_line", ["", "7,1,train/lo"])
def test_steps_that_come_again_after_a_kill_stand_once_in_the_csv_file(
    desk: Desk, half_a_line: str
) -> None:
    _stop_in_validation(desk)
    file = desk.folder / "run/logs/metrics.csv"
    before = file.read_bytes()
    with file.open("a", newline="") as written_after_the_checkpoint:
        for step in (5, 6):
            written_after_the_checkpoint.write(f"{step},1,train/loss,9.0\r\n")
        written_after_the_checkpoint.write(half_a_line)
    last = desk.folder / "run/checkpoints/last"
    train(desk.work(_recipe(), "train", "run", limits=LIMITS, resume_from=last))
    assert file.read_bytes().startswith(before)
    lines = file.read_text().splitlines()
    assert [line for line in lines if len(line.split(",")) != 4 or line.endswith(",9.0")] == []
    steps = [int(line.split(",")[0]) for line in lines if ",train/loss," in line]
    assert steps == list(range(1, 13))


@pytest.mark.parametrize("is_of_the_step_after", [False, True])
def test_of_accumulated_steps_each_value_stands_once_in_the_csv_file_after_a_kill(
    desk: Desk, averaging: Desk, is_of_the_step_after: bool
) -> None:
    recipe, last = _averaging_recipe(), desk.folder / "run/checkpoints/last"
    desk.on_event = lambda event: desk.stop.set() if _during_validation(event) else None
    with pytest.raises(StopRequested):
        train(desk.work(recipe, "train", "run", limits=LIMITS))
    desk.on_event = lambda _: None
    desk.stop.clear()
    file = desk.folder / "run/logs/metrics.csv"
    if is_of_the_step_after:
        with file.open("a", newline="") as written_after_the_checkpoint:
            written_after_the_checkpoint.write("3,1,train/loss,9.0\r\n")
    train(desk.work(recipe, "train", "run", limits=LIMITS, resume_from=last))
    rows = [line.split(",") for line in file.read_text().splitlines()[1:]]
    kinds = [(step, name) for step, _, name, _ in rows]
    assert len(kinds) == len(set(kinds))
    assert [int(step) for step, name in kinds if name == "train/loss"] == [1, 2, 3, 4, 5, 6]
    whole = averaging.folder / "run/logs/metrics.csv"
    assert file.read_bytes() == whole.read_bytes(), "as if there had been no kill"


def test_of_the_checkpoints_own_step_the_csv_file_keeps_what_was_written_before_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "metrics.csv"
    curves = CsvCurves(file)
    for step, name in ((0, "a"), (0, "a"), (1, "a"), (1, "val"), (1, "a"), (1, "a"), (2, "a")):
        curves.record({name: float(step)}, step, 0)
    curves.close()
    CsvCurves(file, after=1).close()
    rows = [line.split(",")[::2] for line in file.read_text().splitlines()[1:]]
    assert rows == [["0", "a"], ["0", "a"], ["1", "a"], ["1", "val"]]


def test_a_run_whose_epochs_are_done_says_so_and_trains_no_more(
    desk: Desk, uninterrupted: Desk
) -> None:
    folder = uninterrupted.folder / "run/checkpoints"
    before = _weights(uninterrupted.folder)
    work = uninterrupted.work(_recipe(), "train", "run", limits=LIMITS, resume_from=folder / "last")
    result = train(work)
    assert result["epochs"] == EPOCHS
    assert result["metrics"] == read_about(folder / "best").metrics
    assert all(torch.equal(before[n], t) for n, t in _weights(uninterrupted.folder).items())


def test_a_checkpoint_of_another_picture_size_is_refused(desk: Desk, uninterrupted: Desk) -> None:
    last = uninterrupted.folder / "run/checkpoints/last"
    limits = LIMITS.model_copy(update={"image_size": 64})
    with pytest.raises(CheckpointError, match="another image size"):
        train(desk.work(_recipe(), "train", "run", limits=limits, resume_from=last))


def test_a_checkpoint_is_safetensors_and_json_and_nothing_else(uninterrupted: Desk) -> None:
    folder = uninterrupted.folder / "run/checkpoints/last"
    assert {path.name for path in folder.iterdir()} == {
        "model.safetensors",
        "trainer.safetensors",
        "state.json",
    }
    for path in folder.glob("*.safetensors"):
        assert safetensors.torch.load_file(path)
    assert json.loads((folder / "state.json").read_text())["format"] == "haversack-checkpoint/1"
