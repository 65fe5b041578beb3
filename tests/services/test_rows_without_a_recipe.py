"""Rows of other people's tables carry no recipe: what GRDB_recipe makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haversack.base.errors import UsageError
from haversack.offline import GRDB_recipe
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import RecipeError
from haversack.recipe.tree import Recipe
from haversack.runs.asking import ask_worker
from haversack.services import cook_row
from haversack.services.cook import golden_recipe
from haversack.services.errors import MissingAssets
from haversack.services.volume_import import import_volume
from haversack.volume.write import write_volume

TABLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "grdb"
needs_tables = pytest.mark.skipif(
    not TABLES.is_dir(), reason="the real tables are not there (../shared/data/grdb)"
)
LITE = "tf_efficientnet_lite1.in1k"


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    return Pantry.build(tmp_path / "pantry")


@pytest.fixture
def few_architectures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Timm's names without a worker that imports timm."""
    cook_row._timm_architectures.cache_clear()
    monkeypatch.setattr(cook_row, "ask_worker", lambda _: ["resnet10t", "resnet18", "resnet18d"])
    yield
    cook_row._timm_architectures.cache_clear()


def put(pantry: Pantry, folder: Path, *rows: dict[str, Any], task: str = "classification") -> None:
    path = folder / "other.parquet"
    measured = [{"height": 224, "width": 224, "od_inf_rate_ms": 1.0} | row for row in rows]
    card = write_volume(path, measured, {"task": task, "source": "a test"})
    pantry.volumes.put("other", path.read_bytes(), card.as_dict())


def test_a_row_becomes_the_task_s_recipe_with_its_backbone_and_size(
    pantry: Pantry, tmp_path: Path
) -> None:
    put(pantry, tmp_path, {"backbone": LITE}, {"backbone": LITE, "height": 2000})
    recipe = golden_recipe(1, pantry, "other")
    assert recipe["model.backbone"].meta.path == "backbones/timm/tf_efficientnet_lite1"  # type: ignore[attr-defined] # a slot's ingredient
    assert recipe["model.image_size"] == 224
    assert recipe.missing() == []
    assert "row 1" in recipe.history[-1]
    with pytest.raises(UsageError, match="2000"):
        golden_recipe(2, pantry, "other")


@pytest.mark.parametrize(
    ("row", "source"),
    [
        ({"backbone": "resnet10t.c3_in1k"}, "hf:timm/resnet10t.c3_in1k"),
        ({"backbone": "resnet18", "weights": "https://a.test/r.pth"}, "https://a.test/r.pth"),
        ({"backbone": LITE, "weights": "https://a.test/l.pth"}, "https://a.test/l.pth"),
        ({"backbone": LITE, "weights": None}, "the table does not say where they are"),
    ],
)
def test_weights_that_nobody_pinned_are_named_with_their_source_before_anything_is_made(
    pantry: Pantry, tmp_path: Path, row: dict[str, Any], source: str
) -> None:
    elsewhere = (
        [{"backbone": "net", "weights": "https://a.test/net.pth"}] if "weights" in row else []
    )
    put(pantry, tmp_path, row, *elsewhere)
    with pytest.raises(MissingAssets) as caught:
        GRDB_recipe(1, pantry, "other")
    assert caught.value.missing == (f"weights of {row['backbone']} ({source}; no digest is known)",)
    assert pantry.recipes.list() == []


@pytest.mark.usefixtures("few_architectures")
def test_with_defaults_such_a_backbone_starts_from_random_numbers(
    pantry: Pantry, tmp_path: Path
) -> None:
    put(pantry, tmp_path, {"backbone": "resnet10t.c3_in1k", "height": 176})
    recipe = golden_recipe(1, pantry, "other", default=True)
    assert recipe.missing() == []
    assert (recipe["model.backbone.name"], recipe["model.image_size"]) == ("resnet10t", 176)
    assert [asset.name for asset in recipe.assets() if asset.kind == "weights"] == []


@pytest.mark.usefixtures("few_architectures")
@pytest.mark.parametrize(
    ("backbone", "said", "hint"),
    [
        ("../../etc", "no name of a timm architecture", "another row"),
        ("resnet18_8xb32_in1k", "no architecture 'resnet18_8xb32_in1k'", "resnet18"),
        ("conformer", "no architecture 'conformer'", "another row"),
    ],
)
def test_what_timm_cannot_build_is_refused_at_once_and_not_while_training(
    pantry: Pantry, tmp_path: Path, backbone: str, said: str, hint: str
) -> None:
    put(pantry, tmp_path, {"backbone": backbone})
    with pytest.raises(RecipeError, match=said) as caught:
        golden_recipe(1, pantry, "other", default=True)
    assert hint in caught.value.hint


@pytest.mark.torch
def test_the_worker_knows_the_architectures_of_the_installed_timm() -> None:
    names = ask_worker("--architectures")
    assert {"resnet10t", "tf_efficientnet_lite0"} <= set(names)
    assert len(names) > 500


def test_a_detector_of_another_library_is_named_with_its_weights(
    pantry: Pantry, tmp_path: Path
) -> None:
    row = {"backbone": "atss_r50_fpn_1x_coco", "weights": "https://a.test/atss.pth"}
    put(pantry, tmp_path, row, task="detection")
    with pytest.raises(RecipeError, match=r"atss_r50_fpn_1x_coco.*https://a\.test/atss\.pth"):
        golden_recipe(1, pantry, "other")


def test_a_row_without_a_recipe_and_a_backbone_says_so(pantry: Pantry, tmp_path: Path) -> None:
    put(pantry, tmp_path, {})
    with pytest.raises(RecipeError, match="carries no recipe"):
        golden_recipe(1, pantry, "other")


@needs_tables
@pytest.mark.usefixtures("few_architectures")
def test_rows_of_the_real_tables_become_recipes_or_name_what_is_missing(pantry: Pantry) -> None:
    import_volume(TABLES / "timm", pantry, name="t")
    import_volume(TABLES / "qualcomm", pantry, name="q")
    timm = "t_timm_amp-nhwc-pt240-cu124-rtx4090"
    ids = _ids(pantry, timm)
    lite = golden_recipe(ids["tf_efficientnet_lite0.in1k"], pantry, timm)
    assert (lite["model.image_size"], lite.missing()) == (224, [])
    with pytest.raises(MissingAssets, match=r"hf:timm/resnet18\.a1_in1k"):
        golden_recipe(ids["resnet18.a1_in1k"], pantry, timm)
    other = golden_recipe(ids["resnet18.a1_in1k"], pantry, timm, default=True)
    assert other["model.backbone.name"] == "resnet18"
    for name, error in (("classification", MissingAssets), ("detection", RecipeError)):
        volume = f"q_qualcomm_{'image' if name == 'classification' else 'object'}_{name}"
        first = min(_ids(pantry, volume).values())
        with pytest.raises(error, match=r"quic/ai-hub-models"):
            golden_recipe(first, pantry, volume, name)


def _ids(pantry: Pantry, volume: str) -> dict[str, int]:
    from haversack.services.volumes import load_volume

    frame = load_volume(volume, pantry).frame(["id", "backbone"])
    return dict(zip(frame["backbone"], frame["id"], strict=True))


def test_weights_that_somebody_pinned_are_named_with_their_source(pantry: Pantry) -> None:
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
