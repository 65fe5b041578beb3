"""The offline API: four functions that make recipes work where there is no network.

The model for their names, parameters and defaults is the vendor's `helpers.offline`.
"""

from __future__ import annotations

from rich.console import Console

from haversack.pantry.pantry import Pantry
from haversack.recipe.fill import Answer
from haversack.recipe.tree import Recipe
from haversack.services import cook, prepare
from haversack.services import setup as setup_service
from haversack.services.datasets import as_answer
from haversack.services.listen import Heard, Listener, Said, ignore
from haversack.services.report import PreparationReport
from haversack.volume.query import query_pareto_optimal_recipes

__all__ = ["GRDB_recipe", "query_pareto_optimal_recipes", "setup", "single_recipe"]

_console = Console(highlight=False)


def setup(pantry: Pantry, *, on_event: Listener = ignore) -> None:
    """Prepare a pantry for offline execution, once per installation; idempotent.

    Prints what was fetched and what was there already.

    Raises:
        FetchError: Something could not be fetched.
    """
    report = setup_service.setup(pantry, on_event=on_event)
    for name in report.volumes_added:
        _console.print(f"added    golden volume {name}")
    for name in report.volumes_present:
        _console.print(f"present  golden volume {name}")
    for asset in report.assets:
        word = "fetched" if asset.fetched else "present"
        _console.print(f"{word}  {asset.name} ({asset.size / 1e6:.1f} MB, {asset.licence})")


def single_recipe(
    recipe: Recipe, task: str = "train", *, on_event: Listener | None = None
) -> PreparationReport:
    """Prepare one recipe so that it works offline; see `haversack.services.prepare`.

    The recipe passed in is not modified. Prints each step, unless ``on_event`` hears them.

    Raises:
        IncompleteRecipe: Slots are empty; they are listed.
        FetchError: Something could not be fetched.
        PreparationError: The dry run failed.
    """
    return prepare.single_recipe(recipe, task=task, on_event=on_event or _say)


def GRDB_recipe(  # noqa: N802 - the vendor's name
    recipe_id: int | str,
    pantry: Pantry,
    grdb_volume: str | None = None,
    grdb_task: str | None = None,
    data_generator: Answer | None = None,
    allow_upgrade: bool = True,
    allow_deprecated: bool = False,
    verbose: int = 0,
    default: bool = False,
) -> Recipe:
    """Handle a golden-database recipe for offline use; see `haversack.services.cook.cook`.

    ``data_generator`` may be the name of an imported set as well.
    """
    return cook.cook(
        recipe_id,
        pantry,
        grdb_volume,
        grdb_task,
        as_answer(pantry, data_generator) if isinstance(data_generator, str) else data_generator,
        allow_upgrade,
        allow_deprecated,
        verbose,
        default,
        on_event=_say if verbose else ignore,
    )


def _say(heard: Heard) -> None:
    if isinstance(heard, Said):
        _console.print(heard.text)
