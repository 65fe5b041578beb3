"""What several processes saw is judged as one process would judge it, however it is shared."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from multiprocessing.queues import Queue
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import distributed, nn
from torch.optim import SGD

from haversack.data.composites import Subset
from haversack.data.errors import DataError
from haversack.training.builders.datasets import build_datasets
from haversack.training.checkpoint.lightning_io import ABOUT
from haversack.training.checkpoint.tree import decode, encode
from haversack.training.curves.recorder import Recorder
from haversack.training.gathering import gather, gather_in_turn
from haversack.training.jobs import train as job
from haversack.training.loading.batches import Batch
from haversack.training.loop import keeper
from haversack.training.loop import module as loop
from haversack.training.loop.module import TaskModule
from haversack.training.loop.parts import template_of
from haversack.training.settings import settings_of
from haversack.training.tasks.classification import ClassificationTask
from haversack.training.tasks.detection import DetectionTask
from haversack.training.tasks.detections import Detections
from haversack.training.tasks.task import Outputs
from training_desk import Desk, call, small_recipe

PICTURES, WORLD, SECONDS = 5, 2, 200


class _SaysWhatItIsGiven:
    """A head whose answers are boxes, scores and labels."""

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, torch.Tensor]:
        raise NotImplementedError

    def decode(self, outputs: Outputs) -> Detections:
        return Detections(outputs[0], outputs[1], outputs[2].long())


def _metrics(places: range) -> dict[str, float]:
    """Judge some of the pictures, one in a batch: each box is further off than the one before."""
    meter = DetectionTask(_SaysWhatItIsGiven(), 0.3).meter()
    for place in places:
        boxes = torch.tensor([[[0.0, 0, 20, 20], [30, 30, 60, 60]]])
        labels = torch.tensor([[place % 2, -1 if place == 1 else 1]])
        found = boxes + 1.5 * place
        scores = torch.tensor([[0.9 - place / 10, 0.4]])
        batch: Batch = {
            "images": torch.zeros(1, 3, 64, 64),
            "labels": labels,
            "boxes": boxes,
            "masks": torch.zeros(1, 0, 0),
        }
        meter.update((found, scores, torch.tensor([[place % 2, 1]])), batch)
    return meter.compute()


def one_of_several(rank: int, meeting: str, answers: Queue[object]) -> None:
    """Judge a share of the pictures together with the others."""
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=WORLD)
    try:
        answers.put((rank, gather(rank), _metrics(range(rank, PICTURES, WORLD))))
    finally:
        distributed.destroy_process_group()


@pytest.mark.torch
def test_detections_of_processes_with_unequal_shares_are_judged_like_those_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    fresh = multiprocessing.get_context("spawn")
    answers = fresh.Queue()
    meeting = (tmp_path / "meeting").as_uri()
    helpers = [
        fresh.Process(
            target=call, args=(__name__, "one_of_several", rank, meeting, answers), daemon=True
        )
        for rank in range(WORLD)
    ]
    for helper in helpers:
        helper.start()
    try:
        found = sorted(answers.get(timeout=SECONDS) for _ in helpers)
    finally:
        for helper in helpers:
            helper.kill()
    wanted = _metrics(range(PICTURES))
    assert 0 < wanted["map"] < 1
    assert found == [(rank, list(range(WORLD)), wanted) for rank in range(WORLD)]


def test_a_process_alone_has_what_it_has() -> None:
    assert gather("a") == ["a"]
    assert gather_in_turn([1, None, 3]) == [1, None, 3]


@pytest.mark.parametrize("split", ["train", "val"])
def test_fewer_pictures_than_processes_are_told_before_anything_is_trained(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, split: str
) -> None:
    work = desk.work(small_recipe("classification"), "train", "run", processes=2, device="cpu")
    splits = dict(build_datasets(work))
    splits[split] = Subset(splits[split], [0])
    monkeypatch.setattr(job, "build_datasets", lambda _: splits)
    with pytest.raises(DataError, match=f"2 processes train together, and the {split} split has 1"):
        job.train(work)


class _Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3)


def _module(rank: int, mean: float) -> TaskModule:
    network = _Network()
    network.norm.register_buffer("running_mean", torch.full((3,), mean))
    task = ClassificationTask(2)
    module = TaskModule(network, task, lambda net: SGD(net.parameters()), lambda _o, _s: None)
    asked = SimpleNamespace(
        world_size=WORLD, global_rank=rank, estimated_stepping_batches=4, max_epochs=2
    )
    module._trainer = asked  # type: ignore[assignment] # all that is asked of it
    return module


def test_each_process_goes_on_with_its_own_chance_and_buffers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    states: list[object] = []
    wanted: list[torch.Tensor] = []

    def gathered(state: object) -> list[object]:
        states.append(state)
        return states

    monkeypatch.setattr(loop, "gather", gathered)
    for rank in (1, 0):  # the first one writes, when all are gathered
        torch.manual_seed(rank)
        module = _module(rank, float(rank))
        saved: dict[str, Any] = {"state_dict": module.state_dict()}
        module.on_save_checkpoint(saved)
        wanted.insert(0, torch.rand(4))
    states.reverse()
    tensors: dict[str, torch.Tensor] = {}
    about = saved.pop(ABOUT)
    assert about is None
    encoded = encode(saved, tensors)
    for rank in range(WORLD):
        module = _module(rank, 9.0)
        checkpoint = decode(encoded, tensors)
        assert isinstance(checkpoint, dict)
        module.on_load_checkpoint(checkpoint)
        module.load_state_dict(checkpoint["state_dict"])
        module.on_train_start()
        assert torch.equal(torch.rand(4), wanted[rank])
        assert module.state_dict()["network.norm.running_mean"].tolist() == [rank] * 3


def test_each_process_goes_on_with_the_sum_of_its_own_losses(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "gather", lambda sums: [sums, (5.0, 4)])
    work = desk.work(small_recipe("classification"), "train", "run", processes=2, device="cpu")
    settings = settings_of(work)
    found = []
    for rank in range(WORLD):
        template = template_of(work, settings, ("a", "b"))
        one = keeper.Keeper(
            replace(work, rank=rank), Recorder([]), template, keep=False, every=1, early_stop=None
        )
        one.load_state_dict({**one.state_dict(), "losses": [(3.0, 2), (5.0, 4)]})
        found.append((one._loss_sum, one._loss_count))
        assert one.state_dict()["losses"] == [found[-1], (5.0, 4)]
    assert found == [(3.0, 2), (5.0, 4)]
