from __future__ import annotations

import importlib
import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.optim import SGD

from haversack.catalog.training import EarlyStop
from haversack.runs.events import Measured, Noted, Produced
from haversack.runs.spec import Limits
from haversack.training.curves import recorder
from haversack.training.curves.tensorboard import TensorBoardCurves
from haversack.training.jobs.train import train
from haversack.training.loading.batches import Batch
from haversack.training.loop.epochs import History
from haversack.training.loop.module import TaskModule
from haversack.training.tasks.classification import ClassificationTask
from haversack.training.tasks.task import Outputs
from training_desk import Desk, small_recipe, tiny_classifier

LIMITS = Limits(limit_batches=4, batch_size=8, image_size=32)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_best_epoch_is_the_first_with_the_highest_score(scores: list[float]) -> None:
    history = History()
    kept = [
        epoch
        for epoch, score in enumerate(scores)
        if history.take(epoch, score, {"accuracy": score}, 0.0)
    ]
    assert history.best_epoch == kept[-1] == scores.index(max(scores))
    assert history.best_metrics == {"accuracy": max(scores)}
    assert history.last_metrics == {"accuracy": scores[-1]}


def test_an_epoch_whose_score_is_no_number_gives_way_to_the_next() -> None:
    history = History()
    assert history.take(0, math.nan, {}, 0.0)
    assert history.take(1, 0.1, {}, 0.0)
    assert not history.take(2, math.nan, {}, 0.0)
    assert history.best_epoch == 1


def test_the_loss_of_a_validation_is_the_mean_over_its_pictures() -> None:
    task = ClassificationTask(2)
    module = TaskModule(_Same(), task, lambda net: SGD(net.parameters()), lambda _o, _s: None)
    alone = SimpleNamespace(reduce=lambda value, reduce_op: value)
    module._trainer = SimpleNamespace(world_size=1, strategy=alone)  # type: ignore[assignment] # all that is asked of it
    module.on_validation_epoch_start()
    pictures = torch.tensor([[0, 255]] * 4 + [[255, 0]], dtype=torch.uint8)[:, :, None, None]
    labels = torch.zeros(5, dtype=torch.int64)
    for part in (slice(0, 4), slice(4, 5)):
        batch: Batch = {
            "images": pictures[part],
            "labels": labels[part],
            "boxes": torch.zeros(0),
            "masks": torch.zeros(0),
        }
        module.validation_step(batch, 0)
    module.on_validation_epoch_end()
    logits = torch.tensor([[0.0, 1.0]] * 4 + [[1.0, 0.0]])
    wanted = float(functional.cross_entropy(logits, labels))
    assert module.val_metrics["loss"] == pytest.approx(wanted)


class _Same(nn.Module):
    """Answers with the two channels of its picture."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor]:
        return (images.flatten(1),)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(1, 4), st.floats(0, 0.3))
def test_patience_ends_when_nothing_improves_enough_for_so_long(
    scores: list[float], patience: int, min_delta: float
) -> None:
    history, rule = History(), EarlyStop(patience=patience, min_delta=min_delta)
    mark, waited = -1.0, 0
    for epoch, score in enumerate(scores):
        history.take(epoch, score, {}, min_delta)
        mark, waited = (score, 0) if score > mark + min_delta or epoch == 0 else (mark, waited + 1)
        assert history.is_over(rule) == (waited >= patience)
    assert not history.is_over(None)


@pytest.mark.parametrize("accumulate", [1, 3])
def test_the_loss_that_is_told_of_a_step_is_the_mean_of_its_batches_however_many_are_accumulated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, accumulate: int
) -> None:
    given: list[float] = []
    loss = ClassificationTask.loss

    def note(self: ClassificationTask, outputs: Outputs, batch: Batch) -> dict[str, torch.Tensor]:
        found = loss(self, outputs, batch)
        if torch.is_grad_enabled():
            given.append(float(found["loss"].detach()))
        return found

    monkeypatch.setattr(ClassificationTask, "loss", note)
    monkeypatch.setattr(recorder, "SECONDS_HELD", 0.0)
    recipe = tiny_classifier(trainer__num_epochs=1, trainer__accumulate=accumulate)
    train(desk.work(recipe, "train", "run", limits=LIMITS))
    measured = [event.values for event in desk.events if isinstance(event, Measured)]
    told = [values["train/loss"] for values in measured if "train/loss" in values]
    assert len(given) == 4
    steps = [given[first : first + accumulate] for first in range(0, 4, accumulate)]
    assert told == pytest.approx([sum(losses) / len(losses) for losses in steps])
    (mean,) = desk.curve("train/loss_mean").values()
    assert mean == pytest.approx(sum(given) / len(given))


def test_history_survives_a_checkpoint() -> None:
    history = History()
    history.take(0, 0.5, {"accuracy": 0.5}, 0.1)
    history.take(1, 0.4, {"accuracy": 0.4}, 0.1)
    copy = History()
    copy.from_state(history.to_state())
    assert copy == history


def test_training_stops_early_with_a_note_and_keeps_its_last_epoch(desk: Desk) -> None:
    recipe = small_recipe("classification", trainer__num_epochs=9, checkpoint__every_n_epochs=4)
    recipe.assign_ingredients("optimizer", "SGD")
    recipe.assign_ingredients("scheduler", "Cosine")
    recipe.assign_ingredients("early_stop", "Patience")
    recipe["early_stop.patience"] = 1
    recipe["early_stop.min_delta"] = 1.0  # nothing ever improves by that much
    recipe["trainer.accumulate"] = 2
    recipe["trainer.gradient_clip"] = 1.0
    result = train(desk.work(recipe, "train", "run", limits=LIMITS))
    assert result["epochs"] == 2
    assert [e.text for e in desk.events if isinstance(e, Noted)] == [
        "stopped early: nothing improved for 1 epoch"
    ]
    produced = [event.path for event in desk.events if isinstance(event, Produced)]
    assert produced.count("checkpoints/last") == 2  # the best, and the last
    assert max(step for _, step in desk.curve("train/loss")) == 2 * 4 / 2


def test_a_run_that_stopped_early_trains_no_more_and_says_how_it_goes_on(desk: Desk) -> None:
    recipe = small_recipe("classification", trainer__num_epochs=4)
    recipe.assign_ingredients("early_stop", "Patience")
    recipe["early_stop.patience"] = 1
    recipe["early_stop.min_delta"] = 1.0  # nothing ever improves by that much
    done = train(desk.work(recipe, "train", "run", limits=LIMITS))
    last = desk.folder / "run/checkpoints/last"
    kept = {path.name: path.read_bytes() for path in last.iterdir()}
    desk.events.clear()
    again = train(desk.work(recipe, "train", "run", limits=LIMITS, resume_from=last))
    assert [e.text for e in desk.events if isinstance(e, Noted)] == [
        "it has stopped early, after epoch 2: nothing improved for 1 of them; to go on: "
        "haversack runs resume run --set early_stop.patience=2"
    ]
    same = ("metrics", "epochs", "best_epoch", "last_metrics", "checkpoint")
    assert [again[name] for name in same] == [done[name] for name in same]
    assert {path.name: path.read_bytes() for path in last.iterdir()} == kept
    recipe["early_stop.patience"] = 2
    further = train(desk.work(recipe, "train", "run", limits=LIMITS, resume_from=last))
    assert further["epochs"] == 3


def test_tensorboard_shows_a_step_that_comes_again_once(tmp_path: Path) -> None:
    reader = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    for values, after in (((1.0, 2.0, 3.0), None), ((4.0,), 1)):
        curves = TensorBoardCurves(tmp_path, after)
        for step, value in enumerate(values, start=(after or 0) + 1):
            curves.record({"loss": value}, step, 0)
        curves.close()
    shown = reader.EventAccumulator(str(tmp_path)).Reload().Scalars("loss")
    assert [(point.step, point.value) for point in shown] == [(1, 1.0), (2, 4.0)]


@pytest.mark.parametrize("logger", ["CSV", "TensorBoard"])
def test_each_logger_leaves_its_file(desk: Desk, logger: str) -> None:
    recipe = small_recipe("classification", {"logger": logger}, trainer__num_epochs=1)
    train(desk.work(recipe, "train", "run", limits=LIMITS))
    found = [path.name for path in (desk.folder / "run/logs").rglob("*") if path.is_file()]
    assert len(found) == 1
    assert found[0] == "metrics.csv" or found[0].startswith("events.out.tfevents")
