"""Cooking a golden recipe: from a row of a volume to a recipe that works here, offline."""

from __future__ import annotations

import re

from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken
from haversack.pantry.errors import FetchError, FetchReason
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import RecipeError
from haversack.recipe.fill import Answer
from haversack.recipe.root import full_path
from haversack.recipe.sppr import from_sppr
from haversack.recipe.tree import Recipe, replace_data_generator
from haversack.services.cook_row import recipe_of_row
from haversack.services.errors import MissingAssets, PreparationError
from haversack.services.listen import Listener, Said, ignore
from haversack.services.prepare import single_recipe
from haversack.services.readiness import describe_missing
from haversack.services.shelving import keep
from haversack.services.volumes import volume_for

_NUMBER = re.compile(r"[0-9]{1,18}")
_OUT_OF_REACH: tuple[FetchReason, ...] = ("no network", "missing client", "not found")


def golden_recipe(
    recipe_id: int | str,
    pantry: Pantry,
    grdb_volume: str | None = None,
    grdb_task: str | None = None,
    data_generator: Answer | None = None,
    allow_upgrade: bool = True,
    allow_deprecated: bool = False,
    default: bool = False,
) -> Recipe:
    """Build the recipe of a row of a golden volume; fetches nothing and runs nothing.

    Raises:
        UsageError: The id is not a whole number.
        UnknownRowError: The volume has no such row; near ids are listed.
        UnknownName: An unknown volume, task or dataset.
        RecipeError: A version or a deprecated ingredient that is not allowed.
        IncompleteRecipe: Slots are empty and ``default`` is False.
        MissingAssets: A row without a recipe names a backbone whose weights nobody knows here.
    """
    number = _row_number(recipe_id)
    volume, task = volume_for(grdb_volume, grdb_task, pantry)
    row = volume.row(number)
    sppr = row.get("sppr")
    if isinstance(sppr, str) and sppr:
        recipe = from_sppr(sppr, pantry.registry, allow_upgrade)
    else:
        recipe = recipe_of_row(row, task, pantry, volume.name, default)
    recipe.pantry_path = pantry.path
    recipe.name = f"{volume.name} {number}"
    if recipe.task != task:
        raise UsageError(
            f"row {number} of {volume.name} is a {recipe.task} recipe, not {task}",
            f"Ask for the task {recipe.task}.",
        )
    if not allow_deprecated:
        _refuse_deprecated(recipe)
    recipe.history = (*recipe.history, f"golden volume {volume.name}, row {number}")
    _choose_data(recipe, data_generator)
    if default:
        recipe.fill_empty_recursively()
    recipe.require_complete()
    return recipe


def cook(
    recipe_id: int | str,
    pantry: Pantry,
    grdb_volume: str | None = None,
    grdb_task: str | None = None,
    data_generator: Answer | None = None,
    allow_upgrade: bool = True,
    allow_deprecated: bool = False,
    verbose: int = 0,
    default: bool = False,
    *,
    name: str = "",
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Recipe:
    """Handle a golden recipe for offline use and keep it in the pantry.

    Where assets are missing it is prepared, which needs a network; where all are here their
    digests are checked and nothing is run.

    Args:
        recipe_id: The row's id.
        pantry: Where it is cooked.
        grdb_volume: The volume's name or file; by default the task's.
        grdb_task: The task; by default detection.
        data_generator: Replaces the data and keeps the augmentations.
        allow_upgrade: Whether versions that are not installed are migrated.
        allow_deprecated: Whether deprecated ingredients may be used.
        verbose: 0 quiet, 1 ingredients, 2 migrations as well.
        default: Whether empty slots are filled with defaults.
        name: What to call it; empty for the name it has here, or the volume's with the row.
        on_event: Hears progress.
        cancel: Stops it.

    Raises:
        MissingAssets: Files are missing and cannot be fetched from here; each is named.
        NameTakenError: Another recipe has the name.
        HaversackError: See `golden_recipe` and `single_recipe`.
    """
    recipe = golden_recipe(
        recipe_id,
        pantry,
        grdb_volume,
        grdb_task,
        data_generator,
        allow_upgrade,
        allow_deprecated,
        default,
    )
    pantry.recipes.refuse_taken(name, but=recipe.id)
    _tell(recipe, verbose, on_event)
    missing = describe_missing(recipe, pantry)
    if not missing:
        for asset in recipe.assets():
            pantry.store.verify(asset.sha256)
    else:
        try:
            report = single_recipe(recipe, pantry, on_event=on_event, cancel=cancel)
        except FetchError as error:
            if error.reason not in _OUT_OF_REACH:
                raise
            raise MissingAssets(missing, _how_to_have(error)) from error
        if report.rehearsal is not None and report.rehearsal.verdict == "failed":
            raise PreparationError(
                f"the rehearsal failed: {report.rehearsal.why}", "Choose another recipe."
            )
    keep(recipe, pantry)
    if name:
        recipe.name = name
        pantry.recipes.save(recipe)
    return recipe


def _how_to_have(error: FetchError) -> str:
    """Say how files come here that cannot be fetched from here; empty for the usual words."""
    if error.reason == "no network":
        return ""
    return f"{error.message}. {error.hint} Or open a bundle that carries them."


def _row_number(recipe_id: int | str) -> int:
    text = str(recipe_id).strip()
    if isinstance(recipe_id, bool) or not _NUMBER.fullmatch(text):
        raise UsageError(
            f"{recipe_id!r} is not the id of a golden recipe",
            "Give a whole number, such as 17.",
        )
    return int(text)


def _refuse_deprecated(recipe: Recipe) -> None:
    for path, node in recipe.walk():
        if node.meta.deprecated:
            raise RecipeError(
                f"{path} is {node.meta.display_name}, which is deprecated: {node.meta.deprecated}",
                "Allow it (--allow-deprecated), or choose another recipe.",
            )


def _choose_data(recipe: Recipe, data_generator: Answer | None) -> None:
    path = full_path("data_generator")
    if data_generator is not None:
        replace_data_generator(recipe, data_generator)
    elif path in recipe.missing():
        defaults = recipe.registry.defaults(recipe.task, path)
        if defaults:
            replace_data_generator(recipe, defaults[0])


def _tell(recipe: Recipe, verbose: int, on_event: Listener) -> None:
    if verbose >= 1:
        for path, node in recipe.walk():
            on_event(Said(f"{path or 'recipe'}: {node.meta.display_name} v{node.meta.version}"))
    if verbose >= 2:
        for line in recipe.history:
            on_event(Said(line))
