"""The demo's pantry: two recipes to look around in, and what they need."""

from __future__ import annotations

from haversack_gui.calls import pantry as calls
from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.jobs import Changed, Told

RECIPES = (("detection", "Find digits in scenes"), ("classification", "Read single digits"))


def fill(pantry: OpenPantry, told: Told) -> Changed:
    """Save the demo's recipes, then fetch the defaults."""
    from haversack.recipe.tree import Recipe

    names = {record.name for record in pantry.engine.recipes.list()}
    for task, name in RECIPES:
        if name not in names:
            recipe = Recipe.empty(pantry.engine.registry, task, pantry.path)
            recipe.fill_empty_recursively()
            pantry.engine.recipes.save(recipe, name)
    calls.set_up(pantry, told)
    return Changed(
        frozenset({"recipes", "assets", "volumes"}),
        said="The demo pantry is filled. Prepare a recipe next, or look at the front.",
    )
