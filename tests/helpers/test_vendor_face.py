"""The vendor's examples run with only the package's name changed."""

from __future__ import annotations

import inspect
from pathlib import Path

import haversack as lrd
from haversack import create, offline
from haversack.helpers import offline as helpers_offline


def parameters(function: object) -> dict[str, object]:
    signature = inspect.signature(function)  # type: ignore[arg-type] # a function of the face
    return {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if parameter.kind is not parameter.KEYWORD_ONLY
    }


EMPTY = inspect.Parameter.empty


def test_the_example_makes_a_complete_recipe(tmp_path: Path) -> None:
    pantry = lrd.Pantry.build(str(tmp_path / "my_pantry"))
    recipe = lrd.create.empty_detection_recipe(pantry=pantry)
    recipe.fill_empty_recursively(
        {"data_generator": "Smoke (data/sets/url/detection/smoke-pascal-like)"}
    )
    assert recipe.missing() == []
    assert recipe.pantry_path == pantry.path


def test_both_import_paths_give_the_same_functions() -> None:
    for name in ("setup", "single_recipe", "query_pareto_optimal_recipes", "GRDB_recipe"):
        assert getattr(helpers_offline, name) is getattr(offline, name)
        assert getattr(lrd.helpers.offline, name) is getattr(offline, name)


def test_the_four_functions_have_the_stated_parameters_and_defaults() -> None:
    assert parameters(offline.setup) == {"pantry": EMPTY}
    assert parameters(offline.single_recipe) == {"recipe": EMPTY, "task": "train"}
    assert parameters(offline.query_pareto_optimal_recipes) == {
        "df": EMPTY,
        "method": "exact",
        "metric_custom": "od_inf_rate_ms",
        "sort_by": "metric_custom_best_to_worst",
        "top_N_fuzzy": None,
    }
    assert parameters(offline.GRDB_recipe) == {
        "recipe_id": EMPTY,
        "pantry": EMPTY,
        "grdb_volume": None,
        "grdb_task": None,
        "data_generator": None,
        "allow_upgrade": True,
        "allow_deprecated": False,
        "verbose": 0,
        "default": False,
    }


def test_every_public_name_is_there() -> None:
    for name in lrd.__all__:
        assert getattr(lrd, name) is not None
    assert set(lrd.__all__) >= {"Pantry", "Recipe", "Bundle", "KeyRing", "Volume", "train"}


def test_recipes_are_made_from_text_and_file(tmp_path: Path) -> None:
    from haversack.recipe.sppr import to_sppr

    pantry = lrd.Pantry.build(tmp_path / "pantry")
    recipe = create.empty_classification_recipe(pantry=pantry)
    recipe.fill_empty_recursively({})
    text = to_sppr(recipe)
    (tmp_path / "recipe.json").write_text(text)
    assert create.from_sppr(text, pantry=pantry, allow_upgrade=True).id == recipe.id
    assert create.from_sppr(tmp_path / "recipe.json", pantry=pantry).id == recipe.id


def test_a_segmentation_recipe_can_be_begun(tmp_path: Path) -> None:
    pantry = lrd.Pantry.build(tmp_path / "pantry")
    assert create.empty_segmentation_recipe(pantry=pantry).task == "segmentation"
