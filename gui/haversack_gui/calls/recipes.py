"""The recipe page's calls: list, load, save, what fits a slot, how ready a recipe is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haversack.recipe.fill import Answer
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.jobs import Changed, Told
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.readiness import Readiness

TASKS = ("detection", "classification", "segmentation")


@dataclass(frozen=True, slots=True)
class Listed:
    """A recipe in the list."""

    id: str
    name: str
    task: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An ingredient that fits a slot.

    Attributes:
        kind: ``path@version``.
        path: Its path.
        title: Words for a person.
        help: One sentence.
        tags: Words to search by.
        needs: How many files it needs.
        here: Whether all of them are in the pantry.
        fills: What goes into the slot: the kind's name, or an ingredient that is set already.
    """

    kind: str
    path: str
    title: str
    help: str
    tags: tuple[str, ...]
    needs: int
    here: bool
    fills: Answer


def saved(pantry: OpenPantry) -> list[Listed]:
    """List the saved recipes."""
    return [
        Listed(record.id, record.name or f"{record.task} {record.id[:8]}", record.task)
        for record in pantry.engine.recipes.list()
    ]


def new(pantry: OpenPantry, task: str) -> Recipe:
    """Make a recipe of which only the task is known."""
    return Recipe.empty(pantry.engine.registry, task, pantry.path)


def load(pantry: OpenPantry, recipe_id: str) -> Recipe:
    """Load a saved recipe."""
    return pantry.engine.recipes.load(recipe_id)


def as_text(recipe: Recipe) -> str:
    """Give a recipe as the text in which it travels."""
    return to_sppr(recipe)


def save(pantry: OpenPantry, recipe: Recipe, replaces: str, told: Told) -> Changed:
    """Save a recipe; an unfinished one that it grew out of is replaced."""
    told.cancel.raise_if_cancelled()
    record = pantry.engine.recipes.save(recipe)
    if replaces and replaces != record.id:
        old = pantry.engine.recipes.find(replaces)
        if old.missing_slots:
            pantry.engine.recipes.remove(replaces)
    return Changed(frozenset({"recipes"}), record.id, f"Saved {recipe.name or record.id[:8]}.")


def choices(pantry: OpenPantry, recipe: Recipe, slot: str) -> list[Choice]:
    """List what can fill a slot, and whether its files are here."""
    from haversack.services.datasets import own_choices
    from haversack.services.readiness import needs_of

    found = []
    own = own_choices(pantry.engine, recipe.task)
    for meta in recipe.options(slot):
        brought = own.get(meta.kind, {})
        for name, ingredient in brought.items():
            about = tr("Your own pictures, brought into this pantry.")
            found.append(Choice(meta.kind, meta.path, name, about, meta.tags, 1, True, ingredient))
        if brought:
            continue
        needs = needs_of(recipe.registry.get(meta.kind), pantry.engine)
        facts = (meta.kind, meta.path, meta.title, meta.help, meta.tags)
        found.append(Choice(*facts, len(needs.files), not needs.lacking, meta.kind))
    return found


def standing(pantry: OpenPantry, recipe: Recipe) -> Readiness:
    """Say how far a recipe is from working offline."""
    from haversack.services.readiness import readiness

    return readiness(recipe, pantry.engine)
