"""Fault 59 with shelves: the services that pack a pantry and open into one are killed anywhere."""

from __future__ import annotations

import os
import random
import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from faults.staging import killed_after
from haversack.base.digests import sha256_file
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Unsigned
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.services.pack import pack
from haversack.services.readiness import readiness
from haversack.services.setup import put_volumes
from haversack.services.unpack import open_bundle
from haversack.trust.keyring import KeyRing
from services.kits import PASSPHRASE, keyring, light_recipe, packed, proof_of, stocked_pantry

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="takes fork and SIGKILL")
KILLS = 50 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 25
MOST_ROUNDS = 6 * KILLS


@dataclass(frozen=True)
class Journey:
    """A pantry at home whose shelves are filled, and one in the field with its own recipe."""

    home: Pantry
    home_keys: KeyRing
    stick: Path
    field: Path
    field_keys: Path
    volumes: tuple[str, ...]

    def open(self) -> None:
        open_bundle(self.stick, Pantry.open(self.field), keyring(self.field_keys), jobs=1)

    def pack(self) -> None:
        pack(self.home, self.stick, self.home_keys, "packer", PASSPHRASE, jobs=1)


def _recipe(pantry: Pantry, name: str, epochs: int) -> Recipe:
    recipe = light_recipe(pantry, name)
    recipe["train.num_epochs"] = epochs
    return recipe


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    home = stocked_pantry(tmp_path / "home")
    report = proof_of(light_recipe(home))
    home.attestations.put(report.recipe_id, report.model_dump(mode="json"))
    volumes, _ = put_volumes(home, lambda heard: None)
    keys, stick = keyring(tmp_path / "home-keys"), tmp_path / "KIT"
    receipt = packed(home, stick, keys)
    keyring(tmp_path / "field-keys").trust(stick, receipt.fingerprint)
    field = Pantry.build(tmp_path / "field")
    field.recipes.save(_recipe(field, "mine", 7))
    return Journey(home, keys, stick, field.path, tmp_path / "field-keys", tuple(volumes))


def test_fault_59_an_opening_killed_anywhere_leaves_a_pantry_that_lost_nothing(
    journey: Journey, tmp_path: Path
) -> None:
    before = {
        part: tmp_path / f"{part.name}-before" for part in (journey.field, journey.field_keys)
    }
    for part, kept in before.items():
        shutil.copytree(part, kept)
    began = time.perf_counter()
    journey.open()
    window = time.perf_counter() - began
    chance = random.Random(59)  # noqa: S311 - a sample, not a secret
    killed = 0
    for _ in range(MOST_ROUNDS):
        for part, kept in before.items():
            shutil.rmtree(part)
            shutil.copytree(kept, part)
        if killed_after(chance.uniform(0, window), journey.open):
            killed += 1
        else:
            window *= 0.8
        _assert_sound(journey, whole=False)
        journey.open()
        _assert_sound(journey, whole=True)
        if killed == KILLS:
            return
    pytest.fail(f"only {killed} of {KILLS} kills came before the end")


def test_fault_59_packing_a_pantry_killed_anywhere_seals_nothing_that_is_not_whole(
    journey: Journey,
) -> None:
    began = time.perf_counter()
    journey.pack()
    window = time.perf_counter() - began
    chance = random.Random(60)  # noqa: S311 - a sample, not a secret
    killed = 0
    for round_ in range(MOST_ROUNDS):
        journey.home.recipes.save(_recipe(journey.home, "other", 1 + round_ % 3))
        if killed_after(chance.uniform(0, window), partial(Journey.pack, journey)):
            killed += 1
        else:
            window *= 0.8
        try:
            Bundle(journey.stick).verify(keyring(journey.field_keys))
        except Unsigned:
            assert not (journey.stick / "bundle.dsse.json").exists()
        journey.pack()
        Bundle(journey.stick).verify(keyring(journey.field_keys))
        if killed == KILLS:
            return
    pytest.fail(f"only {killed} of {KILLS} kills came before the end")


def _assert_sound(journey: Journey, *, whole: bool) -> None:
    """Check everything in the field's pantry; a killed opening may have brought a part of it."""
    pantry, keys = Pantry.open(journey.field), keyring(journey.field_keys)
    for sha256 in pantry.store.digests():
        pantry.store.verify(sha256)
    names = {entry.name for entry in pantry.recipes.list()}
    assert {"mine"} <= names <= {"mine", "light"}
    for name in names:
        pantry.recipes.load(name)
    for name in pantry.volumes.list():
        assert sha256_file(pantry.volumes.path(name)) == sha256_file(
            journey.home.volumes.path(name)
        )
    receipts = keys.receipts.list()
    assert len(receipts) == len({one["number"] for one in receipts}) <= 1 + whole
    if whole:
        assert receipts
        assert "light" in names
        assert set(pantry.volumes.list()) == set(journey.volumes)
        found = readiness(pantry.recipes.load("light"), pantry)
        assert (found.state, found.proved) == ("ready", True)
