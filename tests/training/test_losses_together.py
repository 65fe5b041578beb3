"""A loss of the loss slot is the same whether one process trains on a batch or two share it."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch

from haversack.catalog.losses import ClassificationLoss, CrossEntropy, Focal
from haversack.recipe.tree import Recipe
from haversack.runs.events import Event
from haversack.runs.spec import Limits
from haversack.runs.store import RunStore
from haversack.runs.supervisor import run_worker
from haversack.training.jobs.train import train
from long_form import LONG_FORM
from training_desk import Desk, spec_of, tiny_classifier

LIMITS = Limits(limit_batches=4, batch_size=8)
CURVES = ("train/loss_mean", "val/loss", "val/accuracy")  # those of steps are thinned by time
LOSSES = [
    CrossEntropy(label_smoothing=0.2, balanced=True),
    pytest.param(
        Focal(gamma=1.5, balanced=True),
        marks=pytest.mark.skipif(not LONG_FORM, reason="one of them will do: the long form alone"),
    ),
]


def _recipe(loss: ClassificationLoss) -> Recipe:
    """Give a recipe whose batches mean the same in halves: no norm over a batch, no chance.

    Of two classes there are twice as many pictures as of the others, so weights differ.
    """
    recipe = tiny_classifier(
        {
            "data_generator": "Joined",
            "data.data_generator.first": "Digits",
            "data.data_generator.second": "Class selector",
            "data.data_generator.second.source": "Digits",
        },
        backbone__name="test_vit",
        data__data_generator__second__keep="3, 7",
        model__drop_rate=0.0,
        trainer__num_epochs=2,
        trainer__seed=5,
        trainer__accumulate=2,
    )
    recipe["loss"] = loss
    return recipe


@pytest.mark.torch
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.meta.title)
def test_two_processes_minimise_weighted_losses_as_one_does_over_the_same_pictures(
    desk: Desk, tmp_path: Path, loss: ClassificationLoss
) -> None:
    recipe = _recipe(loss)
    train(desk.work(recipe, "train", "alone", limits=LIMITS))
    together = Desk(tmp_path)
    spec = spec_of(recipe, "train", tmp_path / "together", limits=LIMITS, processes=2, device="cpu")
    RunStore(tmp_path).create(spec)

    def watch(event: Event) -> None:
        together.events.append(event)

    assert run_worker(spec, watch).status == "finished"
    for name in CURVES:
        wanted = desk.curve(name)
        assert wanted
        assert together.curve(name) == pytest.approx(wanted, rel=1e-4), name
    found, kept = (
        safetensors.torch.load_file(tmp_path / name / "checkpoints/last/model.safetensors")
        for name in ("together", "alone")
    )
    assert found.keys() == kept.keys()
    for name, tensor in kept.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-3, atol=1e-5)
