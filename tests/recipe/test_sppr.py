"""The text form of a recipe: whole, portable, and inert."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.errors import HaversackError
from haversack.catalog.shipped import registry
from haversack.recipe.errors import RecipeError
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe
from recipe.kitchen_for_tests import registry as small_registry


def filled() -> Recipe:
    recipe = Recipe.empty(registry(), "classification")
    recipe.fill_empty_recursively()
    recipe.name = "digits"
    return recipe


def small(trainer: dict[str, object]) -> str:
    recipe = Recipe.empty(small_registry(), "detection")
    recipe.fill_empty_recursively()
    data = json.loads(to_sppr(recipe))
    data["recipe"]["trainer"] = trainer
    return json.dumps(data)


def test_a_recipe_survives_its_text() -> None:
    recipe = filled()
    back = from_sppr(to_sppr(recipe), registry())
    assert (back.id, back.name, back.task, back.root) == (
        recipe.id,
        "digits",
        "classification",
        recipe.root,
    )


def test_an_incomplete_recipe_survives_its_text() -> None:
    recipe = Recipe.empty(registry(), "detection")
    assert from_sppr(to_sppr(recipe), registry()).missing() == recipe.missing()


def test_a_change_by_hand_is_noticed() -> None:
    data = json.loads(to_sppr(filled()))
    data["recipe"]["trainer"]["num_epochs"] = 999
    with pytest.raises(RecipeError, match="id"):
        from_sppr(json.dumps(data), registry())


@pytest.mark.parametrize(
    "kind",
    ["os.system@1", "os:system", "haversack.recipe.tree:Recipe@1", "__main__@1", "antigravity@1"],
)
def test_a_recipe_that_names_a_python_import_is_refused_and_nothing_is_imported(kind: str) -> None:
    data = json.loads(to_sppr(filled()))
    data["recipe"]["trainer"] = {"kind": kind}
    before = set(sys.modules)
    with pytest.raises(RecipeError):
        from_sppr(json.dumps(data), registry())
    assert "antigravity" not in set(sys.modules) - before


def test_a_version_that_is_not_installed_is_migrated_step_by_step() -> None:
    recipe = from_sppr(small({"kind": "trainer/plain@1", "n": 3}), small_registry())
    assert recipe["trainer.steps"] == 30
    assert recipe.history == (
        "trainer/plain@1 -> trainer/plain@2: `n` is called `rounds`",
        "trainer/plain@2 -> trainer/plain@3: rounds of ten became steps",
    )


def test_without_upgrades_the_exact_version_is_asked_for() -> None:
    with pytest.raises(RecipeError, match="trainer/plain@1 is not installed"):
        from_sppr(small({"kind": "trainer/plain@1", "n": 3}), small_registry(), allow_upgrade=False)


def test_a_newer_version_than_installed_is_refused() -> None:
    with pytest.raises(RecipeError, match="newer"):
        from_sppr(small({"kind": "trainer/plain@9", "steps": 3}), small_registry())


def test_a_migrated_value_out_of_range_is_refused() -> None:
    with pytest.raises(RecipeError, match="trainer"):
        from_sppr(small({"kind": "trainer/plain@1", "n": 3000}), small_registry())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_recipe_or_a_clear_error(content: bytes) -> None:
    with pytest.raises(HaversackError):
        from_sppr(content.decode("utf-8", errors="surrogateescape"), registry())


@given(st.data())
def test_a_recipe_with_any_byte_changed_is_refused_or_the_same(data: st.DataObject) -> None:
    text = bytearray(to_sppr(filled()).encode())
    position = data.draw(st.integers(0, len(text) - 1))
    text[position] = data.draw(st.integers(32, 126))
    try:
        back = from_sppr(text.decode(), registry())
    except HaversackError:
        return
    assert back.id == filled().id
