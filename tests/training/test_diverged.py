"""A network whose answers are no numbers any more: told as what it is, never as a fault."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from haversack.runs.events import Noted
from haversack.runs.spec import Limits
from haversack.training.builders.networks import build_network
from haversack.training.errors import DivergedError
from haversack.training.jobs import suggest as job
from haversack.training.jobs.train import train
from haversack.training.judging.segmentation import SegmentationJudge
from haversack.training.loading.batches import Batch
from haversack.training.networks.set_detector import SetDetectorNet
from haversack.training.tasks.classification import ClassificationTask
from haversack.training.tasks.pixel_head import PixelHead
from haversack.training.tasks.segmentation import SegmentationTask
from haversack.training.tasks.set_head import SetHead
from haversack.training.tasks.task import Outputs
from smallest_models import MODELS, Model, smallest
from training_desk import Desk, tiny_classifier

SIZE = 64
SET_DETECTORS = [model for model in MODELS if model.title in ("D-FINE", "RT-DETRv2")]


def _batch() -> Batch:
    return {
        "images": torch.zeros(2, 3, SIZE, SIZE, dtype=torch.uint8),
        "labels": torch.tensor([[0, 1], [1, -1]]),
        "boxes": torch.tensor([[[4.0, 4, 30, 30], [10, 10, 50, 60]]] * 2),
        "masks": torch.zeros(2, SIZE, SIZE, dtype=torch.uint8),
    }


def _lost(classes: int) -> Outputs:
    """Give the answers of twelve queries, none of them a number."""
    return torch.full((2, 12, classes), math.nan), torch.full((2, 12, 4), math.nan)


def test_a_validation_of_boxes_that_are_no_numbers_says_that_training_has_diverged() -> None:
    with pytest.raises(DivergedError, match="training has diverged") as told:
        SetHead(2, SIZE, 10).loss(_lost(2), _batch())
    assert "learning_rate" in told.value.hint


@pytest.mark.parametrize("model", SET_DETECTORS, ids=lambda model: model.title)
def test_a_step_with_weights_that_are_no_numbers_says_that_training_has_diverged(
    desk: Desk, model: Model
) -> None:
    network = build_network(desk.work(smallest(model), "train", "run"), 2, SIZE, pretrained=False)
    assert isinstance(network, SetDetectorNet)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(math.nan)
    with pytest.raises(DivergedError, match="training has diverged"):
        network.train().losses(torch.zeros(2, 3, SIZE, SIZE), _batch())


def test_a_network_that_diverges_while_rates_are_tried_gets_no_rate_and_leaves_no_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses, asked = SetDetectorNet.losses, iter(range(1000))

    def lost(network: SetDetectorNet, images: torch.Tensor, batch: Batch) -> Any:
        if next(asked) < 2:
            return losses(network, images, batch)
        return SetHead(10, SIZE, 10).loss(_lost(10), _batch())

    monkeypatch.setattr(job, "_batch_sizes", lambda *_: [])
    monkeypatch.setattr(SetDetectorNet, "losses", lost)
    recipe = smallest(SET_DETECTORS[0])
    result = job.suggest(desk.work(recipe, "suggest", "run", limits=Limits(limit_batches=6)))
    assert (result["suggested"], result["rates"]) == ({}, [])
    notes = [event.text for event in desk.events if isinstance(event, Noted)]
    assert "the network diverged while learning rates were tried" in notes
    assert [path.name for path in (desk.folder / "run").iterdir()] == ["report.json"]


def test_masks_that_are_no_numbers_are_judged_as_wrong() -> None:
    judge = SegmentationJudge(("ground", "digit"), SegmentationTask(2, PixelHead(2, 1.0)), worst=1)
    batch = _batch()
    batch["masks"][:, :8] = 1
    judge.update((torch.full((2, 2, SIZE, SIZE), math.nan),), batch)
    found = judge.judge()
    assert found.confusion.sum() == 2 * SIZE * SIZE
    assert found.rows[1].recall == 0


def test_a_training_whose_loss_is_no_number_ends_with_a_word_on_what_to_lower(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = ClassificationTask.loss

    def lost(self: ClassificationTask, outputs: Outputs, batch: Batch) -> dict[str, torch.Tensor]:
        return {"loss": loss(self, outputs, batch)["loss"] * math.nan}

    monkeypatch.setattr(ClassificationTask, "loss", lost)
    recipe = tiny_classifier(trainer__num_epochs=2)
    limits = Limits(limit_batches=2, batch_size=8)
    assert train(desk.work(recipe, "train", "run", limits=limits))["epochs"] == 2
    notes = [event.text for event in desk.events if isinstance(event, Noted)]
    (told,) = [text for text in notes if "training has diverged" in text]
    assert told.startswith("the loss of epoch 1 is no finite number")
