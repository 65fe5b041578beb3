"""A recipe for a row that carries none: the task's defaults with the row's backbone and size.

The tables of others name an architecture, its weights and a picture size, and no recipe.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from haversack.base.errors import UsageError
from haversack.catalog.backbones import OtherTimm, TimmBackbone
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import RecipeError
from haversack.recipe.registry import Registry
from haversack.recipe.tree import Recipe
from haversack.services.errors import MissingAssets

TASK = "classification"


def recipe_of_row(
    row: dict[str, Any], task: str, pantry: Pantry, volume: str, default: bool = False
) -> Recipe:
    """Make a classification recipe from a row's ``backbone`` (timm's name) and ``height``.

    Args:
        row: The row.
        task: The task asked for.
        pantry: For whom the recipe is.
        volume: The volume's name, for errors.
        default: Whether a backbone whose weights nobody has pinned starts from random numbers.

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
    recipe = Recipe.empty(pantry.registry, TASK, pantry.path)
    if architecture in known:
        recipe.fill_empty_recursively({"backbone": known[architecture]})
    elif default:
        recipe.fill_empty_recursively({"backbone": _unpinned(backbone)})
    else:
        raise MissingAssets(
            (f"weights of {backbone} (hf:timm/{backbone}; no digest is known)",),
            "With --default (default=True) it starts from random numbers; to start from the "
            "weights, set model.backbone.weights of that recipe to SHA256:BYTES. Backbones whose "
            f"weights are known: {', '.join(sorted(known))}.",
        )
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


def _unpinned(backbone: str) -> OtherTimm:
    name, _, tag = backbone.partition(".")
    try:
        return OtherTimm(name=name, tag=tag, weights="none")
    except ValidationError as error:
        raise RecipeError(
            f"{backbone[:80]!r} is no name of a timm architecture", "Choose another row."
        ) from error


def architectures(registry: Registry) -> dict[str, str]:
    """Give timm's name of each architecture with known weights, and the ingredient's name."""
    return {
        schema.architecture: schema.meta.path
        for schema in registry.candidates("backbone", TASK)
        if issubclass(schema, TimmBackbone)
    }
