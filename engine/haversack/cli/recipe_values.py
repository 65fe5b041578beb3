"""``SLOT=NAME`` and ``OPTION=VALUE`` on the command line, and what they do to a recipe."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from haversack.base.errors import UsageError
from haversack.recipe.errors import InvalidValue, RecipeError
from haversack.recipe.fill import Answer
from haversack.recipe.paths import slot_at
from haversack.recipe.registry import Registry
from haversack.recipe.root import RecipeRoot, full_path
from haversack.recipe.schema import Ingredient, slots_of
from haversack.recipe.tree import Recipe

Pair = tuple[str, str]
Named = Callable[[str, str], Answer]
"""Gives what a name means in a slot, by the slot's path and the name."""
NOTHING = ("null", "none", "")


def pairs(words: Iterable[str]) -> list[Pair]:
    """Split each ``LEFT=RIGHT`` at its first equals sign.

    Raises:
        UsageError: A word has none.
    """
    made: list[Pair] = []
    for word in words:
        left, found, right = word.partition("=")
        if not found or not left.strip():
            raise UsageError(
                f"{word!r} is not SLOT=NAME",
                "Write for example: optimizer=AdamW train.num_epochs=5",
            )
        made.append((left.strip(), right.strip()))
    return made


def as_it_stands(slot: str, name: str) -> Answer:
    """Let a name in a slot mean the ingredient of that name."""
    del slot
    return name


def assign(recipe: Recipe, given: Iterable[Pair], named: Named = as_it_stands) -> None:
    """Put values into slots and options, in order; a slot of several may be named repeatedly.

    Args:
        recipe: The recipe that is changed.
        given: Paths and values.
        named: What a name means in a slot that takes one ingredient.

    Raises:
        RecipeError: No such slot or option, no such ingredient, a value that is not allowed.
    """
    many: dict[str, list[str]] = {}
    for path, value in given:
        if _is_slot(recipe, path) and slot_at(recipe.root, full_path(path)).many:
            many.setdefault(path, []).append(value)
        elif _is_slot(recipe, path):
            recipe[path] = None if value.lower() in NOTHING else named(path, value)
        else:
            _set_option(recipe, path, value)
    for path, names in many.items():
        wanted = [name for name in names if name.lower() not in NOTHING]
        recipe.assign_ingredients(path, *wanted)


def split(words: Iterable[str], registry: Registry) -> tuple[list[Pair], list[Pair]]:
    """Tell assignments of slots from those of options before there is a tree to ask."""
    schemas: list[type[Ingredient]] = [
        RecipeRoot,
        *(registry.get(kind) for kind in registry.kinds()),
    ]
    names = {name for schema in schemas for name in slots_of(schema)}
    given = pairs(words)
    slots = [pair for pair in given if full_path(pair[0]).rpartition(".")[2] in names]
    return slots, [pair for pair in given if pair not in slots]


def answers(given: Iterable[Pair]) -> dict[str, Answer | list[Answer] | tuple[Answer, ...]]:
    """Give assignments of slots as answers for filling; a slot named twice gets both."""
    made: dict[str, list[Answer]] = {}
    for path, value in given:
        wanted = made.setdefault(full_path(path), [])
        if value.lower() not in NOTHING:
            wanted.append(value)
    return {path: names[0] if len(names) == 1 else names for path, names in made.items()}


def _is_slot(recipe: Recipe, path: str) -> bool:
    try:
        slot_at(recipe.root, full_path(path))
    except RecipeError:
        return False
    return True


def parse(value: str) -> object:
    """Give what a person meant by the text of a value: JSON, ``none``, or the text itself."""
    try:
        return json.loads(value)
    except ValueError:
        return None if value.lower() == "none" else value


def _set_option(recipe: Recipe, path: str, value: str) -> None:
    parsed = parse(value)
    try:
        recipe[path] = parsed
    except InvalidValue as first:
        try:
            recipe[path] = value  # text that looks like a number, such as precision=32
        except InvalidValue:
            raise first from None
