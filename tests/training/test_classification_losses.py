"""What a classifier's training can minimise, by its formula and in a training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from haversack.catalog.losses import ClassificationLoss, CrossEntropy, Focal
from haversack.data.composites import Renumbered, random_subset
from haversack.data.readers.digits import read_digits
from haversack.recipe.tree import Recipe
from haversack.runs.events import Event, PhaseBegan
from haversack.runs.spec import Limits
from haversack.training.builders.losses import build_training_loss
from haversack.training.jobs.evaluate import evaluate
from haversack.training.jobs.suggest import suggest
from haversack.training.jobs.train import train
from haversack.training.loading.batches import Batch
from haversack.training.stopping import StopRequested
from haversack.training.tasks.classification_losses import (
    MeanCost,
    balanced_weights,
    focal,
    smoothed_cross_entropy,
)
from training_desk import DIGITS, Desk, tiny_classifier

LIMITS = Limits(limit_batches=4, batch_size=8)
LOSSES = [CrossEntropy(label_smoothing=0.2, balanced=True), Focal(gamma=1.5, balanced=True)]
seeds = st.integers(0, 2**31)


def _logits(seed: int, count: int = 6, classes: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(seed)
    logits = torch.randn(count, classes, generator=rng) * 4
    return logits, torch.randint(classes, (count,), generator=rng)


def _batch(labels: torch.Tensor) -> Batch:
    none = torch.zeros(0)
    return {"images": none, "labels": labels, "boxes": none, "masks": none}


@given(seeds, st.floats(0, 1))
def test_smoothing_spreads_a_share_of_the_label_over_all_classes(seed: int, share: float) -> None:
    logits, labels = _logits(seed)
    wanted = (1 - share) * functional.one_hot(labels, 4) + share / 4
    by_hand = -(wanted * logits.log_softmax(1)).sum(1)
    torch.testing.assert_close(
        smoothed_cross_entropy(share)(logits, labels), by_hand, rtol=1e-4, atol=1e-5
    )


@given(seeds, st.floats(0, 10))
def test_the_focal_loss_is_cross_entropy_times_a_power_of_what_is_missing(
    seed: int, gamma: float
) -> None:
    logits, labels = _logits(seed)
    entropy = functional.cross_entropy(logits, labels, reduction="none")
    p = logits.double().softmax(1)[torch.arange(len(labels)), labels]
    by_hand = ((1 - p) ** gamma).float() * entropy
    torch.testing.assert_close(focal(gamma)(logits, labels), by_hand, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(focal(0)(logits, labels), entropy)


@pytest.mark.parametrize("gamma", [0.0, 0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("logits", [[[0.0]], [[200.0, -200.0]], [[-200.0, 200.0]]])
def test_slopes_are_finite_for_one_class_and_for_answers_without_any_doubt(
    logits: list[list[float]], gamma: float
) -> None:
    answers = torch.tensor(logits, requires_grad=True)
    label = torch.zeros(1, dtype=torch.int64)
    for cost in (focal(gamma), smoothed_cross_entropy(0.1)):
        answers.grad = None
        (loss,) = cost(answers, label)
        loss.backward()
        assert torch.isfinite(loss)
        assert answers.grad is not None
        assert torch.isfinite(answers.grad).all()


@given(st.lists(st.integers(0, 6), min_size=1, max_size=50))
def test_balanced_classes_count_alike_and_a_picture_one_on_average(labels: list[int]) -> None:
    rows = np.asarray(labels, np.int64)
    weights = balanced_weights(rows, 9).numpy()
    counts = np.bincount(rows, minlength=9)
    assert weights[rows].mean() == pytest.approx(1, rel=1e-5)
    shares = (weights * counts)[counts > 0]
    assert shares == pytest.approx(np.full(len(shares), shares[0]), rel=1e-5)
    assert (weights[counts == 0] == 0).all()


@given(seeds)
def test_parts_of_a_batch_add_up_to_the_whole_as_accumulated_or_on_several_processes(
    seed: int,
) -> None:
    logits, labels = _logits(seed, count=8)
    loss = MeanCost(focal(2.0), balanced_weights(np.asarray([0, 0, 0, 1, 1, 2, 3]), 4))
    whole = loss((logits,), _batch(labels))["loss"]
    halves = slice(4), slice(4, 8)
    parts = [loss((logits[half],), _batch(labels[half]))["loss"] for half in halves]
    torch.testing.assert_close(torch.stack(parts).mean(), whole)


def _recipe(loss: ClassificationLoss | None, **options: Any) -> Recipe:
    recipe = tiny_classifier(trainer__num_epochs=2, trainer__seed=5, **options)
    if loss is not None:
        recipe["loss"] = loss
    return recipe


def test_an_empty_slot_is_plain_cross_entropy(desk: Desk) -> None:
    train(desk.work(_recipe(None), "train", "empty", limits=LIMITS))
    empty = desk.curve("train/loss")
    desk.events.clear()
    plain = _recipe(CrossEntropy(label_smoothing=0.0))
    train(desk.work(plain, "train", "plain", limits=LIMITS))
    assert desk.curve("train/loss") == pytest.approx(empty, rel=1e-4)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.meta.title)
def test_a_validation_tells_plain_cross_entropy_whatever_is_minimised(
    desk: Desk, loss: ClassificationLoss
) -> None:
    still = {"trainer__optimizer__learning_rate": 1e-12, "trainer__num_epochs": 1}
    recipe = _recipe(None)
    for path, value in still.items():
        recipe[path.replace("__", ".")] = value
    plain = train(desk.work(recipe, "train", "plain", limits=LIMITS))["metrics"]
    minimised = desk.curve("train/loss")
    desk.events.clear()
    recipe["loss"] = loss
    result = train(desk.work(recipe, "train", "other", limits=LIMITS))
    assert result["metrics"] == pytest.approx(plain, rel=1e-4)
    assert desk.curve("train/loss") != minimised
    judged = evaluate(
        desk.work(
            recipe,
            "evaluate",
            "judged",
            checkpoint=desk.folder / "other/checkpoints/best",
            limits=LIMITS,
        )
    )
    assert judged["metrics"]["accuracy"] == pytest.approx(plain["accuracy"])


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.meta.title)
def test_a_run_that_was_stopped_goes_on_as_if_it_was_not(
    desk: Desk, loss: ClassificationLoss
) -> None:
    recipe = _recipe(loss, trainer__ema_decay=0.6, trainer__accumulate=2)
    train(desk.work(recipe, "train", "whole", limits=LIMITS))
    whole = desk.curve("val/loss")
    desk.events.clear()
    desk.on_event = _stopping(desk)
    with pytest.raises(StopRequested):
        train(desk.work(recipe, "train", "run", limits=LIMITS))
    desk.stop.clear()
    desk.on_event = lambda _: None
    last = desk.folder / "run/checkpoints/last"
    train(desk.work(recipe, "train", "run", limits=LIMITS, resume_from=last))
    assert desk.curve("val/loss") == whole
    found, wanted = (
        safetensors.torch.load_file(desk.folder / name / "checkpoints/last/model.safetensors")
        for name in ("run", "whole")
    )
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def _stopping(desk: Desk) -> Any:
    def on_event(event: Event) -> None:
        if isinstance(event, PhaseBegan) and event.phase == "validate":
            desk.stop.set()

    return on_event


def test_weights_are_counted_in_the_training_pictures_alone(desk: Desk) -> None:
    digits = read_digits(DIGITS)["train"]
    few = random_subset(digits, 0.02, seed=1)
    work = desk.work(_recipe(Focal(gamma=0.0, balanced=True)), "train", "run")
    built = build_training_loss(work, few)
    assert built is not None
    labels = torch.arange(10)
    loss = built((torch.zeros(10, 10),), _batch(labels))["loss"]
    assert few.labels is not None
    weights = balanced_weights(few.labels, 10)
    torch.testing.assert_close(loss, (weights * np.log(10)).mean())


def test_a_class_that_no_training_picture_shows_leaves_the_loss_finite(desk: Desk) -> None:
    digits = read_digits(DIGITS)["train"]
    names = (*digits.classes, "eleventh")
    wider = Renumbered(digits, names, np.arange(10))
    work = desk.work(_recipe(CrossEntropy(balanced=True)), "train", "run")
    built = build_training_loss(work, wider)
    assert built is not None
    labels = torch.tensor([0, 4, 9])
    assert torch.isfinite(built((torch.randn(3, 11),), _batch(labels))["loss"])


def test_learning_rates_are_tried_with_the_loss_that_is_minimised(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haversack.training.jobs.suggest.MOST_PICTURES", 8)
    limits = Limits(limit_batches=6, batch_size=8)
    found = [
        suggest(desk.work(_recipe(loss), "suggest", name, limits=limits))["rates"][0]["loss"]
        for name, loss in (("plain", None), ("focal", Focal(gamma=5.0)))
    ]
    assert found[1] < found[0]
