"""How a recipe is named on the command line and shown, to a person and to a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from haversack.cli.output import human_size, table
from haversack.recipe.schema import UNSET, Ingredient, option_names
from haversack.recipe.tree import Recipe
from haversack.services.licences import stated

if TYPE_CHECKING:
    from haversack.pantry.pantry import Pantry

RecipeArgument = Annotated[
    str, typer.Argument(help="The recipe's name, its id, or the beginning of its id.")
]


def describe(recipe: Recipe, pantry: Pantry) -> dict[str, object]:
    """Give a recipe and its readiness for a program."""
    from haversack.services.readiness import readiness

    stand = readiness(recipe, pantry)
    return {
        "id": recipe.id,
        "name": recipe.name,
        "task": recipe.task,
        "state": stand.state,
        "proved": stand.proved,
        "unset": stand.unset,
        "missing_assets": stand.lacking,
        "assets": recipe.assets(),
        "ingredients": {path or "recipe": node.kind for path, node in recipe.walk()},
        "options": {
            f"{path}.{option}": getattr(node, option)
            for path, node in recipe.walk()
            for option in option_names(type(node))
        },
        "history": recipe.history,
    }


def show(recipe: Recipe, pantry: Pantry) -> list[RenderableType]:
    """Give a recipe and its readiness for a person."""
    from haversack.services.readiness import readiness

    stand = readiness(recipe, pantry)
    proved = ", rehearsed without a network" if stand.proved else ""
    head = f"{recipe.name or 'recipe'}  {recipe.id[:12]}  {recipe.task}  {stand.state}{proved}"
    rows = [(path, node.meta.display_name, _values(node)) for path, node in recipe.walk() if path]
    rows += [(path, UNSET, "") for path in stand.unset]
    shown: list[RenderableType] = [head, table("", ("slot", "ingredient", "options"), rows)]
    if recipe.assets():
        missing = {asset.name for asset in stand.missing}
        files = [
            (a.name, human_size(a.size), stated(a.licence), a.origin.uri, a.name not in missing)
            for a in recipe.assets()
        ]
        shown.append(table("files", ("name", "size", "licence", "source", "here"), files))
    if stand.unpinned:
        unseen = [(file.name, stated(file.licence), file.uri) for file in stand.unpinned]
        shown.append(table("to be pinned by preparing", ("name", "licence", "source"), unseen))
    return shown


def _values(node: object) -> str:
    if not isinstance(node, Ingredient):
        return ""
    return ", ".join(f"{name}={getattr(node, name)}" for name in option_names(type(node)))
