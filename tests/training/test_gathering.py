"""What several processes saw is judged as one process would judge it, however it is shared."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
import torch
from torch import distributed

from haversack.data.composites import Subset
from haversack.data.errors import DataError
from haversack.training.builders.datasets import build_datasets
from haversack.training.gathering import gather, gather_in_turn
from haversack.training.jobs import train as job
from haversack.training.loading.batches import Batch
from haversack.training.tasks.detection import DetectionTask
from haversack.training.tasks.detections import Detections
from haversack.training.tasks.task import Outputs
from training_desk import Desk, small_recipe

PICTURES, WORLD, SECONDS = 5, 2, 60


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


def _one_of_several(rank: int, meeting: str, answers: multiprocessing.Queue[object]) -> None:
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
        fresh.Process(target=_one_of_several, args=(rank, meeting, answers), daemon=True)
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
