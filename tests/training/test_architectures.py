"""Every model with a backbone of its own goes the whole way at its smallest, from random start."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from haversack.catalog.shipped import registry
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.training.builders.networks import build_network
from haversack.training.builders.tasks import build_task
from haversack.training.inference.onnx_runner import open_onnx
from haversack.training.jobs.measure import measure
from haversack.training.jobs.rehearse import rehearse
from haversack.training.jobs.train import train
from haversack.training.loading.batches import Batch, as_input
from haversack.training.tasks.task import GivesItsLoss
from smallest_models import MODELS, Model, smallest
from training_desk import Desk

pytestmark = [pytest.mark.torch, pytest.mark.slow]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.title)


def _batch(size: int) -> Batch:
    """Two pictures with a bright and a dark object; the second has one object less."""
    images = torch.full((2, 3, size, size), 120, dtype=torch.uint8)
    masks = torch.zeros(2, size, size, dtype=torch.uint8)
    boxes = torch.tensor([[[8.0, 8, 40, 36], [36, 36, 60, 62]], [[16.0, 10, 44, 50], [0, 0, 0, 0]]])
    labels = torch.tensor([[0, 1], [1, -1]])
    for row in range(2):
        for box, label in zip(boxes[row].int().tolist(), labels[row].tolist(), strict=True):
            if label >= 0:
                left, top, right, bottom = box
                images[row, :, top:bottom, left:right] = 250 * label
                masks[row, top:bottom, left:right] = label + 1
    return {"images": images, "labels": labels, "boxes": boxes, "masks": masks}


@each_model
def test_a_recipe_with_it_survives_its_text(model: Model) -> None:
    recipe = smallest(model)
    assert recipe.missing() == []
    again = from_sppr(to_sppr(recipe), registry())
    assert (again.id, again["model"]) == (recipe.id, recipe["model"])


@each_model
def test_a_repeated_batch_is_learnt_and_every_trainable_part_takes_part(
    model: Model, desk: Desk
) -> None:
    torch.manual_seed(0)
    work = desk.work(smallest(model), "train", "learn")
    size = int(str(model.options["image_size"]))
    network = build_network(work, 3, size, pretrained=True).train()
    task = build_task(work, 3, size)
    batch = _batch(size)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-4)
    losses = []
    for _ in range(5):
        torch.manual_seed(1)  # what is drawn while training is the same at each step
        images = as_input(batch["images"])
        told = (
            network.losses(images, batch)
            if isinstance(network, GivesItsLoss)
            else task.loss(network(images), batch)
        )
        assert torch.isfinite(torch.stack(list(told.values()))).all()
        losses.append(float(told["loss"].detach()))
        optimizer.zero_grad()
        torch.autograd.backward(told["loss"])
        idle = [
            name
            for name, parameter in network.named_parameters()
            if parameter.requires_grad and parameter.grad is None
        ]
        assert idle == []
        optimizer.step()
    assert losses[-1] < losses[0]


@each_model
def test_it_trains_stops_resumes_is_judged_exported_and_asked(model: Model, desk: Desk) -> None:
    recipe = smallest(model)
    result = rehearse(desk.work(recipe, "rehearse", "run"))
    steps = {step["step"]: step["result"] for step in result["steps"]}
    assert list(steps) == ["train", "resume", "evaluate", "export", "predict"]
    assert steps["evaluate"]["metrics"] == pytest.approx(
        {k: v for k, v in steps["resume"]["metrics"].items() if k != "loss"}, abs=1e-6
    )
    assert 0 <= steps["export"]["max_abs_diff"] < 1e-3
    runner = open_onnx(desk.folder / "run/model.onnx")
    size = runner.about.image_size
    answers = runner(torch.zeros(3, 3, size, size, dtype=torch.uint8))
    assert tuple(tuple(answer.shape) for answer in answers) == model.answers
    assert (desk.folder / "run" / steps["predict"]["predictions"][0]["file"]).is_file()


def test_a_batch_without_objects_has_a_finite_loss(desk: Desk) -> None:
    batch = _batch(96)
    batch["labels"] = torch.full((2, 2), -1)
    for model in MODELS[:2]:
        work = desk.work(smallest(model), "train", model.title)
        network = build_network(work, 3, 96, pretrained=True).train()
        task = build_task(work, 3, 96)
        outputs = network(as_input(batch["images"]))
        losses: list[dict[str, Any]] = [task.loss(outputs, batch)]
        if isinstance(network, GivesItsLoss):
            losses.append(network.losses(as_input(batch["images"]), batch))
        for told in losses:
            torch.autograd.backward(told["loss"], retain_graph=True)
            assert torch.isfinite(told["loss"])


@pytest.mark.usefixtures("short_energy")
def test_a_light_detector_in_int8_is_measured_with_its_accuracy(desk: Desk) -> None:
    recipe = smallest(MODELS[0])
    recipe["trainer.num_epochs"] = 1
    train(desk.work(recipe, "train", "run"))
    options = {"precision": "int8", "seconds": 0.2, "min_runs": 3}
    checkpoint = desk.folder / "run/checkpoints/best"
    result = measure(desk.work(recipe, "measure", "int8", checkpoint=checkpoint, options=options))
    assert result["file"] == "model-int8.onnx"
    assert result["p50_ms"] > 0
    assert result["samples"] == 3
    assert 0 <= result["metrics"].get("map", 0) <= 1
