"""A recipe for a row that carries none: the task's defaults with the row's backbone and size.

The tables of others name an architecture, its weights and a picture size, and no recipe.
"""

from __future__ import annotations

from typing import Any

from haversack.base.errors import UsageError
from haversack.catalog.backbones import TimmBackbone
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import RecipeError
from haversack.recipe.registry import Registry
from haversack.recipe.tree import Recipe
from haversack.services.errors import MissingAssets

TASK = "classification"


def recipe_of_row(row: dict[str, Any], task: str, pantry: Pantry, volume: str) -> Recipe:
    """Make a classification recipe from a row's ``backbone`` (timm's name) and ``height``.

    Raises:
        RecipeError: The row names no backbone, or is of another task.
        MissingAssets: The catalogue knows no weights of that backbone; their source is named.
        UsageError: The catalogue's classifier does not take pictures of that size.
    """
    backbone, number = row.get("backbone"), row.get("id")
    if task != TASK or not isinstance(backbone, str) or not backbone:
        raise RecipeError(
            f"row {number} of {volume} carries no recipe", "Choose a row that has an sppr."
        )
    architecture = backbone.partition(".")[0]
    known = architectures(pantry.registry)
    if architecture not in known:
        raise MissingAssets(
            (f"weights of {backbone} (hf:timm/{backbone}; no digest is known)",),
            f"Choose a row whose backbone is one of: {', '.join(sorted(known))}.",
        )
    recipe = Recipe.empty(pantry.registry, TASK, pantry.path)
    recipe.fill_empty_recursively({"backbone": known[architecture]})
    size = row.get("height")
    if isinstance(size, int):
        try:
            recipe["model.image_size"] = size
        except RecipeError as error:
            raise UsageError(
                f"row {number} of {volume} was measured at {size} px: {error.message}", error.hint
            ) from error
    recipe.history = (f"the defaults of {TASK} with {backbone} at {size} px",)
    return recipe


def architectures(registry: Registry) -> dict[str, str]:
    """Give timm's name of each architecture with known weights, and the ingredient's name."""
    return {
        schema.architecture: schema.meta.path
        for schema in registry.candidates("backbone", TASK)
        if issubclass(schema, TimmBackbone)
    }
