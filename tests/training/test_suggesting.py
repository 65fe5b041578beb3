"""What is suggested before a training, and that nothing is changed by it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
import torch
from torch import nn

from haversack.data.sample import Dataset, Sample
from haversack.runs.events import Noted
from haversack.runs.spec import Limits
from haversack.training.builders.datasets import build_datasets
from haversack.training.builders.optimizers import build_optimizer
from haversack.training.jobs import suggest as job
from haversack.training.jobs.suggest import suggest
from haversack.training.settings import settings_of
from haversack.training.suggesting.batch_size import Trial, suggest_batch_size, try_batch_sizes
from haversack.training.work import Work
from training_desk import Desk, small_recipe


def test_a_recipe_gets_a_batch_size_and_a_rate_and_is_not_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haversack.training.jobs.suggest.MOST_PICTURES", 8)
    recipe = small_recipe("classification", model__image_size=32, data__batch_size=8)
    before = recipe.id
    limits = Limits(limit_batches=25)
    result = suggest(desk.work(recipe, "suggest", "try", limits=limits))
    assert recipe.id == before
    assert [trial["batch_size"] for trial in result["batch_sizes"]] == [2, 4, 8]
    assert all(trial["pictures_per_second"] > 0 for trial in result["batch_sizes"])
    rates = [trial["learning_rate"] for trial in result["rates"]]
    assert rates == sorted(rates)
    assert 10 < len(rates) <= 25
    suggested = result["suggested"]
    assert suggested["data.batch_size"] in (2, 4, 8)
    assert 1e-6 < suggested["trainer.optimizer.learning_rate"] < 1.0
    folder = desk.folder / "try"
    assert json.loads((folder / "report.json").read_text())["result"] == result
    assert [path.name for path in folder.iterdir()] == ["report.json"]  # no checkpoint is left


class _Few:
    """The first pictures of a dataset."""

    def __init__(self, dataset: Dataset, count: int) -> None:
        self.classes, self._dataset, self._count = dataset.classes, dataset, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Sample:
        return self._dataset[index]


def test_every_rate_is_tried_though_the_recipe_has_fewer_steps(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def few(work: Work) -> dict[str, Any]:
        return {"train": _Few(build_datasets(work)["train"], 10)}

    monkeypatch.setattr(job, "build_datasets", few)
    monkeypatch.setattr(job, "MOST_PICTURES", 2)
    recipe = small_recipe("classification", model__image_size=32, data__batch_size=4)
    recipe["trainer.num_epochs"], recipe["trainer.accumulate"] = 2, 3
    result = suggest(desk.work(recipe, "suggest", "few", limits=Limits(limit_batches=16)))
    rates = [rate["learning_rate"] for rate in result["rates"]]
    assert len(rates) == 16 and rates[-1] == pytest.approx(1.0)


def test_rates_are_tried_with_the_batch_that_training_takes_where_one_picture_is_too_few(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "MOST_PICTURES", 2)
    recipe = small_recipe("classification", model__image_size=32, data__batch_size=1)
    result = suggest(desk.work(recipe, "suggest", "one", limits=Limits(limit_batches=4)))
    assert len(result["rates"]) == 4
    notes = [event.text for event in desk.events if isinstance(event, Noted)]
    assert any("batch of 1 cannot train" in text for text in notes)


@pytest.mark.parametrize(
    ("points", "whole"),
    [
        ([(1e-6, 2.0), (1.0, 1.0)], True),
        ([(1e-6, 2.0), (1e-4, 1.0)], False),
        ([(1e-6, 2.0), (1e-4, 1.0), (1e-3, 4.1)], True),
        ([(1e-6, 2.0), (1e-3, math.inf)], True),
        ([], False),
    ],
)
def test_a_rate_is_suggested_only_after_the_last_one_or_where_the_loss_diverged(
    points: list[tuple[float, float]], whole: bool
) -> None:
    assert job._is_whole(points, 100) == whole


def test_a_loss_that_is_no_number_is_none_and_no_rate_is_told_as_real(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_batch_sizes", lambda *_: [])
    monkeypatch.setattr(job, "_rates", lambda *_: ([(1e-6, 2.0), (1e-5, math.nan)], None))
    result = suggest(desk.work(small_recipe("classification"), "suggest", "nan"))
    assert [rate["loss"] for rate in result["rates"]] == [2.0, None]
    assert result["suggested"] == {}
    assert "NaN" not in (desk.folder / "nan/report.json").read_text()
    assert any("no learning rate" in e.text for e in desk.events if isinstance(e, Noted))


@pytest.mark.parametrize(
    ("speeds", "wanted"),
    [((10, 20, 39, 40), 4), ((10, 20, 40, None), 4), ((None,), None), ((40, 30), 1)],
)
def test_the_smallest_batch_that_is_about_as_fast_as_the_fastest_is_suggested(
    speeds: Sequence[float | None], wanted: int | None
) -> None:
    trials = [Trial(2**place, speed, 0) for place, speed in enumerate(speeds)]
    assert suggest_batch_size(trials) == wanted


def _adam(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW(network.parameters(), lr=1.0)


def test_a_batch_that_does_not_fit_ends_the_trial() -> None:
    def step(probe: nn.Module, size: int) -> torch.Tensor:
        wasted = torch.empty(1 << 58 if size > 2 else 1, dtype=torch.uint8)  # really asked for
        loss: torch.Tensor = probe(torch.ones(size, 4)).sum() * wasted.numel() * 0
        return loss

    trials = try_batch_sizes(nn.Linear(4, 1), step, _adam, torch.device("cpu"), 64, 60.0)
    assert [(t.batch_size, t.pictures_per_second is None) for t in trials] == [
        (1, False),
        (2, False),
        (4, True),
    ]


class _Probed(nn.Module):
    """A network that gives its loss itself, and notes how it is asked."""

    seen: ClassVar[list[tuple[bool, bool]]] = []

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 3)

    def losses(self, images: torch.Tensor, batch: object) -> dict[str, torch.Tensor]:
        is_last = images.is_contiguous(memory_format=torch.channels_last)
        answers = self.layer(images)
        self.seen.append((is_last, answers.dtype == torch.bfloat16))
        return {"loss": answers.float().mean()}


def test_batch_sizes_are_tried_as_they_are_trained(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def told(ingredient: Any, network: nn.Module) -> torch.optim.Optimizer:
        optimizer = build_optimizer(ingredient, network)
        made.append(type(optimizer).__name__)
        return optimizer

    monkeypatch.setattr(job, "build_optimizer", told)
    monkeypatch.setattr(job, "MOST_PICTURES", 2)
    monkeypatch.setattr(_Probed, "seen", [])
    recipe = small_recipe("classification", model__image_size=32)
    recipe["trainer.precision"], recipe["trainer.channels_last"] = "bf16-mixed", True
    work = desk.work(recipe, "suggest", "trained")
    network, splits = _Probed(), build_datasets(work)
    before = [parameter.clone() for parameter in network.parameters()]
    task: Any = None
    trials = job._batch_sizes(work, settings_of(work), network, task, splits["train"])
    assert [trial.batch_size for trial in trials] == [1, 2]
    assert set(_Probed.seen) == {(True, True)} and set(made) == {"AdamW"}
    for old, new in zip(before, network.parameters(), strict=True):
        assert torch.equal(old, new)
