"""What is told where a recipe that lies in the pantry already gets another name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from haversack.cli.session import Session
from haversack.recipe.tree import Recipe

if TYPE_CHECKING:
    from haversack.pantry.pantry import Pantry


def names_by_id(pantry: Pantry) -> dict[str, str]:
    """Give the name of each recipe that a pantry holds."""
    return {record.id: record.name for record in pantry.recipes.list()}


def tell_of_new_name(session: Session, kept: Recipe, before: Mapping[str, str]) -> None:
    """Say under which other name the same recipe lay here: the same content is one recipe.

    Args:
        session: Who is told.
        kept: The recipe, as it was kept now.
        before: What `names_by_id` gave before that.
    """
    name = before.get(kept.id, "")
    if name and kept.name and name != kept.name:
        session.say(
            f"note: {name!r} was this very recipe; it is called {kept.name!r} now, and "
            f"{name!r} no longer"
        )
