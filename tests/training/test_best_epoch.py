"""The checkpoint ``best`` is that of the best epoch, however often is kept, even after a kill."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from haversack.runs.events import Produced
from haversack.runs.spec import Limits
from haversack.training.checkpoint.folder import copy_checkpoint, read_about
from haversack.training.jobs.train import train
from haversack.training.loop import keeper
from haversack.training.tasks.classification import _ClassificationMeter
from training_desk import Desk, tiny_classifier

LIMITS = Limits(limit_batches=1, batch_size=4, image_size=32)
Score = Callable[..., None]


class _KilledError(Exception):
    """The process is gone."""


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> Score:
    """Let the next epochs have these accuracies."""

    def give(*accuracies: float) -> None:
        left = list(accuracies)
        monkeypatch.setattr(
            _ClassificationMeter, "compute", lambda _self: {"accuracy": left.pop(0)}
        )

    return give


def _train(desk: Desk, epochs: int, every: int, resume: bool = False) -> dict[str, object]:
    recipe = tiny_classifier(trainer__num_epochs=epochs, checkpoint__every_n_epochs=every)
    last = desk.folder / "run/checkpoints/last"
    return train(
        desk.work(recipe, "train", "run", limits=LIMITS, resume_from=last if resume else None)
    )


def _best(desk: Desk) -> tuple[int, float]:
    about = read_about(desk.folder / "run/checkpoints/best")
    return about.epoch, about.metrics["accuracy"]


def test_the_best_epoch_is_kept_though_only_every_fifth_is_due(desk: Desk, scores: Score) -> None:
    scores(0.5, 0.6, 0.95, 0.6, 0.7)
    result = _train(desk, epochs=5, every=5)
    assert result["metrics"] == {"loss": result["metrics"]["loss"], "accuracy": 0.95}  # type: ignore[index] # a table
    assert result["best_epoch"] == 3, "counted from 1, as the number of epochs is"
    assert _best(desk) == (3, 0.95)
    produced = [event.path for event in desk.events if isinstance(event, Produced)]
    assert produced.count("checkpoints/last") == 4  # not the fourth epoch


def _killed_before_copy(monkeypatch: pytest.MonkeyPatch, copies: int) -> None:
    done = 0

    def copy(source: Path, target: Path) -> None:
        nonlocal done
        if done == copies:
            monkeypatch.setattr(keeper, "copy_checkpoint", copy_checkpoint)
            raise _KilledError
        done += 1
        copy_checkpoint(source, target)

    monkeypatch.setattr(keeper, "copy_checkpoint", copy)


@pytest.mark.parametrize(
    ("copies", "more"), [(1, 0), (0, 1)], ids=["at the end", "before another epoch"]
)
def test_a_run_killed_before_its_best_was_copied_has_it_after_it_went_on(
    desk: Desk, scores: Score, monkeypatch: pytest.MonkeyPatch, copies: int, more: int
) -> None:
    accuracies = (0.5, 0.6)[: copies + 1]
    scores(*accuracies, 0.4)
    _killed_before_copy(monkeypatch, copies)
    epochs = len(accuracies) + more
    with pytest.raises(_KilledError):
        _train(desk, epochs, every=1)
    result = _train(desk, epochs, every=1, resume=True)
    assert _best(desk) == (copies + 1, accuracies[-1])
    assert result["best_epoch"] == copies + 1
    assert result["checkpoint"] == "checkpoints/best"
