from __future__ import annotations

import pytest

from haversack.base.errors import FileFormatError
from haversack.catalog.shipped import registry
from haversack.pantry.assets import Fetched
from haversack.pantry.errors import AmbiguousNameError, NotInPantryError
from haversack.pantry.fetch.asset import fetch_asset
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset
from haversack.recipe.schema import Ingredient
from haversack.recipe.tree import Recipe
from pantry.samples import files_under


def _recipe(task: str = "classification", epochs: int = 2) -> Recipe:
    recipe = Recipe.empty(registry(), task)
    recipe.fill_empty_recursively()
    recipe["trainer.num_epochs"] = epochs
    return recipe


def test_a_recipe_comes_back_as_it_was(pantry: Pantry) -> None:
    recipe = _recipe()
    recipe.history = ("made by hand",)
    record = pantry.recipes.save(recipe, "digits")
    loaded = Pantry.open(pantry.path).recipes.load("digits")
    assert (loaded.id, loaded.name, loaded.history) == (recipe.id, "digits", ("made by hand",))
    assert loaded.root == recipe.root
    assert loaded.pantry_path == pantry.path
    assert (record.id, record.name, record.task) == (recipe.id, "digits", "classification")
    assert recipe.name == ""


def test_a_recipe_is_found_by_name_id_and_beginning_of_an_id(pantry: Pantry) -> None:
    recipe = _recipe()
    pantry.recipes.save(recipe, "digits")
    for name in ("digits", recipe.id, recipe.id[:4], recipe.id[:12].upper()):
        assert pantry.recipes.load(name).id == recipe.id


@pytest.mark.parametrize("name", ["", "a", "digit", "*", "../x"])
def test_an_unknown_recipe_is_an_error_with_near_matches(pantry: Pantry, name: str) -> None:
    pantry.recipes.save(_recipe(), "digits")
    with pytest.raises(NotInPantryError, match="no recipe") as caught:
        pantry.recipes.load(name)
    assert "digits" in caught.value.hint


def test_several_ids_with_one_beginning_are_listed(pantry: Pantry) -> None:
    first: dict[str, Recipe] = {}
    for epochs in range(1, 2000):
        recipe = _recipe(epochs=epochs)
        twin = first.setdefault(recipe.id[:4], recipe)
        if twin is not recipe:
            break
    for one, name in ((twin, "a"), (recipe, "b")):
        pantry.recipes.save(one, name)
    with pytest.raises(AmbiguousNameError) as caught:
        pantry.recipes.load(recipe.id[:4])
    assert twin.id[:12] in caught.value.message
    assert recipe.id[:12] in caught.value.message


def test_a_name_belongs_to_the_recipe_that_took_it_last(pantry: Pantry) -> None:
    old, new = _recipe(epochs=2), _recipe(epochs=3)
    pantry.recipes.save(old, "digits")
    pantry.recipes.save(new, "digits")
    assert pantry.recipes.load("digits").id == new.id
    assert pantry.recipes.load(old.id).name == ""
    assert len(pantry.recipes.list()) == 2


def test_saving_again_without_a_name_keeps_the_name(pantry: Pantry) -> None:
    pantry.recipes.save(_recipe(), "digits")
    assert pantry.recipes.save(_recipe()).name == "digits"
    assert pantry.recipes.save(_recipe(), "").name == ""
    assert len(pantry.recipes.list()) == 1


def test_the_list_says_what_is_ready_and_what_is_missing(pantry: Pantry) -> None:
    draft = pantry.recipes.save(Recipe.empty(registry(), "detection"), "draft")
    assert draft.state == "incomplete"
    assert "model" in draft.missing_slots
    recipe = _recipe()
    recipe["model.backbone.use_pretrained"] = False
    saved = pantry.recipes.save(recipe, "digits")
    assert (saved.state, saved.missing_assets) == ("needs preparing", ("datasets/digits",))
    (asset,) = recipe.assets()
    pantry.assets.put(asset, fetch_asset(pantry, asset))
    listed = {record.name: record.state for record in pantry.recipes.list()}
    assert listed == {"draft": "incomplete", "digits": "ready"}


def test_a_removed_recipe_is_gone_and_its_assets_stay(pantry: Pantry) -> None:
    recipe = _recipe()
    recipe["model.backbone.use_pretrained"] = False
    (asset,) = recipe.assets()
    pantry.assets.put(asset, fetch_asset(pantry, asset))
    pantry.recipes.save(recipe, "digits")
    assert pantry.recipes.remove("digits").id == recipe.id
    assert pantry.recipes.list() == []
    assert files_under(pantry.path / "recipes") == []
    assert pantry.assets.is_ready(asset)


def test_a_record_under_another_id_is_refused(pantry: Pantry) -> None:
    record = pantry.recipes.save(_recipe(), "digits")
    folder = pantry.path / "recipes"
    (folder / f"{record.id}.json").rename(folder / f"{'0' * 64}.json")
    with pytest.raises(FileFormatError, match="recipe record 000000000000"):
        pantry.recipes.list()


def test_a_recipe_edited_by_hand_is_refused(pantry: Pantry) -> None:
    record = pantry.recipes.save(_recipe(epochs=2), "digits")
    path = pantry.path / "recipes" / f"{record.id}.json"
    text = path.read_text()
    edited = text.replace(r"\"num_epochs\":2", r"\"num_epochs\":9")
    assert edited != text
    path.write_text(edited)
    with pytest.raises(Exception, match="does not match its id"):
        pantry.recipes.load("digits")


def test_every_shipped_asset_that_needs_no_network_can_be_fetched(pantry: Pantry) -> None:
    """The catalogue's pins agree with what is installed and shipped."""
    tried = 0
    for kind in registry().kinds():
        for asset in _assets_of(registry().get(kind)):
            if asset.origin.uri.partition(":")[0] in ("resource", "package"):
                fetched = fetch_asset(pantry, asset)
                assert isinstance(fetched, Fetched)
                pantry.assets.put(asset, fetched)
                tried += 1
    assert tried >= 2


def _assets_of(schema: type[Ingredient]) -> tuple[Asset, ...]:
    return schema().assets()
