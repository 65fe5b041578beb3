"""From one pantry to another over a signed bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haversack.base.errors import EXIT_REFUSED, UsageError
from haversack.bundle.items import Contents, PackItem
from haversack.bundle.statement import RecipeClaim
from haversack.bundle.writer import pack as write_bundle
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import RecipeError
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.services.contents import _from_bytes, select
from haversack.services.errors import MissingAssets
from haversack.services.pack import pack
from haversack.services.readiness import readiness
from haversack.services.setup import put_volumes
from haversack.services.shelves import shelf_items
from haversack.services.unpack import OpenReceipt, open_bundle, verify
from haversack.trust.errors import Refused, WrongPassphrase
from haversack.trust.keyring import KeyRing
from services.kits import PASSPHRASE, keyring, light_recipe, packed, proof_of, stocked_pantry


@pytest.fixture
def trusted(tmp_path: Path) -> tuple[Pantry, KeyRing]:
    """A stocked pantry that was packed as KIT, and keys that trust whoever packed it."""
    pantry, keys = stocked_pantry(tmp_path / "home"), keyring(tmp_path / "keys")
    receipt = packed(pantry, tmp_path / "KIT", keys)
    keys.trust(tmp_path / "KIT", receipt.fingerprint)
    return pantry, keys


def test_what_was_packed_is_ready_where_it_is_opened(tmp_path: Path) -> None:
    pantry = stocked_pantry(tmp_path / "home")
    report = proof_of(light_recipe(pantry))
    pantry.attestations.put(report.recipe_id, report.model_dump(mode="json"))
    home, field = keyring(tmp_path / "home-keys"), keyring(tmp_path / "field-keys")
    receipt = packed(pantry, tmp_path / "KIT", home)
    field.trust(tmp_path / "KIT", receipt.fingerprint)
    target = Pantry.build(tmp_path / "field")
    opened = open_bundle(tmp_path / "KIT", target, field)
    assert opened.recipes == ("light",)
    found = readiness(target.recipes.load("light"), target)
    assert (found.state, found.proved) == ("ready", True)


def test_golden_volumes_travel_with_their_cards(tmp_path: Path) -> None:
    pantry = stocked_pantry(tmp_path / "home")
    added, _ = put_volumes(pantry, lambda heard: None)
    assert added
    home, field = keyring(tmp_path / "home-keys"), keyring(tmp_path / "field-keys")
    receipt = packed(pantry, tmp_path / "KIT", home)
    field.trust(tmp_path / "KIT", receipt.fingerprint)
    target = Pantry.build(tmp_path / "field")
    open_bundle(tmp_path / "KIT", target, field)
    for name in added:
        assert target.volumes.card(name) == pantry.volumes.card(name)
        assert target.volumes.path(name).read_bytes() == pantry.volumes.path(name).read_bytes()


def test_opening_twice_changes_nothing(tmp_path: Path, trusted: tuple[Pantry, KeyRing]) -> None:
    _, keys = trusted
    target = Pantry.build(tmp_path / "field")
    open_bundle(tmp_path / "KIT", target, keys)
    before = sorted(target.store.digests())
    open_bundle(tmp_path / "KIT", target, keys)
    assert sorted(target.store.digests()) == before


def test_what_was_here_says_where_it_came_from_also_after_a_bundle_brought_it_again(
    tmp_path: Path, trusted: tuple[Pantry, KeyRing]
) -> None:
    pantry, keys = trusted
    before = pantry.assets.list()
    open_bundle(tmp_path / "KIT", pantry, keys)
    assert before and pantry.assets.list() == before


def test_nothing_of_an_untrusted_bundle_enters_the_pantry(tmp_path: Path) -> None:
    packed(stocked_pantry(tmp_path / "home"), tmp_path / "KIT", keyring(tmp_path / "home-keys"))
    target = Pantry.build(tmp_path / "field")
    with pytest.raises(Refused) as caught:
        open_bundle(tmp_path / "KIT", target, keyring(tmp_path / "field-keys"))
    assert (caught.value.state, caught.value.exit_code) == ("untrusted", EXIT_REFUSED)
    assert list(target.store.digests()) == []
    assert target.recipes.list() == []


def test_a_recipe_on_a_stick_that_names_an_import_is_put_on_no_shelf(tmp_path: Path) -> None:
    """Fault 78: it is data that no installed schema knows, signed or not."""
    pantry = stocked_pantry(tmp_path / "home")
    keys = keyring(tmp_path / "keys")
    info = keys.new("packer", PASSPHRASE, "test kitchen")
    recipe = pantry.recipes.load("light")
    hostile = json.loads(pantry.recipes.find("light").sppr)
    hostile["recipe"]["trainer"] = {"kind": "antigravity.fly@1"}
    item = _from_bytes(
        "recipes/hostile.json", "recipe", "application/json", json.dumps(hostile).encode()
    )
    claims = (RecipeClaim(recipe.id, "hostile", "detection"),)
    write_bundle(
        (item,), tmp_path / "KIT", keys.unlock("packer", PASSPHRASE), Contents("KIT", claims)
    )
    keys.trust(tmp_path / "KIT", info.fingerprint)
    target = Pantry.build(tmp_path / "field")
    opened = open_bundle(tmp_path / "KIT", target, keys)
    assert opened.recipes == ()
    assert "antigravity" in opened.refused[0]
    assert target.recipes.list() == []


def test_a_recipe_that_was_not_prepared_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "home")
    pantry.recipes.save(light_recipe(pantry))
    with pytest.raises(MissingAssets, match="smoke-voc"):
        select(pantry, ("light",))


def test_a_pantry_without_ready_recipes_packs_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no recipe"):
        select(Pantry.build(tmp_path / "home"))


def test_a_wrong_passphrase_leaves_no_bundle(tmp_path: Path) -> None:
    pantry = stocked_pantry(tmp_path / "home")
    keys = keyring(tmp_path / "keys")
    keys.new("packer", PASSPHRASE, "test kitchen")
    with pytest.raises(WrongPassphrase):
        pack(pantry, tmp_path / "KIT", keys, "packer", "wrong")
    assert not (tmp_path / "KIT").exists()


def test_a_second_pack_writes_no_blob_and_counts_on(tmp_path: Path) -> None:
    pantry = stocked_pantry(tmp_path / "home")
    keys = keyring(tmp_path / "keys")
    first = packed(pantry, tmp_path / "KIT", keys)
    second = packed(pantry, tmp_path / "KIT", keys)
    assert (second.blobs_written, second.counter) == (0, first.counter + 1)
    keys.trust(tmp_path / "KIT", first.fingerprint)
    assert verify(tmp_path / "KIT", keys).state == "verified"


def opened_with(tmp_path: Path, *items: PackItem, into: Pantry) -> OpenReceipt:
    """Sign files of any content, as a publisher who is trusted could, and open them."""
    keys = keyring(tmp_path / "hostile-keys")
    info = keys.new("hostile", PASSPHRASE, "hostile kitchen")
    stick = tmp_path / "HOSTILE"
    write_bundle(items, stick, keys.unlock("hostile", PASSPHRASE), Contents("HOSTILE"))
    keys.trust(stick, info.fingerprint)
    return open_bundle(stick, into, keys)


@pytest.mark.parametrize(
    ("path", "kind", "content"),
    [
        ("recipes/a.json", "recipe", b"not json"),
        ("recipes/a.json", "recipe", b"[]"),
        ("recipes/a.json", "recipe", b'{"format":"haversack-recipe/1"}'),
        ("attestations/a.json", "attestation", b"[]"),
        ("attestations/a.json", "attestation", b'{"rehearsal":"proved"}'),
        ("volumes/a.parquet", "volume", b"PAR1"),
        ("volumes/deep/a.parquet", "volume", b"PAR1"),
    ],
)
def test_a_signed_file_that_fits_no_shelf_is_refused_by_name_and_harms_nothing(
    tmp_path: Path, path: str, kind: str, content: bytes
) -> None:
    target = stocked_pantry(tmp_path / "target")
    before = [record.name for record in target.recipes.list()]
    receipt = opened_with(tmp_path, _from_bytes(path, kind, "text/plain", content), into=target)
    assert [line.partition(":")[0] for line in receipt.refused] == [path]
    assert [record.name for record in target.recipes.list()] == before
    assert [item.state for item in shelf_items(target) if item.shelf == "recipes"] == ["ready"]


def test_a_hostile_version_tag_is_a_refusal_and_no_crash(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "home")
    for version in ("\u00b2", "9" * 5000):
        data = json.loads(to_sppr(light_recipe(pantry)))
        data["recipe"]["trainer"]["optimizer"]["kind"] = f"optimizer/adamw@{version}"
        with pytest.raises(RecipeError):
            from_sppr(json.dumps(data), pantry.registry)


def test_a_name_that_is_taken_stays_with_the_recipe_that_has_it(tmp_path: Path) -> None:
    target = Pantry.build(tmp_path / "target")
    own = light_recipe(target, "scenes")
    target.recipes.save(own)
    other = light_recipe(target, "scenes")
    other["train.num_epochs"] = 7
    text = to_sppr(other).encode()
    item = _from_bytes(f"recipes/{other.id}.json", "recipe", "application/json", text)
    assert opened_with(tmp_path, item, into=target).recipes == ("scenes (2)",)
    assert target.recipes.load("scenes").id == own.id
    assert target.recipes.load("scenes (2)").id == other.id


def test_an_item_that_is_not_in_the_bundle_is_wrong_usage_and_leaves_no_receipt(
    tmp_path: Path, trusted: tuple[Pantry, KeyRing]
) -> None:
    _, keys = trusted
    target = Pantry.build(tmp_path / "field")
    with pytest.raises(UsageError, match="nope") as caught:
        open_bundle(tmp_path / "KIT", target, keys, items=["nope"])
    assert (
        "begin with assets/datasets/, recipes/; all of them: haversack verify" in caught.value.hint
    )
    assert list(target.store.digests()) == []
    assert list(keys.receipts.list()) == []


def test_a_recipe_whose_rehearsal_failed_is_not_packed_unasked(tmp_path: Path) -> None:
    pantry = stocked_pantry(tmp_path / "home")
    report = proof_of(light_recipe(pantry), "failed")
    pantry.attestations.put(report.recipe_id, report.model_dump(mode="json"))
    with pytest.raises(UsageError, match="no recipe"):
        select(pantry)
    assert [claim.name for claim in select(pantry, ("light",)).recipes] == ["light"]
