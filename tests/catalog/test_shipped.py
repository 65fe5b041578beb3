"""Every shipped ingredient can be told, chosen and trusted to say what it needs."""

from __future__ import annotations

import pytest

from haversack.base.digests import sha256_file
from haversack.base.resources import resource
from haversack.catalog.published import PublishedWeights
from haversack.catalog.shipped import registry
from haversack.recipe.assets import Pin
from haversack.recipe.options import options_of
from haversack.recipe.schema import slots_of
from haversack.recipe.tree import Recipe

KINDS = registry().kinds()


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_has_a_help_text_and_a_default_that_is_allowed(kind: str) -> None:
    schema = registry().get(kind)
    schema()
    for option in options_of(schema):
        assert option.help, option.name
        assert option.range_text()


@pytest.mark.parametrize(
    ("path", "name", "told"),
    [
        ("trainer/lightning", "ema_decay", "at least 0 and below 1"),
        ("scheduler/one-cycle", "rise_fraction", "above 0 and below 1"),
        ("trainer/lightning", "num_epochs", "1 to 10000"),
    ],
)
def test_a_range_says_both_its_ends_also_where_an_end_is_not_allowed(
    path: str, name: str, told: str
) -> None:
    (option,) = (one for one in options_of(registry().find(path)) if one.name == name)
    assert option.range_text() == told


@pytest.mark.parametrize("kind", KINDS)
def test_every_slot_can_be_filled_by_something_installed(kind: str) -> None:
    for name, spec in slots_of(registry().get(kind)).items():
        assert registry().candidates(spec.role), name


@pytest.mark.parametrize("task", ["classification", "detection", "segmentation"])
def test_defaults_alone_make_a_complete_recipe(task: str) -> None:
    recipe = Recipe.empty(registry(), task)
    recipe.fill_empty_recursively()
    assert recipe.missing() == []


def test_every_asset_has_a_licence_a_source_and_a_digest() -> None:
    assets = [asset for kind in KINDS for asset in registry().get(kind)().assets()]
    assert len(assets) >= 6
    for asset in assets:
        assert asset.licence
        assert asset.size > 0
        assert asset.sha256 != "0" * 64
        assert (asset.convert is None) == (asset.sha256 == asset.origin.sha256)


PUBLISHED = [kind for kind in KINDS if issubclass(registry().get(kind), PublishedWeights)]


@pytest.mark.parametrize("kind", PUBLISHED)
def test_weights_without_a_known_digest_are_named_by_licence_and_source_alone(kind: str) -> None:
    schema = registry().get(kind)
    named = {"name": "resnet10t"} if "name" in schema.model_fields else {}
    sizes = next((o.choices for o in options_of(schema) if o.name == "size"), (None,))
    for size in sizes:
        changes = {**named, **({} if size is None else {"size": size})}
        assert schema.model_validate({**changes, "weights": "none"}).unpinned() == {}
        if size == "tiny":
            continue  # published by nobody, and refused
        node = schema.model_validate({**changes, "weights": "published"})
        (file,) = node.unpinned().values()
        assert node.assets() == ()
        assert file.licence
        assert file.uri.startswith(("hf:", "https://"))
        pin = Pin("a" * 64, 9, "b" * 64 if file.convert else "a" * 64)
        (asset,) = schema.model_validate({**changes, "weights": str(pin)}).assets()
        assert (asset.sha256, asset.size, asset.origin.sha256) == ("a" * 64, 9, pin.fetched)
        assert (asset.convert is None) == (asset.sha256 == asset.origin.sha256)


def test_what_fills_by_default_has_the_options_that_suit_the_model() -> None:
    recipe = Recipe.empty(registry(), "detection")
    recipe.fill_empty_recursively({"model": "D-FINE"})
    assert (recipe["optimizer.learning_rate"], recipe["trainer.gradient_clip"]) == (4e-4, 0.1)
    chosen = Recipe.empty(registry(), "detection")
    chosen.fill_empty_recursively({"model": "D-FINE", "optimizer": "AdamW"})
    assert chosen["optimizer.learning_rate"] == 1e-3


def test_the_shipped_smoke_set_is_the_one_that_the_catalogue_pins() -> None:
    smoke = next(
        asset for asset in registry().get("data/sets/url/detection/smoke-pascal-like@1")().assets()
    )
    path = resource(smoke.origin.uri.removeprefix("resource:"))
    assert (sha256_file(path), path.stat().st_size) == (smoke.sha256, smoke.size)


def test_a_detector_filled_by_default_starts_with_settings_that_suit_it() -> None:
    recipe = Recipe.empty(registry(), "detection")
    recipe.fill_empty_recursively()
    assert (recipe["data.batch_size"], recipe["optimizer.learning_rate"]) == (8, 2e-3)
    chosen = Recipe.empty(registry(), "detection")
    chosen.fill_empty_recursively({"optimizer": "AdamW"})
    assert chosen["optimizer.learning_rate"] == 1e-3
