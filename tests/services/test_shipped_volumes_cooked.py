"""Every row of the shipped volumes is cooked from a bundle that carries its assets, offline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.services.capture import capture
from haversack.services.cook import golden_recipe
from haversack.services.isolation import isolation
from haversack.services.setup import put_volumes
from haversack.services.unpack import open_bundle
from haversack.services.volumes import load_volume, shipped_volumes
from long_form import LONG_FORM
from services.kits import keyring, packed

FIELD = Path(__file__).with_name("cooked_apart.py")


def baked(pantry: Pantry) -> dict[str, dict[int, Recipe]]:
    """Give the recipe of every row of every volume."""
    return {
        name: {
            row: golden_recipe(row, pantry, name)
            for row in load_volume(name, pantry).frame(["id"])["id"].tolist()
        }
        for name in pantry.volumes.list()
    }


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.registry
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not LONG_FORM, reason="trains each kind of row: the long form alone")
@pytest.mark.skipif(not isolation().possible, reason="no network namespace can be made here")
def test_every_row_is_cooked_from_a_bundle_with_its_assets_and_each_kind_trains_and_exports(
    tmp_path: Path,
) -> None:
    home = Pantry.build(tmp_path / "home")
    put_volumes(home, lambda heard: None)
    recipes = baked(home)
    every = [recipe for rows in recipes.values() for recipe in rows.values()]
    capture(tuple({a.name: a for recipe in every for a in recipe.assets()}.values()), home)
    for recipe in every:
        home.recipes.save(recipe)
    keys = keyring(tmp_path / "keys")
    receipt = packed(home, tmp_path / "KIT", keys)
    keys.trust(tmp_path / "KIT", receipt.fingerprint)
    field = Pantry.build(tmp_path / "field")
    open_bundle(tmp_path / "KIT", field, keys)
    assert field.volumes.list() == sorted(shipped_volumes())

    done = subprocess.run(
        [*isolation().prefix(), sys.executable, str(FIELD), str(field.path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["devices"] == []
    for name, rows in recipes.items():
        assert told["cooked"][name] == {str(row): recipe.id for row, recipe in rows.items()}
        kinds = load_volume(name, field).frame(["dataset", "backbone"]).drop_duplicates()
        assert len(told["exported"][name]) == len(kinds)
        assert min(told["exported"][name].values()) > 1_000_000
