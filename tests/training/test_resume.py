"""A run that was stopped and resumed is the run that was never stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch

from haversack.recipe.tree import Recipe
from haversack.runs.events import Event, Measured, PhaseBegan
from haversack.runs.spec import Limits
from haversack.training.checkpoint.folder import read_about
from haversack.training.errors import CheckpointError
from haversack.training.jobs.train import train
from haversack.training.stopping import StopRequested
from training_desk import Desk, small_recipe

LIMITS = Limits(limit_batches=4, batch_size=8, image_size=32)
EPOCHS = 3
CURVES = ("train/loss", "train/loss_mean", "val/loss", "val/accuracy", "train/learning_rate")


def _recipe() -> Recipe:
    return small_recipe(
        "classification", trainer__num_epochs=EPOCHS, model__drop_rate=0.3, trainer__seed=11
    )


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("whole"))
    train(desk.work(_recipe(), "train", "run", limits=LIMITS))
    return desk


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
    desk.on_event = lambda event: desk.stop.set() if when(event) else None
    with pytest.raises(StopRequested) as stopped:
        train(desk.work(_recipe(), "train", "run", limits=LIMITS))
    assert stopped.value.checkpoint == "checkpoints/last"
    last = desk.folder / "run/checkpoints/last"
    about = read_about(last)
    assert (about.epoch, about.batch) == (epoch, batch)
    desk.on_event = lambda _: None
    desk.stop.clear()
    torch.manual_seed(999)  # nothing of this process's state may matter
    result = train(desk.work(_recipe(), "train", "run", limits=LIMITS, resume_from=last))
    assert result["epochs"] == EPOCHS
    for name in CURVES:
        assert desk.curve(name) == uninterrupted.curve(name), name
    found, wanted = (_weights(d.folder) for d in (desk, uninterrupted))
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(folder / "run/checkpoints/last/model.safetensors")


def test_loader_processes_change_nothing_but_who_reads(desk: Desk, uninterrupted: Desk) -> None:
    recipe = _recipe()
    recipe["data.num_workers"] = 2
    train(desk.work(recipe, "train", "run", limits=LIMITS))
    for name in CURVES:
        assert desk.curve(name) == uninterrupted.curve(name), name


def test_the_csv_file_goes_on_where_it_stopped(desk: Desk) -> None:
    desk.on_event = lambda event: desk.stop.set() if _during_validation(event) else None
    with pytest.raises(StopRequested):
        train(desk.work(_recipe(), "train", "run", limits=LIMITS))
    desk.on_event = lambda _: None
    desk.stop.clear()
    last = desk.folder / "run/checkpoints/last"
    train(desk.work(_recipe(), "train", "run", limits=LIMITS, resume_from=last))
    lines = (desk.folder / "run/logs/metrics.csv").read_text().splitlines()
    assert lines[0] == "step,epoch,name,value"
    steps = [int(line.split(",")[0]) for line in lines if ",train/loss," in line]
    assert steps == list(range(1, 13))


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
