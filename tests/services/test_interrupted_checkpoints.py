"""A run that was killed while a checkpoint was replaced has that checkpoint still."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.cli.which_run import training
from haversack.pantry.pantry import Pantry
from haversack.runs.spec import RunKind
from haversack.services.capture import capture
from haversack.services.work import follow_up_spec, resume_spec, run_store
from training_desk import small_recipe, spec_of


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    """Give a pantry with a run whose checkpoints stand aside: killed between two renames."""
    made = Pantry.build(tmp_path / "pantry")
    recipe = small_recipe("classification")
    capture(recipe.assets(), made)
    run_store(made).create(spec_of(recipe, "train", made.runs_folder / "a"))
    for name in ("best", "last"):
        aside = made.runs_folder / "a/checkpoints" / f".previous-{name}"
        aside.mkdir(parents=True)
        (aside / "model.safetensors").write_bytes(b"weights")
    return made


def test_a_run_goes_on_from_a_checkpoint_that_stands_aside(pantry: Pantry) -> None:
    store = run_store(pantry)
    assert store.load("a")[0].going_on == "haversack runs resume a"
    assert training(store, "last") == "a"
    last = pantry.runs_folder / "a/checkpoints/last"
    assert resume_spec("a", pantry).resume_from == last
    assert last.is_dir()


def test_the_best_checkpoint_is_used_where_it_stands_aside(pantry: Pantry) -> None:
    checkpoints = pantry.runs_folder / "a/checkpoints"
    (checkpoints / ".previous-last").rename(checkpoints / "last")
    assert follow_up_spec(RunKind.EVALUATE, "a", pantry).checkpoint == checkpoints / "best"
