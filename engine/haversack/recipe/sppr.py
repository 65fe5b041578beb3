"""SPPR: a serialized, packaged, portable recipe; one text with its ingredients' versions."""

from __future__ import annotations

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError
from haversack.recipe.codec import from_data, to_data
from haversack.recipe.errors import RecipeError, UnreadableRecipe
from haversack.recipe.registry import Registry
from haversack.recipe.root import RecipeRoot
from haversack.recipe.tree import Recipe
from haversack.recipe.upgrade import upgrade

FORMAT = "haversack-recipe/1"
MAX_BYTES = 1 << 20
_FIELDS = {"format", "id", "name", "task", "history", "recipe"}


def to_sppr(recipe: Recipe) -> str:
    """Give a recipe as one line of canonical JSON."""
    return dump_canonical(
        {
            "format": FORMAT,
            "id": recipe.id,
            "name": recipe.name,
            "task": recipe.task,
            "history": list(recipe.history),
            "recipe": to_data(recipe.root),
        }
    ).decode("utf-8")


def from_sppr(text: str, registry: Registry, allow_upgrade: bool = True) -> Recipe:
    """Build a recipe from its text. Names in it are looked up and never imported.

    Args:
        text: What `to_sppr` gave, here or elsewhere.
        registry: The installed ingredients.
        allow_upgrade: Whether versions that are not installed are migrated.

    Raises:
        UnreadableRecipe: Not strict JSON.
        RecipeError: Not a recipe, changed since its id was taken, or not installable.
    """
    try:
        data = load_strict(text.encode("utf-8", "surrogatepass"), "the recipe", MAX_BYTES)
    except FileFormatError as error:
        raise UnreadableRecipe(error.message, error.hint) from error
    hint = "The text is damaged or was not written by Haversack."
    if not isinstance(data, dict) or not isinstance(data.get("format"), str):
        raise RecipeError("this is not a recipe", hint)
    if data["format"] != FORMAT:
        raise RecipeError(f"recipe format {data['format']!r} is not known", "Update Haversack.")
    if set(data) != _FIELDS or not isinstance(data["name"], str) or not _is_lines(data["history"]):
        raise RecipeError("the recipe's fields are not the ones of its format", hint)
    tree, steps = upgrade(data["recipe"], registry.with_schema(RecipeRoot), allow_upgrade)
    root = from_data(tree, registry.with_schema(RecipeRoot))
    if not isinstance(root, RecipeRoot):
        raise RecipeError("the text holds an ingredient, not a recipe", hint)
    if root.task is None:
        raise RecipeError("the recipe has no task", hint)
    recipe = Recipe(registry, root, data["name"], (*data["history"], *steps))
    if not steps and recipe.id != data["id"]:
        raise RecipeError("the recipe does not match its id: it was changed by hand", hint)
    return recipe


def name_in(text: str) -> str:
    """Give the name that a recipe's text carries, without building it; empty where unreadable."""
    try:
        data = load_strict(text.encode("utf-8", "surrogatepass"), "the recipe", MAX_BYTES)
    except FileFormatError:
        return ""
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) else ""


def _is_lines(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)
