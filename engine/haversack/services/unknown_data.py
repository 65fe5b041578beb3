"""The answer to a name that no data set has: what this pantry holds, the nearest first."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from haversack.catalog.own import OwnPictures
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import MOST_NAMED, UnknownName, unknown
from haversack.recipe.schema import slots_of

ROLE = "data_generator"
_NEAR = 0.4


def require_data(pantry: Pantry, name: str, own: Iterable[str], task: str | None) -> None:
    """See that a name is one of the catalogue's data sets.

    Args:
        pantry: Where data sets lie.
        name: What a person typed; none of the imported sets has it.
        own: Names of the imported sets for the task.
        task: What the data are for; None for any.

    Raises:
        UnknownName: None has it; those that are here are listed, the nearest first.
        AmbiguousName: Several answer to it.
    """
    try:
        pantry.registry.find(name, ROLE, task)
    except UnknownName as error:
        raise _unknown(pantry, name, own, task) from error


def _unknown(pantry: Pantry, name: str, own: Iterable[str], task: str | None) -> UnknownName:
    here, elsewhere = list(own), list[str]()
    for schema in pantry.registry.candidates(ROLE, task):
        if slots_of(schema) or issubclass(schema, OwnPictures):
            continue  # it takes the pictures of other sets, or of one that has a name of its own
        is_here = all(pantry.assets.is_ready(asset) for asset in schema().assets())
        (here if is_here else elsewhere).append(schema.meta.title)
    near = [one for one in elsewhere if _nearness(one, name) >= _NEAR]
    if not here and not near:
        return unknown("data set", name, elsewhere)
    listed = sorted([*here, *near], key=lambda one: -_nearness(one, name))[:MOST_NAMED]
    named = "; ".join(one if one in here else f"{one} (its files are not here)" for one in listed)
    return UnknownName(f"no data set is called {name!r}", f"The nearest first, there are: {named}.")


def _nearness(known: str, name: str) -> float:
    return SequenceMatcher(None, name.lower(), known.lower()).ratio()
