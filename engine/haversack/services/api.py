"""The two verbs of a notebook: train a recipe, evaluate what it left."""

from __future__ import annotations

from haversack.base.errors import UsageError
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.runs.reducer import RunState
from haversack.runs.spec import Limits, RunKind
from haversack.services import work
from haversack.services.listen import Listener, ignore


def train(
    recipe: Recipe,
    pantry: Pantry | None = None,
    *,
    device: str = "auto",
    limits: Limits | None = None,
    on_event: Listener = ignore,
) -> str:
    """Train a recipe in a worker and give the id of the run.

    Raises:
        IncompleteRecipe: A slot or option is not set.
        MissingAssets: A file is not in the pantry.
        RunFailed: The worker said so, or died.
    """
    spec, _ = work.train(
        recipe, pantry or _own(recipe), device=device, limits=limits, on_event=on_event
    )
    return spec.run_id


def evaluate(
    run_id: str, pantry: Pantry, *, device: str = "auto", on_event: Listener = ignore
) -> RunState:
    """Evaluate the best checkpoint of a run on its validation data; metrics are in ``result``."""
    _, state = work.follow_up(RunKind.EVALUATE, run_id, pantry, device=device, on_event=on_event)
    return state


def _own(recipe: Recipe) -> Pantry:
    if recipe.pantry_path is None:
        raise UsageError("the recipe belongs to no pantry", "Name one: train(recipe, pantry).")
    return Pantry.open(recipe.pantry_path)
