"""A step is told once, when it is done, however many batches its gradients are added up over."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from haversack.training.loop import reporting
from haversack.training.loop.reporting import Reporting

pytestmark = pytest.mark.torch

ACCUMULATE, PER_EPOCH = 3, 8


class _Recorder:
    def __init__(self) -> None:
        self.told: list[tuple[int, float]] = []

    def hold(self, values: dict[str, Any], step: int, _epoch: int) -> None:
        self.told.append((step, float(values["train/loss"])))


def _epoch(monkeypatch: pytest.MonkeyPatch, device: str, clock: list[float]) -> _Recorder:
    """Report an epoch whose batch number n has the loss n, at these times."""
    recorder, now = _Recorder(), iter(clock)
    monkeypatch.setattr(reporting, "time", SimpleNamespace(monotonic=lambda: next(now)))
    told: Any = Reporting(SimpleNamespace(emit=lambda _: None), recorder)  # type: ignore[arg-type] # stand for them
    trainer = SimpleNamespace(
        accumulate_grad_batches=ACCUMULATE, num_training_batches=PER_EPOCH, current_epoch=0,
        max_epochs=1, optimizers=[SimpleNamespace(param_groups=[{"lr": 0.1}])], global_step=0,
    )  # fmt: skip
    module = SimpleNamespace(device=torch.device(device))
    for number in range(PER_EPOCH):
        trainer.global_step += (number + 1) % ACCUMULATE == 0 or number + 1 == PER_EPOCH
        loss = torch.tensor(float(number)) / ACCUMULATE
        told.on_train_batch_end(trainer, module, {"loss": loss}, None, number)
    return recorder


def test_on_a_processor_every_step_is_told_with_the_mean_of_its_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = _epoch(monkeypatch, "cpu", [0.0] * PER_EPOCH).told
    assert [step for step, _ in told] == [1, 2, 3]
    assert [loss for _, loss in told] == pytest.approx([1.0, 4.0, 6.5])


def test_on_an_accelerator_a_step_that_became_due_within_it_is_left_out_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1.0, 1.01, 1.02, 1.03, 1.2, 1.21, 1.22, 1.23]
    told = _epoch(monkeypatch, "cuda", clock).told
    assert [step for step, _ in told] == [1, 3]
    assert [loss for _, loss in told] == pytest.approx([1.0, 6.5])
