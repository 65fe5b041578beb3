"""A recipe for a row that carries none: the task's defaults with the row's backbone and size.

The tables of others name an architecture, its weights and a picture size, and no recipe.
"""

from __future__ import annotations

import difflib
import subprocess
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from haversack.base.errors import UsageError
from haversack.catalog.backbones import OtherTimm, TimmBackbone
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import RecipeError
from haversack.recipe.registry import Registry
from haversack.recipe.tree import Recipe
from haversack.runs.asking import ask_worker
from haversack.services.errors import MissingAssets

TASK = "classification"
UNTOLD = "the table does not say where they are"
_AT_TIMM = "hf:timm/"


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
        RecipeError: The row names no backbone, is of another task, or the installed timm cannot
            build it.
        MissingAssets: The catalogue knows no weights of that backbone; their source is named.
        UsageError: The catalogue's classifier does not take pictures of that size.
    """
    backbone, number = row.get("backbone"), row.get("id")
    if not isinstance(backbone, str) or not backbone:
        raise RecipeError(
            f"row {number} of {volume} carries no recipe", "Choose a row that has an sppr."
        )
    if task != TASK:
        raise RecipeError(
            f"row {number} of {volume} carries no recipe, and the catalogue has no {task} model "
            f"{backbone[:80]!r}; its weights: {_source(row)}",
            "Choose a row that has an sppr.",
        )
    recipe = Recipe.empty(pantry.registry, TASK, pantry.path)
    recipe.fill_empty_recursively({"backbone": _backbone(row, backbone, pantry, default)})
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


def _backbone(row: dict[str, Any], backbone: str, pantry: Pantry, default: bool) -> str | OtherTimm:
    """Give what fills the backbone's slot: an ingredient with known weights, or a random start."""
    known = architectures(pantry.registry)
    architecture = backbone.partition(".")[0]
    if architecture in known and _source(row).startswith(_AT_TIMM):
        return known[architecture]
    if default:
        return _unpinned(backbone)
    hint = "With --default (default=True) it starts from random numbers, where timm can build it. "
    if _source(row).startswith(_AT_TIMM):
        hint += "To start from the weights, set model.backbone.weights of it to SHA256:BYTES. "
    raise MissingAssets(
        (f"weights of {backbone} ({_source(row)}; no digest is known)",),
        f"{hint}Backbones whose weights are known: {', '.join(sorted(known))}.",
    )


def _source(row: dict[str, Any]) -> str:
    """Say where a row's weights come from; in a table that says it of no row, names are timm's."""
    told = row.get("weights")
    if isinstance(told, str) and told:
        return told
    return UNTOLD if "weights" in row else f"{_AT_TIMM}{row.get('backbone')}"


def _unpinned(backbone: str) -> OtherTimm:
    name, _, tag = backbone.partition(".")
    try:
        made = OtherTimm(name=name, tag=tag, weights="none")
    except ValidationError as error:
        raise RecipeError(
            f"{backbone[:80]!r} is no name of a timm architecture", "Choose another row."
        ) from error
    names = _timm_architectures()
    if name not in names:
        near = difflib.get_close_matches(name, names, 3, 0.5)
        hint = f"Near it are {', '.join(near)}." if near else "Choose another row."
        raise RecipeError(f"the installed timm has no architecture {name!r}", hint)
    return made


@lru_cache(maxsize=1)
def _timm_architectures() -> frozenset[str]:
    """Ask a worker, since only the worker imports timm."""
    try:
        return frozenset(ask_worker("--architectures"))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise RecipeError(
            f"the worker cannot tell timm's architectures: {error}", "Run haversack doctor."
        ) from error
