"""Steps without Lightning's hooks train as Lightning's own do, and give way where one is missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import LambdaCallback
from lightning.pytorch.loops.training_epoch_loop import _TrainingEpochLoop
from lightning.pytorch.utilities.enums import GradClipAlgorithmType

from haversack.recipe.tree import Recipe
from haversack.runs.spec import Limits
from haversack.training.checkpoint.folder import MODEL, TRAINER
from haversack.training.checkpoint.state import read_state
from haversack.training.jobs.train import train
from haversack.training.loop import fitting, plain_steps
from haversack.training.loop.reporting import Reporting
from haversack.training.loop.trainer import make_trainer
from training_desk import Desk, tiny_classifier

LIMITS = Limits(limit_batches=4, batch_size=8, image_size=32, max_epochs=2)
OPTIONS: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "averaged, accumulated and clipped": {
        "trainer__ema_decay": 0.6,
        "trainer__accumulate": 3,  # the last step of an epoch is of one batch
        "trainer__gradient_clip": 0.5,
    },
    "in bf16, channels last": {
        "trainer__precision": "bf16-mixed",
        "trainer__channels_last": True,
    },
}


def _never(*_: object) -> None:
    raise AssertionError("Lightning's own step was taken")


def _kept(desk: Desk, name: str, recipe: Recipe) -> tuple[dict[str, str], object]:
    """Train; give the digests of what the last checkpoint holds, and Lightning's counts in it."""
    work = desk.work(recipe, "train", name, limits=LIMITS)
    train(work)
    state = read_state(work.run_dir / "checkpoints/last")
    return {file: state.files[file] for file in (MODEL, TRAINER)}, state.trainer


def _with_callback(own: Callback) -> Callable[..., Trainer]:
    """Give what makes a trainer with a callback more."""

    def make(
        work: Any, settings: Any, options: Any, placement: Any, callbacks: list[Callback]
    ) -> Trainer:
        return make_trainer(work, settings, options, placement, [*callbacks, own])

    return make


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_weights_optimizer_and_counts_are_those_of_lightnings_own_steps(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(_TrainingEpochLoop, "advance", _never)
        plain = _kept(desk, "plain", tiny_classifier(**options))
    monkeypatch.setattr(plain_steps, "is_plain", lambda _trainer: False)
    assert _kept(desk, "lightning", tiny_classifier(**options)) == plain


@pytest.mark.parametrize("hook", plain_steps.OF_BOTH)
def test_a_callback_with_another_hook_is_asked_at_every_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, hook: str
) -> None:
    asked: list[str] = []
    hears = type("Hears", (Reporting,), {hook: lambda *_: asked.append(hook)})
    monkeypatch.setattr(fitting, "Reporting", hears)
    train(desk.work(tiny_classifier(), "train", "heard", limits=LIMITS))
    assert len(asked) == 4 * 2


@pytest.mark.parametrize("hook", ["on_before_optimizer_step", "on_train_batch_end"])
def test_a_hook_that_a_callback_was_given_is_asked_at_every_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, hook: str
) -> None:
    asked: list[str] = []
    given: dict[str, Any] = {hook: lambda *_: asked.append(hook)}
    monkeypatch.setattr(fitting, "make_trainer", _with_callback(LambdaCallback(**given)))
    train(desk.work(tiny_classifier(), "train", "given", limits=LIMITS))
    assert len(asked) == 4 * 2


def test_gradients_that_are_clipped_by_value_are_left_to_lightning(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []

    class Looks(Callback):
        def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
            found.append(plain_steps.is_plain(trainer))
            trainer.gradient_clip_algorithm = GradClipAlgorithmType.VALUE

    monkeypatch.setattr(fitting, "make_trainer", _with_callback(Looks()))
    train(desk.work(tiny_classifier(), "train", "clipped", limits=LIMITS))
    assert found == [True, False]
