"""Looking an ingredient up in a table of builders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from haversack.recipe.schema import Ingredient
from haversack.training.errors import UnbuildableError

Builder = TypeVar("Builder")


def builder_for(
    ingredient: Ingredient | None, table: Mapping[type[Ingredient], Builder], slot: str
) -> Builder:
    """Give the builder for an ingredient's class or the nearest class above it.

    Raises:
        UnbuildableError: The slot is empty, or the table knows nothing that fits.
    """
    if ingredient is None:
        raise UnbuildableError(f"{slot} is empty", "Fill the recipe, then run it again.")
    for kind in type(ingredient).__mro__:
        if kind in table:
            return table[kind]
    raise UnbuildableError(
        f"{ingredient.meta.display_name} cannot be built for {slot}", "Upgrade Haversack."
    )
