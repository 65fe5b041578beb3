"""A have-list goes out, a delta comes back: what the field has is not carried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.errors import UsageError
from haversack.base.files import StorageError
from haversack.bundle.errors import Partial
from haversack.bundle.have import read_have_list
from haversack.pantry.pantry import Pantry
from haversack.services.have import have
from haversack.services.new_pantry import pantry_for_opening
from haversack.services.pack import pack
from haversack.services.setup import put_volumes
from haversack.services.unpack import open_bundle
from haversack.trust.errors import Refused
from haversack.trust.keyring import KeyRing
from services.kits import PASSPHRASE, keyring, packed, stocked_pantry


@pytest.fixture
def home(tmp_path: Path) -> Pantry:
    return stocked_pantry(tmp_path / "home")


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return keyring(tmp_path / "keys")


def _field(tmp_path: Path, home: Pantry, keys: KeyRing) -> Pantry:
    keys.trust(tmp_path / "KIT", packed(home, tmp_path / "KIT", keys).fingerprint)
    field = Pantry.build(tmp_path / "field")
    open_bundle(tmp_path / "KIT", field, keys)
    return field


def test_a_delta_opens_on_the_pantry_that_gave_the_have_list(
    tmp_path: Path, home: Pantry, keys: KeyRing
) -> None:
    field = _field(tmp_path, home, keys)
    found = have(field, tmp_path / "have.json")
    assert (found.damaged, found.read) == ((), True)
    added, _ = put_volumes(home, lambda heard: None)
    since = read_have_list(tmp_path / "have.json")
    receipt = pack(home, tmp_path / "DELTA", keys, "packer", PASSPHRASE, name="KIT", since=since)
    smoke = home.assets.list()[0].asset
    assert receipt.bytes_left_out >= smoke.size
    assert receipt.bytes_written < sum(home.volumes.path(n).stat().st_size for n in added) + 9000
    opened = open_bundle(tmp_path / "DELTA", field, keys)
    assert set(opened.volumes) == set(added)
    assert opened.recipes == ("light",)


def test_a_delta_is_partial_on_another_pantry_and_leaves_nothing(
    tmp_path: Path, home: Pantry, keys: KeyRing
) -> None:
    field = _field(tmp_path, home, keys)
    have(field, tmp_path / "have.json")
    since = read_have_list(tmp_path / "have.json")
    pack(home, tmp_path / "DELTA", keys, "packer", PASSPHRASE, name="KIT", since=since)
    with (
        pytest.raises(Partial, match=r"needs \d blobs, \d"),
        pantry_for_opening(tmp_path / "new" / "pantry") as other,
    ):
        open_bundle(tmp_path / "DELTA", other, keys)
    assert not (tmp_path / "new").exists()
    other = Pantry.build(tmp_path / "other")
    open_bundle(tmp_path / "DELTA", other, keys, donors=[tmp_path / "KIT"])
    assert [record.name for record in other.recipes.list()] == ["light"]


def test_documents_that_were_collected_as_garbage_are_taken_from_the_shelves(
    tmp_path: Path, home: Pantry, keys: KeyRing
) -> None:
    put_volumes(home, lambda heard: None)
    field = _field(tmp_path, home, keys)
    have(field, tmp_path / "have.json")
    field.collect_garbage(spare_younger_than=0)
    since = read_have_list(tmp_path / "have.json")
    receipt = pack(home, tmp_path / "DELTA", keys, "packer", PASSPHRASE, name="KIT", since=since)
    assert receipt.blobs_written == 0
    opened = open_bundle(tmp_path / "DELTA", field, keys)
    assert opened.files == receipt.files


def test_a_damaged_file_is_not_named_in_the_have_list(
    tmp_path: Path, home: Pantry, keys: KeyRing
) -> None:
    field = _field(tmp_path, home, keys)
    asset = field.assets.list()[0].asset
    path = field.store.path(asset.sha256)
    path.chmod(0o644)
    path.write_bytes(bytes(asset.size))
    found = have(field, tmp_path / "have.json")
    assert len(found.damaged) == 1 and asset.name in found.damaged[0]
    assert asset.sha256 not in read_have_list(tmp_path / "have.json").files
    assert have(field, tmp_path / "quick.json", quick=True).files == found.files + 1


def test_sticks_are_opened_one_after_the_other(tmp_path: Path, home: Pantry, keys: KeyRing) -> None:
    put_volumes(home, lambda heard: None)
    keys.new("packer", PASSPHRASE, "test kitchen")
    stick = home.assets.list()[0].asset.size + 285_000  # room for it, and for little more
    receipt = pack(home, tmp_path / "SET", keys, "packer", PASSPHRASE, stick=stick)
    assert len(receipt.sticks) >= 2
    keys.trust(receipt.sticks[0], receipt.fingerprint)
    for given in receipt.sticks[1:]:
        with (
            pytest.raises(Partial, match="was gathered; this is stick"),
            pantry_for_opening(tmp_path / "field") as field,
        ):
            open_bundle(given, field, keys, gather=True)
        assert field.recipes.list() == [] and list(field.store.digests()) == []
    opened = open_bundle(receipt.sticks[0], field, keys)
    assert opened.files == receipt.files
    assert not (tmp_path / "field" / "store" / "gathered").exists()


def test_a_bundle_is_not_packed_into_the_pantry(
    tmp_path: Path, home: Pantry, keys: KeyRing
) -> None:
    keys.new("packer", PASSPHRASE, "test kitchen")
    (tmp_path / "link").symlink_to(home.path)
    before = sorted(home.path.rglob("*"))
    for out in (home.path, home.path / "store" / "KIT", tmp_path / "link" / "KIT"):
        with pytest.raises(UsageError, match="lies in the pantry") as caught:
            pack(home, out, keys, "packer", PASSPHRASE)
        assert caught.value.exit_code == 2
    assert sorted(home.path.rglob("*")) == before


@pytest.mark.parametrize("damage", ["flip", "remove", "untrusted", "nowhere"])
def test_an_opening_that_fails_leaves_no_new_pantry(
    tmp_path: Path, home: Pantry, keys: KeyRing, damage: str
) -> None:
    stick = tmp_path / "KIT"
    receipt = packed(home, stick, keys)
    if damage != "untrusted":
        keys.trust(stick, receipt.fingerprint)
    largest = max(stick.glob("blobs/*/*/*"), key=lambda path: path.stat().st_size)
    if damage == "flip":
        largest.write_bytes(largest.read_bytes()[:-1] + b"?")
    if damage == "remove":
        largest.unlink()
    if damage == "nowhere":
        stick = tmp_path / "nowhere"
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "deep" / "er", tmp_path / "empty"):
        with pytest.raises((Refused, StorageError)), pantry_for_opening(folder) as pantry:
            open_bundle(stick, pantry, keys)
    assert not (tmp_path / "deep").exists()
    assert list((tmp_path / "empty").iterdir()) == []
