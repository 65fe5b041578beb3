"""The root of every recipe: eight slots."""

from __future__ import annotations

from typing import ClassVar

from haversack.recipe.schema import Ingredient, Meta, slot, slots


class RecipeRoot(Ingredient):
    """What a recipe is made of, in the order in which a person decides."""

    meta: ClassVar[Meta] = Meta("recipe", 1, "Recipe", "recipe", "The root of a recipe.")

    task: Ingredient | None = slot("task", about="What is learnt")
    model: Ingredient | None = slot("model", about="The network")
    data: Ingredient | None = slot("data", about="What it learns from")
    trainer: Ingredient | None = slot("trainer", about="How it is trained")
    checkpoint: Ingredient | None = slot("checkpoint", about="What is kept while training")
    loggers: tuple[Ingredient, ...] = slots("logger", optional=True, about="Where curves go")
    evaluate: Ingredient | None = slot("evaluate", about="How it is judged")
    export: Ingredient | None = slot("export", about="What leaves the kitchen")


SYNONYMS = {
    "train": ("trainer",),
    "data_generator": ("data", "data_generator"),
    "dataset": ("data", "data_generator"),
    "augmentation": ("data", "augmentation"),
    "augmentations": ("data", "augmentation"),
    "backbone": ("model", "backbone"),
    "loss": ("model", "loss"),
    "optimizer": ("trainer", "optimizer"),
    "scheduler": ("trainer", "scheduler"),
    "early_stop": ("trainer", "early_stop"),
    "logger": ("loggers",),
    "evaluation": ("evaluate",),
}
"""Short names of slots: what a person says, and the path in the tree that is meant."""


def full_path(path: str) -> str:
    """Spell out a path whose first word may be a synonym (``train.num_epochs``)."""
    first, *rest = path.strip().split(".")
    return ".".join((*SYNONYMS.get(first, (first,)), *rest))
