"""Making recipes: empty ones by task, golden ones by id, packaged ones from their text."""

from __future__ import annotations

from pathlib import Path

from haversack.base.files import read_bytes
from haversack.pantry.pantry import Pantry
from haversack.recipe import sppr
from haversack.recipe.tree import Recipe
from haversack.services.cook import golden_recipe


def empty_detection_recipe(pantry: Pantry) -> Recipe:
    """Make a detection recipe of which nothing else is decided."""
    return Recipe.empty(pantry.registry, "detection", pantry.path)


def empty_classification_recipe(pantry: Pantry) -> Recipe:
    """Make a classification recipe of which nothing else is decided."""
    return Recipe.empty(pantry.registry, "classification", pantry.path)


def empty_segmentation_recipe(pantry: Pantry) -> Recipe:
    """Make a segmentation recipe of which nothing else is decided."""
    return Recipe.empty(pantry.registry, "segmentation", pantry.path)


def from_recipe_id(
    id: int | str,  # noqa: A002 - the name is part of the documented interface
    pantry: Pantry,
    task: str | None = None,
    volume: str | None = None,
    default: bool = False,
) -> Recipe:
    """Make the recipe of a row of a golden volume; nothing is fetched or run."""
    return golden_recipe(id, pantry, volume, task, default=default)


def from_sppr(text_or_path: str | Path, pantry: Pantry, allow_upgrade: bool = True) -> Recipe:
    """Make a recipe from its SPPR text, or from a file that holds it.

    Raises:
        FileFormatError: Not strict JSON.
        RecipeError: Not a recipe, changed by hand, or not installable.
    """
    text = text_or_path if isinstance(text_or_path, str) else ""
    if not text.lstrip().startswith("{"):
        text = read_bytes(Path(text_or_path), sppr.MAX_BYTES).decode("utf-8", errors="replace")
    recipe = sppr.from_sppr(text.strip(), pantry.registry, allow_upgrade)
    recipe.pantry_path = pantry.path
    return recipe
