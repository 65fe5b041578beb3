"""Memory that really runs out: the worker lives in an address space that is too small."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from haversack.base.errors import UsageError
from haversack.data.composites import Subset
from haversack.data.sample import Dataset, Sample
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import InvalidValue
from haversack.runs.events import Measured, PhaseBegan, Progressed
from haversack.runs.failure import RunFailed
from haversack.runs.spec import Limits
from haversack.runs.supervisor import run_worker
from haversack.services.capture import capture
from haversack.services.work import recipe_of, resume_spec, run_store
from haversack.training.builders.datasets import build_datasets
from haversack.training.curves import recorder
from haversack.training.errors import OutOfMemoryError
from haversack.training.inference.evaluating import evaluate_over
from haversack.training.inference.runner import Trained
from haversack.training.jobs import train as job
from haversack.training.jobs.train import train
from haversack.training.loading.samples import SquaredSamples
from haversack.training.loop import parts
from haversack.training.memory import memory_told
from haversack.training.settings import settings_of
from haversack.training.stopping import StopRequested
from haversack.training.work import Work
from long_form import LONG_FORM
from training_desk import Desk, small_recipe, spec_of, tiny_classifier

LIMIT = 5 << 30


def test_memory_that_runs_out_says_what_to_lower(desk: Desk) -> None:
    work = desk.work(small_recipe("classification"), "train", "big", limits=Limits(batch_size=24))
    with pytest.raises(OutOfMemoryError) as caught, memory_told(work, settings_of(work)):
        torch.empty(1 << 58, dtype=torch.uint8)  # really asked for
    assert "24 pictures" in caught.value.message
    assert "haversack runs resume big --set data.batch_size=12" in caught.value.hint
    with pytest.raises(ZeroDivisionError), memory_told(work, settings_of(work)):
        _ = 1 / 0


@pytest.mark.parametrize("kind", ["suggest", "rehearse", "prepare"])
def test_a_run_that_cannot_be_resumed_is_not_told_to_resume(desk: Desk, kind: str) -> None:
    work = desk.work(small_recipe("classification"), kind, "run", limits=Limits(batch_size=24))
    with pytest.raises(OutOfMemoryError) as caught, memory_told(work, settings_of(work)):
        raise MemoryError
    assert "data.batch_size=12" in caught.value.hint and "resume" not in caught.value.hint


class _Few:
    classes = ("a",)

    def __len__(self) -> int:
        return 24

    def __getitem__(self, index: int) -> Sample:
        return Sample(np.zeros((8, 8, 3), np.uint8), 0, f"{index}")


class _Large:
    runtime = "torch"

    def __call__(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (torch.empty(1 << 58, dtype=torch.uint8),)  # really asked for


@pytest.mark.parametrize(
    ("kind", "batch", "hint"),
    [
        ("evaluate", 12, "haversack evaluate trained --batch-size 6."),
        ("evaluate", 1, "more memory"),
        ("measure", 12, "more memory"),
        ("export", 12, "more memory"),
    ],
)
def test_a_batch_that_does_not_fit_when_a_trained_network_is_judged_has_a_remedy_of_its_own(
    desk: Desk, kind: str, batch: int, hint: str
) -> None:
    limits, options = Limits(batch_size=batch), {"of_run": "trained"}
    work = desk.work(tiny_classifier(), kind, "run", limits=limits, options=options)
    task = cast(Any, SimpleNamespace(meter=lambda: None))
    trained = Trained(_Large(), task, ("a",), 8)
    with pytest.raises(OutOfMemoryError) as caught:
        evaluate_over(work, trained, _Few(), settings_of(work))
    pictures = "1 picture" if batch == 1 else f"{batch} pictures"
    assert f"a batch of {pictures} of 8 px" in caught.value.message
    assert hint in caught.value.hint and "data.batch_size" not in caught.value.hint


@pytest.mark.skipif(not LONG_FORM, reason="a minute: the long form alone")
@pytest.mark.skipif(shutil.which("prlimit") is None, reason="no prlimit to limit a worker with")
@pytest.mark.torch
def test_a_step_that_does_not_fit_says_what_to_lower_and_the_run_goes_on_with_it(
    tmp_path: Path,
) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    recipe = small_recipe(
        "detection",
        {"data_generator": "Smoke"},
        model__image_size=1024,
        model__head_channels=16,
        data__batch_size=24,
        trainer__num_epochs=1,
    )
    spec = spec_of(recipe, "train", pantry.runs_folder / "big", limits=Limits(limit_batches=1))
    run_store(pantry).create(spec)
    capture(recipe.assets(), pantry)
    with pytest.raises(RunFailed) as caught:
        run_worker(spec, prefix=("prlimit", f"--as={LIMIT}"))
    failure = caught.value.state.error
    assert failure is not None
    assert failure.error == "OutOfMemoryError"
    assert "24 pictures of 1024 px" in failure.message
    assert "runs resume big --set data.batch_size=12" in failure.hint
    resumed = resume_spec("big", pantry, {"data.batch_size": 1})
    assert run_worker(resumed, prefix=("prlimit", f"--as={LIMIT}")).status == "finished"
    kept = recipe_of(run_store(pantry).load("big")[0], pantry)
    assert kept["data.batch_size"] == 1
    assert kept.history[-1] == "went on with data.batch_size=1"


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [("model.image_size", 64, UsageError), ("data.batch_size", 0, InvalidValue)],
)
def test_what_a_checkpoint_depends_on_cannot_change_nor_to_what_is_not_allowed(
    tmp_path: Path, path: str, value: int, error: type[Exception]
) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    spec_recipe = small_recipe("classification")
    spec = spec_of(spec_recipe, "train", pantry.runs_folder / "a")
    folder = run_store(pantry).create(spec)
    (folder / "checkpoints/last").mkdir(parents=True)
    capture(spec_recipe.assets(), pantry)
    before = (folder / "spec.json").read_bytes()
    with pytest.raises(error, match=path.rpartition(".")[2]):
        resume_spec("a", pantry, {path: value})
    assert (folder / "spec.json").read_bytes() == before


def test_the_learning_rate_goes_on_in_epochs_when_the_batch_becomes_smaller(desk: Desk) -> None:
    epochs, batches = 3, 2
    recipe = small_recipe(
        "classification", model__image_size=32, trainer__num_epochs=epochs, data__batch_size=16
    )
    recipe.assign_ingredients("trainer.scheduler", "Cosine")
    recipe["trainer.scheduler.warmup_fraction"] = 0.0
    desk.on_event = lambda e: (
        desk.stop.set() if isinstance(e, PhaseBegan) and e.phase == "validate" else None
    )
    with pytest.raises(StopRequested):
        train(desk.work(recipe, "train", "run", limits=Limits(limit_batches=batches)))
    desk.on_event = lambda _: None
    desk.stop.clear()
    recipe["data.batch_size"] = 8
    train(
        desk.work(
            recipe,
            "train",
            "run",
            limits=Limits(limit_batches=2 * batches),
            resume_from=desk.folder / "run/checkpoints/last",
        )
    )
    highest, final = recipe["trainer.optimizer.learning_rate"], 0.01
    assert isinstance(highest, float)
    rates = list(desk.curve("train/learning_rate").values())
    few, many = epochs * batches - 1, 2 * epochs * batches - 1  # steps to the lowest rate
    done = [step / few for step in (1, 2)] + [min(1.0, step / many) for step in range(5, 13)]
    wanted = [highest * (final + (1 - final) * (1 + math.cos(math.pi * d)) / 2) for d in done]
    assert rates == pytest.approx(wanted)


SEEN, PICTURES = 16, 40


@pytest.mark.parametrize(
    ("batch", "later", "again"), [(4, 6, 0), (3, 8, 0), (8, 3, 0), (32, 1, 8), (40, 1, 16)]
)
def test_a_run_stopped_within_an_epoch_goes_on_after_the_same_pictures_at_another_batch_size(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, batch: int, later: int, again: int
) -> None:
    seen: list[tuple[int, int]] = []
    given = SquaredSamples.__getitem__

    def note(self: SquaredSamples, place: tuple[int, int]) -> Sample:
        if len(self) == PICTURES:
            seen.append(place)
        return given(self, place)

    def few(work: Work) -> dict[str, Dataset]:
        splits = build_datasets(work)
        counts = {"train": PICTURES, "val": 4}
        return {name: Subset(data, range(counts[name])) for name, data in splits.items()}

    monkeypatch.setattr(parts, "reading_processes", lambda *_: 0)  # what is read is seen here
    monkeypatch.setattr(SquaredSamples, "__getitem__", note)
    monkeypatch.setattr(job, "build_datasets", few)
    monkeypatch.setattr(recorder, "SECONDS_HELD", 0.0)
    recipe = tiny_classifier(trainer__num_epochs=2, data__batch_size=8)
    desk.on_event = lambda e: (
        desk.stop.set() if isinstance(e, Measured) and e.step == SEEN // 8 else None
    )
    with pytest.raises(StopRequested):
        train(desk.work(recipe, "train", "run"))
    assert len(seen) == SEEN
    desk.on_event = lambda _: None
    desk.stop.clear()
    recipe["data.batch_size"] = batch
    last = desk.folder / "run/checkpoints/last"
    result = train(desk.work(recipe, "train", "run", resume_from=last))
    first = [index for epoch, index in seen if epoch == 0]
    assert sorted(set(first)) == list(range(PICTURES))
    assert len(first) == PICTURES + again
    steps = [epoch for epoch, _ in desk.curve("train/loss")]
    assert (steps.count(0), steps.count(1)) == (SEEN // 8 + later, PICTURES // batch)
    assert [epoch for epoch, _ in desk.curve("val/accuracy")] == [0, 1]
    assert (result["epochs"], result["batch_size"]) == (2, batch)
    progress = [e for e in desk.events if isinstance(e, Progressed) and e.phase == "train"]
    assert progress[-1].done == progress[-1].total == 2 * (PICTURES // batch)
