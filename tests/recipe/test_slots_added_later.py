"""A slot that older recipes do not know: they stay as they are, and it holds what is put there."""

from __future__ import annotations

import json

import pytest

from haversack.catalog.losses import CrossEntropy
from haversack.catalog.shipped import registry
from haversack.recipe.errors import RecipeError
from haversack.recipe.schema import UNSET
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe


def filled() -> Recipe:
    recipe = Recipe.empty(registry(), "classification")
    recipe.fill_empty_recursively()
    return recipe


def test_while_it_is_empty_a_recipes_text_and_id_know_nothing_of_it() -> None:
    recipe = filled()
    before = to_sppr(recipe)
    assert recipe.missing() == []
    assert "loss" not in json.loads(before)["recipe"]["model"]
    assert recipe["loss"] == UNSET
    recipe["loss"] = "Focal loss"
    assert recipe.id != json.loads(before)["id"]
    recipe["loss"] = None
    assert to_sppr(recipe) == before


def test_what_it_holds_is_part_of_the_text_and_of_the_id() -> None:
    recipe = filled()
    recipe["loss"] = CrossEntropy(label_smoothing=0.2, balanced=True)
    back = from_sppr(to_sppr(recipe), registry())
    assert (back.id, back.root) == (recipe.id, recipe.root)
    assert back["loss.label_smoothing"] == 0.2


def test_it_takes_its_role_alone_and_the_task_chooses_what_fits() -> None:
    recipe = filled()
    assert [meta.title for meta in recipe.options("loss")] == ["Cross-entropy", "Focal loss"]
    with pytest.raises(RecipeError):
        recipe["loss"] = "AdamW"
    with pytest.raises(RecipeError):
        Recipe.empty(registry(), "detection").options("loss")
