"""Filling, assigning, asking and changing a recipe."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.errors import EXIT_RECIPE
from haversack.catalog.shipped import registry
from haversack.recipe.errors import (
    AmbiguousName,
    IncompleteRecipe,
    InvalidValue,
    RecipeError,
    UnknownName,
)
from haversack.recipe.registry import Registry
from haversack.recipe.schema import UNSET
from haversack.recipe.tree import Recipe, replace_data_generator
from recipe.kitchen_for_tests import registry as small_registry

SMOKE = "Smoke (data/sets/url/detection/smoke-pascal-like)"


def detection() -> Recipe:
    recipe = Recipe.empty(registry(), "detection")
    recipe.fill_empty_recursively({"data_generator": SMOKE})
    return recipe


def test_an_empty_recipe_names_its_empty_slots() -> None:
    recipe = Recipe.empty(registry(), "detection")
    assert recipe.missing() == ["model", "data", "trainer", "checkpoint", "evaluate", "export"]
    with pytest.raises(IncompleteRecipe) as caught:
        recipe.require_complete()
    assert caught.value.exit_code == EXIT_RECIPE
    assert "trainer" in caught.value.message
    assert caught.value.hint.endswith(f": haversack recipe set {recipe.id[:12]} --default")
    recipe.name = "my scenes"
    with pytest.raises(IncompleteRecipe) as caught:
        recipe.require_complete()
    assert caught.value.hint.endswith(": haversack recipe set 'my scenes' --default")


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("optimiser", "optimizer"), ("backbon", "backbone"), ("train.num_epoch", "num_epochs")],
)
def test_a_misspelt_slot_or_option_is_answered_with_what_was_meant(wrong: str, meant: str) -> None:
    with pytest.raises(UnknownName) as caught:
        detection()[wrong] = "AdamW"
    assert caught.value.hint.startswith("Did you mean: ")
    assert meant in caught.value.hint
    with pytest.raises(UnknownName) as caught:
        detection().options(wrong)
    assert meant in caught.value.hint or "." in wrong


def test_an_unset_slot_shows_question_marks() -> None:
    assert Recipe.empty(registry(), "detection")["model"] == UNSET


def test_filling_takes_answers_first_and_defaults_after() -> None:
    recipe = detection()
    assert recipe.missing() == []
    assert recipe["data.data_generator"].kind == "data/sets/url/detection/smoke-pascal-like@1"  # type: ignore[attr-defined] # an ingredient
    assert recipe["backbone"].meta.title == "EfficientNet-Lite0"  # type: ignore[attr-defined] # an ingredient


def test_filling_leaves_what_is_filled() -> None:
    recipe = detection()
    recipe.fill_empty_recursively({"backbone": "EfficientNet-Lite2"})
    assert recipe["backbone"].meta.title == "EfficientNet-Lite0"  # type: ignore[attr-defined] # an ingredient


def test_several_candidates_without_a_default_are_an_error_that_lists_them() -> None:
    recipe = Recipe.empty(small_registry(with_default=False), "detection")
    with pytest.raises(AmbiguousName) as caught:
        recipe.fill_empty_recursively()
    assert "Small (backbone/small)" in caught.value.hint
    assert "Large (backbone/large)" in caught.value.hint
    assert "Old" not in caught.value.hint


def test_a_sole_candidate_fills_a_slot() -> None:
    recipe = Recipe.empty(small_registry(), "detection")
    recipe.fill_empty_recursively()
    assert recipe["trainer.steps"] == 10


def test_a_failed_fill_changes_nothing() -> None:
    recipe = Recipe.empty(registry(), "detection")
    before = recipe.id
    with pytest.raises(UnknownName):
        recipe.fill_empty_recursively({"no_such_slot": "x"})
    with pytest.raises(UnknownName):
        recipe.fill_empty_recursively({"backbone": "no such backbone"})
    assert recipe.id == before


def test_a_task_without_models_says_so() -> None:
    schemas = [registry().get(kind) for kind in registry().kinds()]
    others = Registry(
        [s for s in schemas if s.meta.tasks != {"segmentation"} or s.meta.role == "task"]
    )
    with pytest.raises(UnknownName, match="segmentation"):
        Recipe.empty(others, "segmentation").fill_empty_recursively()


@pytest.mark.parametrize(
    "name",
    [
        "EfficientNet-Lite1",
        "efficientnet-lite1",
        "backbones/timm/tf_efficientnet_lite1",
        "backbones/timm/tf_efficientnet_lite1@1",
        "EfficientNet-Lite1 (backbones/timm/tf_efficientnet_lite1)",
        r"lite1\)",
    ],
)
def test_title_path_whole_name_and_expression_all_name_an_ingredient(name: str) -> None:
    recipe = detection()
    recipe.assign_ingredients("backbone", name)
    assert recipe["backbone"].meta.title == "EfficientNet-Lite1"  # type: ignore[attr-defined] # an ingredient


def test_an_expression_that_fits_several_is_refused_with_the_list() -> None:
    with pytest.raises(AmbiguousName, match="3 ingredients"):
        detection().assign_ingredients("backbone", "lite")


def test_an_unknown_name_lists_near_matches() -> None:
    with pytest.raises(UnknownName) as caught:
        detection().assign_ingredients("optimizer", "AdmW")
    assert "AdamW" in caught.value.hint


def test_a_misspelt_title_is_answered_with_that_title_however_long_its_path_is() -> None:
    with pytest.raises(UnknownName) as caught:
        detection()["data_generator"] = "Smokee"
    hint = "Did you mean: Smoke (data/sets/url/detection/smoke-pascal-like)?"
    assert caught.value.hint == hint


def test_an_ingredient_of_another_role_does_not_fit() -> None:
    recipe = detection()
    with pytest.raises(RecipeError, match="takes a optimizer"):
        recipe.assign_ingredients("optimizer", recipe["backbone"])  # type: ignore[arg-type] # wrong on purpose


def test_an_option_in_the_place_of_a_slot_is_told_with_what_it_takes() -> None:
    with pytest.raises(
        UnknownName, match=r"trainer\.num_epochs is an option, not a slot"
    ) as caught:
        detection().options("trainer.num_epochs")
    assert caught.value.hint == "It takes 1 to 10000: trainer.num_epochs=VALUE."


def test_options_list_only_what_serves_the_task() -> None:
    titles = {meta.title for meta in detection().options("data_generator")}
    assert {"Smoke", "Digit scenes", "Own pictures with boxes", "Mosaic", "Joined"} <= titles
    assert not titles & {"Digits", "MNIST", "Digit scenes (segmentation)", "Own pictures"}


def test_a_name_like_none_is_answered_with_what_there_is() -> None:
    with pytest.raises(UnknownName) as caught:
        detection()["optimizer"] = "xyz"
    assert caught.value.hint == "There are: AdamW (optimizer/adamw); SGD (optimizer/sgd)."


def test_an_ingredient_of_another_task_is_answered_with_what_fits() -> None:
    recipe = detection()
    other = recipe.registry.find("Digits", "data_generator", "classification")()
    with pytest.raises(RecipeError, match="does not serve detection") as caught:
        recipe["data_generator"] = other
    assert caught.value.hint.startswith("What fits data.data_generator: ")
    assert "Digit scenes" in caught.value.hint


def test_item_access_validates_ranges() -> None:
    recipe = detection()
    recipe["train.num_epochs"] = 5
    assert recipe["trainer.num_epochs"] == 5
    for wrong in (0, -1, 10_001, "many", None, 2.5):
        with pytest.raises(InvalidValue) as caught:
            recipe["train.num_epochs"] = wrong
        assert "1 to 10000" in caught.value.hint
    assert recipe["trainer.num_epochs"] == 5


def test_choices_are_enforced() -> None:
    with pytest.raises(InvalidValue, match="precision"):
        detection()["export.precision"] = "int4"


def test_assigning_another_dataset_by_hand_resets_the_augmentations() -> None:
    recipe = detection()
    recipe.assign_ingredients("data_generator", "Digit scenes")
    assert recipe.missing() == ["data.augmentation"]


def test_replacing_the_data_generator_keeps_the_augmentations() -> None:
    recipe = detection()
    recipe["augmentation.brightness"] = 0.5
    replace_data_generator(recipe, "Digit scenes")
    assert recipe["augmentation.brightness"] == 0.5
    assert recipe["data_generator"].meta.title == "Digit scenes"  # type: ignore[attr-defined] # an ingredient


def test_a_slot_of_many_takes_several() -> None:
    recipe = detection()
    recipe.assign_ingredients("loggers", "CSV", "TensorBoard")
    assert [node.meta.title for _, node in recipe.walk() if node.meta.role == "logger"] == [
        "CSV",
        "TensorBoard",
    ]


def test_an_unset_option_is_missing() -> None:
    recipe = Recipe.empty(small_registry(), "detection")
    recipe.fill_empty_recursively()
    assert recipe.missing() == ["data.folder"]


def test_the_id_depends_on_the_tree_alone() -> None:
    first, second = detection(), detection()
    second.name, second.history = "another name", ("a line",)
    assert first.id == second.id
    second["train.num_epochs"] = 7
    assert first.id != second.id
    second["train.num_epochs"] = first["train.num_epochs"]
    assert first.id == second.id


@given(epochs=st.integers(1, 10_000), rate=st.floats(1e-6, 1.0), seed=st.integers(0, 2**31))
def test_any_valid_options_can_be_set_and_read_back(epochs: int, rate: float, seed: int) -> None:
    recipe = detection()
    recipe["train.num_epochs"] = epochs
    recipe["optimizer.learning_rate"] = rate
    recipe["trainer.seed"] = seed
    read = (recipe["trainer.num_epochs"], recipe["optimizer.learning_rate"], recipe["train.seed"])
    assert read == (epochs, rate, seed)


def test_a_copy_is_independent() -> None:
    recipe = detection()
    copy = recipe.copy()
    copy["train.num_epochs"] = 99
    assert recipe["train.num_epochs"] != 99


def test_pretrained_weights_are_an_asset_only_where_they_are_wanted() -> None:
    recipe = detection()
    assert "weights/tf_efficientnet_lite0" in {asset.name for asset in recipe.assets()}
    recipe["backbone.use_pretrained"] = False
    assert "weights/tf_efficientnet_lite0" not in {asset.name for asset in recipe.assets()}


def test_making_recipes_loads_no_torch() -> None:
    code = (
        "import sys; from haversack.catalog.shipped import registry;"
        "from haversack.recipe.tree import Recipe;"
        "Recipe.empty(registry(), 'detection').fill_empty_recursively({'data_generator': 'Smoke'});"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "haversack.training"} & set(done.stdout.split())
