"""What comes into the catalogue leaves recipes alone that were written before."""

from __future__ import annotations

import pytest

from haversack.base.digests import sha256_bytes
from haversack.base.resources import resource
from haversack.catalog.shipped import registry
from haversack.recipe.tree import Recipe
from haversack.services.bake.plan import read_plan, units

PLANS = {
    "xval_cls": "5ea3ba2575f7922883e91111c7d5ff4f89221316082e380191f2b2e86703e277",
    "xval_det": "92c0d36ab1686c3136bfb4a7bd1c719c82c225ca88bac059116b693696beffcb",
    "xval_seg": "97e9183d726faafa2df456388d00084e0f2a18005c21d6260a28c11887cab1fb",
}
"""The digest of a plan's ids, one after the other."""
DEFAULTS = {
    "classification": "09921b08e45d2a4749ed4055a5592df64c0f1028f674f1c4829279a1e75cf069",
    "detection": "ca578bb5eb874175c67645c38a9af3e4575303bbf197a1c74e311cbf7c695aa4",
    "segmentation": "ea06843bbc8178916a2109559223c921469884d57896d2247060a6075db5480d",
}


@pytest.mark.parametrize("name", PLANS)
def test_the_recipes_of_a_shipped_plan_keep_their_ids(name: str) -> None:
    ids = [unit.recipe.id for unit in units(read_plan(resource(f"plans/{name}.json")), registry())]
    assert sha256_bytes("".join(ids).encode()) == PLANS[name]


@pytest.mark.parametrize("task", DEFAULTS)
def test_a_recipe_filled_by_default_keeps_its_id(task: str) -> None:
    recipe = Recipe.empty(registry(), task)
    recipe.fill_empty_recursively()
    assert recipe.id == DEFAULTS[task]
