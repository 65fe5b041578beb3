"""Data that somebody brings: into the pantry, into a recipe, into a bundle, and out again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from data.byod.mask_sets import indexed
from data.byod.sets import coco, digits_folder, image_folder, save
from haversack.base.errors import Cancelled, UsageError
from haversack.base.progress import CancelToken
from haversack.pantry.errors import FetchError, NotInPantryError
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import UnknownName
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe, replace_data_generator
from haversack.services.capture import capture
from haversack.services.datasets import (
    as_answer,
    describe_set,
    import_data,
    own_choices,
    own_sets,
)
from haversack.services.readiness import readiness
from haversack.services.unpack import open_bundle
from services.kits import keyring, light_recipe, packed


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    return Pantry.build(tmp_path / "pantry")


def own_recipe(pantry: Pantry, name: str = "parts") -> Recipe:
    recipe = light_recipe(pantry, "own")
    replace_data_generator(recipe, as_answer(pantry, name))
    return recipe


def test_an_imported_set_is_listed_with_its_licence_and_source(
    pantry: Pantry, tmp_path: Path
) -> None:
    folder = coco(tmp_path / "parts")
    kept, checked = import_data(folder, pantry, licence="CC0-1.0")
    assert own_sets(pantry) == (kept,)
    assert (kept.name, kept.task, kept.licence) == ("parts", "detection", "CC0-1.0")
    assert kept.source == str(folder)
    described = describe_set(pantry, "parts")
    assert described.pictures == checked.splits()
    assert {n: sum(c.values()) for n, c in described.classes.items()} == checked.counts()


def test_importing_again_changes_nothing_and_a_changed_set_replaces_it(
    pantry: Pantry, tmp_path: Path
) -> None:
    folder = image_folder(tmp_path / "parts")
    first, _ = import_data(folder, pantry)
    again, _ = import_data(folder, pantry)
    assert again.sha256 == first.sha256
    (folder / "roof/0.jpg").unlink()
    changed, _ = import_data(folder, pantry)
    assert changed.sha256 != first.sha256
    assert [one.sha256 for one in own_sets(pantry)] == [changed.sha256]


def test_a_recipe_on_own_data_is_ready_and_is_carried_as_text(
    pantry: Pantry, tmp_path: Path
) -> None:
    import_data(coco(tmp_path / "parts"), pantry)
    recipe = own_recipe(pantry)
    assert recipe.missing() == []
    assert readiness(recipe, pantry).state == "ready"
    assert from_sppr(to_sppr(recipe), pantry.registry).id == recipe.id


def test_own_data_travel_in_a_bundle(pantry: Pantry, tmp_path: Path) -> None:
    kept, _ = import_data(coco(tmp_path / "parts"), pantry, licence="CC0-1.0")
    pantry.recipes.save(own_recipe(pantry))
    keys = keyring(tmp_path / "keys")
    receipt = packed(pantry, tmp_path / "KIT", keys)
    keys.trust(tmp_path / "KIT", receipt.fingerprint)
    field = Pantry.build(tmp_path / "field")
    opened = open_bundle(tmp_path / "KIT", field, keys)
    assert (opened.recipes, opened.refused) == (("own",), ())
    (there,) = own_sets(field)
    assert (there.sha256, there.licence) == (kept.sha256, "CC0-1.0")
    assert readiness(field.recipes.load("own"), field).state == "ready"


def test_own_data_that_are_not_here_are_named_and_not_fetched(
    pantry: Pantry, tmp_path: Path
) -> None:
    import_data(coco(tmp_path / "parts"), pantry)
    recipe = own_recipe(pantry)
    elsewhere = Pantry.build(tmp_path / "elsewhere")
    assert [a.name for a in readiness(recipe, elsewhere).missing] == ["datasets/own/parts"]
    with pytest.raises(FetchError, match="imported from somebody's own files") as caught:
        capture(recipe.assets(), elsewhere)
    assert "haversack data import" in caught.value.hint


def test_labels_for_another_task_and_a_bad_name_are_wrong_usage(
    pantry: Pantry, tmp_path: Path
) -> None:
    folder = coco(tmp_path / "parts")
    with pytest.raises(UsageError, match="labels for detection"):
        import_data(folder, pantry, task="classification")
    with pytest.raises(UsageError):
        import_data(folder, pantry, name="../out")
    with pytest.raises(UsageError, match="is no folder"):
        import_data(tmp_path / "nothing", pantry)
    with pytest.raises(NotInPantryError, match="no imported data named 'parts'"):
        describe_set(pantry, "parts")
    assert own_sets(pantry) == ()


def test_a_cancelled_import_leaves_nothing(pantry: Pantry, tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        import_data(image_folder(tmp_path / "parts"), pantry, cancel=cancel)
    assert own_sets(pantry) == ()
    assert list(pantry.store.digests()) == []
    assert not list(pantry.store.folder.glob("incoming-*"))


def test_a_name_that_is_no_imported_set_stays_a_name(pantry: Pantry) -> None:
    assert as_answer(pantry, "Smoke") == "Smoke"


def test_a_name_of_no_data_set_is_answered_with_those_that_are_here_the_nearest_first(
    pantry: Pantry, tmp_path: Path
) -> None:
    for name in ("nuts", "bolts"):
        import_data(coco(tmp_path / name), pantry)
    import_data(image_folder(tmp_path / "boats"), pantry)
    capture(light_recipe(pantry).assets(), pantry)
    for task, hint in (
        ("detection", "bolts; nuts; Smoke."),
        ("classification", "boats."),
        (None, "bolts; boats; nuts; Smoke."),
    ):
        with pytest.raises(UnknownName, match="no data set is called 'bolds'") as caught:
            as_answer(pantry, "bolds", task)
        assert caught.value.hint == f"The nearest first, there are: {hint}"
    with pytest.raises(UnknownName) as caught:
        as_answer(pantry, "digitz", "classification")
    assert caught.value.hint.startswith(
        "The nearest first, there are: Digits (its files are not here); "
    )
    assert as_answer(pantry, "class-selector", "detection") == "class-selector"


def test_where_no_data_set_is_here_or_near_the_catalogues_are_named(pantry: Pantry) -> None:
    with pytest.raises(UnknownName) as caught:
        as_answer(pantry, "xyz", "detection")
    assert caught.value.hint == "There are: Cut-out scenes; Digit scenes; Smoke."


def test_pictures_are_kept_byte_for_byte(pantry: Pantry, tmp_path: Path) -> None:
    folder = digits_folder(tmp_path / "digits")
    kept, _ = import_data(folder, pantry)
    content = pantry.store.path(kept.sha256).read_bytes()
    for path in folder.rglob("*.png"):
        assert path.read_bytes() in content
        assert Image.open(path).size == (32, 32)


def test_masks_are_a_choice_for_segmentation_and_pictures_alone_for_none(
    pantry: Pantry, tmp_path: Path
) -> None:
    kept, _ = import_data(indexed(tmp_path / "parts"), pantry)
    assert kept.task == "segmentation"
    (choices,) = own_choices(pantry, "segmentation").values()
    assert list(choices) == ["parts"]
    assert describe_set(pantry, "parts").classes["roof"] == {"train": 5, "val": 1}
    for at in range(2):
        save(tmp_path / "more", f"{at}.jpg", at)
    import_data(tmp_path / "more", pantry)
    assert describe_set(pantry, "more").pictures == {"unlabeled": 2}
    with pytest.raises(UsageError, match="no labels to learn from") as caught:
        as_answer(pantry, "more")
    assert "haversack predict" in caught.value.hint
