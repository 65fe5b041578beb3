"""Memory that really runs out: the worker lives in an address space that is too small."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from haversack.base.errors import UsageError
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import InvalidValue
from haversack.runs.errors import RunFailed
from haversack.runs.events import PhaseBegan
from haversack.runs.spec import Limits
from haversack.runs.supervisor import run_worker
from haversack.services.capture import capture
from haversack.services.work import recipe_of, resume_spec, run_store
from haversack.training.jobs.train import train
from haversack.training.stopping import StopRequested
from training_desk import Desk, small_recipe, spec_of

LIMIT = 5 << 30


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
    recipe = small_recipe(
        "classification", model__image_size=32, trainer__num_epochs=4, data__batch_size=256
    )
    recipe.assign_ingredients("trainer.scheduler", "Cosine")
    recipe["trainer.scheduler.warmup_fraction"] = 0.0
    desk.on_event = lambda e: (
        desk.stop.set() if isinstance(e, PhaseBegan) and e.phase == "validate" else None
    )
    with pytest.raises(StopRequested):
        train(desk.work(recipe, "train", "run"))
    desk.on_event = lambda _: None
    desk.stop.clear()
    before = desk.curve("train/learning_rate")
    recipe["data.batch_size"] = 128
    last = desk.folder / "run/checkpoints/last"
    train(desk.work(recipe, "train", "run", resume_from=last))
    rates = desk.curve("train/learning_rate")
    second_epoch = [rate for (epoch, _), rate in rates.items() if epoch == 1]
    assert len(second_epoch) == 10
    assert second_epoch[0] == pytest.approx(min(before.values()), rel=0.1)
    last_rate = [rate for (epoch, _), rate in rates.items() if epoch == 3][-1]
    assert last_rate == pytest.approx(0.01 * 1e-3, rel=0.2)
