"""Preparing a recipe: capture what it needs, try it once, rehearse it without a network."""

from __future__ import annotations

import tempfile
from pathlib import Path

from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken
from haversack.pantry.pantry import Pantry
from haversack.recipe.schema import Ingredient
from haversack.recipe.tree import Recipe
from haversack.runs.spec import Limits, RunKind
from haversack.services.capture import capture
from haversack.services.errors import PreparationError
from haversack.services.isolation import isolation
from haversack.services.listen import Listener, Said, ignore
from haversack.services.pinning import pin
from haversack.services.rehearse import rehearse
from haversack.services.report import PreparationReport, Step
from haversack.services.scratch import Bench, checkpoint_of
from haversack.services.trace import outside, read_trace, trace_prefix, tracer
from haversack.services.versions import environment_lock
from haversack.services.work import asset_files

TASKS = {
    "train": None,
    "evaluate": RunKind.EVALUATE,
    "predict": RunKind.PREDICT,
    "export": RunKind.EXPORT,
    "measure": RunKind.MEASURE,
}


def single_recipe(
    recipe: Recipe,
    pantry: Pantry | None = None,
    task: str = "train",
    *,
    rehearsal: bool = True,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> PreparationReport:
    """Run a minimal training and validation so that everything it needs is local afterwards.

    The recipe is not modified; a copy runs with ``fast_dev_run``, pretrained weights and batch
    size 1. The recipe, its assets and the report are kept in the pantry. Where a file of it has no
    digest yet, what is kept and reported is the recipe with the digest that was found.

    Args:
        recipe: A complete recipe.
        pantry: Where everything goes; by default the one that the recipe was made in.
        task: Which task of the recipe the dry run goes through.
        rehearsal: Whether the whole way is then rehearsed without a network.
        on_event: Hears progress and what the workers tell.
        cancel: Stops it between and during steps.

    Raises:
        IncompleteRecipe: Slots are empty; they are listed.
        FetchError: Something could not be fetched, or is not what its source publishes.
        PreparationError: The dry run failed.
    """
    if task not in TASKS:
        raise UsageError(f"no task is called {task!r}", f"Choose one of: {', '.join(TASKS)}.")
    recipe.require_complete()
    pantry = pantry or _own_pantry(recipe)
    recipe = pin(recipe, pantry, on_event=on_event, cancel=cancel)
    copy = dry_copy(recipe)
    captured = capture(copy.assets(), pantry, on_event=on_event, cancel=cancel)
    files = asset_files(copy, pantry)
    with tempfile.TemporaryDirectory(prefix="haversack-dry-run-") as scratch:
        folder = Path(scratch).resolve()
        trace = folder / "trace"
        bench = Bench(
            folder,
            copy,
            files,
            prefix=trace_prefix(trace),
            env={"TMPDIR": str(folder), "MPLCONFIGDIR": str(folder / "matplotlib")},
            on_event=on_event,
            cancel=cancel,
        )
        dry = _dry_run(bench, task)
        inside = [pantry.path, folder]
        opened = tuple(outside(read_trace(trace).opened, inside)) if tracer() else None
    rehearsed = None
    if rehearsal:
        on_event(Said("rehearsing without a network"))
        full = _with_pretrained(recipe.copy())
        rehearsed = rehearse(
            full, pantry, asset_files(full, pantry), isolation(), on_event=on_event, cancel=cancel
        )
    report = PreparationReport(
        recipe_id=recipe.id,
        recipe_name=recipe.name,
        task=recipe.task,
        dry_run=dry,
        captured=captured,
        opened_outside=opened,
        rehearsal=rehearsed,
        notes=tuple(bench.notes),
        environment=environment_lock(),
    )
    pantry.recipes.save(recipe)
    if rehearsed is not None or pantry.attestations.get(recipe.id) is None:
        pantry.attestations.put(recipe.id, report.model_dump(mode="json"))
    return report


def dry_copy(recipe: Recipe) -> Recipe:
    """Give the copy that the dry run uses: one batch of one picture, pretrained weights."""
    copy = _with_pretrained(recipe.copy())
    copy["trainer.fast_dev_run"] = True
    copy["data.batch_size"] = 1
    return copy


def _with_pretrained(recipe: Recipe) -> Recipe:
    for path, node in list(recipe.walk()):
        if "use_pretrained" in type(node).model_fields and isinstance(node, Ingredient):
            recipe[f"{path}.use_pretrained"] = True
    return recipe


def _own_pantry(recipe: Recipe) -> Pantry:
    if recipe.pantry_path is None:
        raise UsageError("the recipe belongs to no pantry", "Make it with create.…(pantry=…).")
    return Pantry.open(recipe.pantry_path)


def _dry_run(bench: Bench, task: str) -> Step:
    passed = bench.run("dry run at batch 1", RunKind.PREPARE) is not None
    kind = TASKS[task]
    if passed and kind is not None:
        bench.recipe = bench.recipe.copy()
        bench.recipe["trainer.fast_dev_run"] = False  # it keeps no checkpoint to look at
        trained = bench.run(
            "train one batch", RunKind.TRAIN, limits=Limits(max_epochs=1, limit_batches=1)
        )
        passed = trained is not None and (
            bench.run(
                f"dry run of {task}",
                kind,
                limits=Limits(limit_batches=1),
                checkpoint=checkpoint_of(trained),
            )
            is not None
        )
    if not passed:
        failed = bench.steps[-1]
        raise PreparationError(
            f"{failed.name} failed: {failed.detail}", "Mend the recipe and prepare it again."
        )
    return bench.steps[-1].model_copy(update={"seconds": sum(s.seconds for s in bench.steps)})
