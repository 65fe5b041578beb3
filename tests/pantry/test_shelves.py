from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.errors import FileFormatError, IntegrityError, UsageError
from haversack.pantry.assets import Fetched
from haversack.pantry.documents import file_stem
from haversack.pantry.errors import NotInPantryError, PantryError
from haversack.pantry.pantry import Pantry
from pantry.samples import an_asset, files_under, sha256

FETCHED = Fetched(fetched_from="https://example.org/sample", raw_sha256="1" * 64)


def test_licence_source_place_and_date_are_kept(pantry: Pantry) -> None:
    asset = an_asset(b"file", "https://example.org/sample", licence="Apache-2.0")
    pantry.store.take_bytes(b"file")
    pantry.assets.put(asset, FETCHED)
    record = Pantry.open(pantry.path).assets.get("datasets/sample")
    assert record.asset == asset
    assert record.asset.licence == "Apache-2.0"
    assert record.asset.origin.uri == "https://example.org/sample"
    assert record.fetched_from == "https://example.org/sample"
    assert record.fetched_at == FETCHED.fetched_at
    assert record.fetched_at.endswith("+00:00")
    assert record.raw_sha256 == "1" * 64


def test_a_converted_file_is_taken_in_and_recorded_at_once(pantry: Pantry, tmp_path: Path) -> None:
    asset = an_asset(b"converted", "file:/raw", convert="timm-by-position:x")
    (tmp_path / "converted").write_bytes(b"converted")
    assert not pantry.assets.is_ready(asset)
    pantry.assets.put(asset, FETCHED, file=tmp_path / "converted")
    assert pantry.assets.is_ready(asset)
    assert pantry.store.read(sha256(b"converted")) == b"converted"


def test_a_conversion_that_gave_other_bytes_is_not_recorded(pantry: Pantry, tmp_path: Path) -> None:
    asset = an_asset(b"converted", "file:/raw", convert="timm-by-position:x")
    (tmp_path / "converted").write_bytes(b"something else")
    with pytest.raises(IntegrityError):
        pantry.assets.put(asset, FETCHED, file=tmp_path / "converted")
    assert pantry.assets.list() == []
    assert files_under(pantry.store.folder) == []


def test_an_asset_without_its_file_is_not_recorded(pantry: Pantry) -> None:
    with pytest.raises(NotInPantryError):
        pantry.assets.put(an_asset(b"absent", "file:/x"), FETCHED)
    assert pantry.assets.list() == []


def test_an_asset_of_another_size_is_not_recorded(pantry: Pantry) -> None:
    pantry.store.take_bytes(b"file")
    with pytest.raises(PantryError, match="4 bytes where 5 were expected"):
        pantry.assets.put(an_asset(b"file", "file:/x", size=5), FETCHED)


def test_another_version_of_an_asset_is_not_ready(pantry: Pantry) -> None:
    pantry.store.take_bytes(b"one")
    pantry.store.take_bytes(b"two")
    pantry.assets.put(an_asset(b"one", "file:/x"), FETCHED)
    assert not pantry.assets.is_ready(an_asset(b"two", "file:/x"))
    pantry.assets.put(an_asset(b"two", "file:/x"), FETCHED)
    assert pantry.assets.is_ready(an_asset(b"two", "file:/x"))
    assert len(pantry.assets.list()) == 1


def test_an_asset_whose_file_was_cut_short_is_not_ready(pantry: Pantry) -> None:
    asset = an_asset(b"file", "file:/x")
    pantry.store.take_bytes(b"file")
    pantry.assets.put(asset, FETCHED)
    path = pantry.store.path(asset.sha256)
    path.chmod(0o644)
    path.write_bytes(b"fil")
    assert not pantry.assets.is_ready(asset)


def test_an_unknown_asset_is_named(pantry: Pantry) -> None:
    for ask in (pantry.assets.get, pantry.assets.remove):
        with pytest.raises(NotInPantryError, match="no asset 'weights/none'"):
            ask("weights/none")


@given(st.text(min_size=1, max_size=200))
def test_any_name_becomes_a_safe_file_name_or_is_refused(name: str) -> None:
    try:
        stem = file_stem(name)
    except UsageError:
        return
    assert len(stem) <= 80
    assert set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.lists(st.text(min_size=1, max_size=30), min_size=2, max_size=8, unique=True))
def test_different_names_never_share_a_file(names: list[str]) -> None:
    stems = []
    for name in names:
        try:
            stems.append(file_stem(name))
        except UsageError:
            continue
    assert len(set(stems)) == len(stems)


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "a\x00b", "evil\u202egnp.exe"])
def test_names_that_deceive_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="not a usable name"):
        file_stem(name)


def test_a_volume_is_kept_with_its_card(pantry: Pantry) -> None:
    card = {"task": "detection", "rows": 24, "licence": "CC0-1.0"}
    pantry.volumes.put("xval_det", b"PAR1 detection PAR1", card)
    pantry.volumes.put("xval_cls", b"PAR1 classes PAR1", {})
    opened = Pantry.open(pantry.path)
    assert opened.volumes.list() == ["xval_cls", "xval_det"]
    assert opened.volumes.path("xval_det").read_bytes() == b"PAR1 detection PAR1"
    assert opened.volumes.path("xval_det").suffix == ".parquet"
    assert opened.volumes.card("xval_det") == card


def test_a_replaced_volume_leaves_one_file(pantry: Pantry) -> None:
    pantry.volumes.put("xval_det", b"old", {"v": 1})
    pantry.volumes.put("xval_det", b"new", {"v": 2})
    assert pantry.volumes.path("xval_det").read_bytes() == b"new"
    assert pantry.volumes.card("xval_det") == {"v": 2}
    assert len(files_under(pantry.path / "volumes")) == 2
    pantry.volumes.remove("xval_det")
    assert files_under(pantry.path / "volumes") == []


def test_a_damaged_volume_is_found_and_put_aside_by_a_rebuild(pantry: Pantry) -> None:
    pantry.volumes.put("xval_det", b"PAR1", {})
    pantry.volumes.path("xval_det").write_bytes(b"PAR2")
    with pytest.raises(IntegrityError):
        pantry.volumes.path("xval_det")
    again = Pantry.build(pantry.path, force_rebuild=True)
    assert again.volumes.list() == []
    with pytest.raises(NotInPantryError, match="no volume 'xval_det'"):
        again.volumes.card("xval_det")


def test_a_card_that_is_not_json_is_refused_and_the_old_volume_stays(pantry: Pantry) -> None:
    pantry.volumes.put("xval_det", b"old", {"v": 1})
    with pytest.raises(FileFormatError):
        pantry.volumes.put("xval_det", b"new", {"v": float("nan")})
    assert pantry.volumes.path("xval_det").read_bytes() == b"old"
    assert pantry.volumes.card("xval_det") == {"v": 1}


def test_attestations_are_kept_by_recipe_id(pantry: Pantry) -> None:
    recipe_id = sha256(b"recipe")
    assert pantry.attestations.get(recipe_id) is None
    pantry.attestations.put(recipe_id, {"proved": True})
    opened = Pantry.open(pantry.path).attestations
    assert opened.get(recipe_id) == {"proved": True}
    assert opened.list() == [recipe_id]
    pantry.attestations.remove(recipe_id)
    assert opened.list() == []


def test_an_attestation_of_no_recipe_is_refused(pantry: Pantry) -> None:
    with pytest.raises(UsageError, match="not a recipe id"):
        pantry.attestations.put("../../etc", {})


def test_a_torn_record_is_named(pantry: Pantry) -> None:
    recipe_id = sha256(b"recipe")
    pantry.attestations.put(recipe_id, {"proved": True})
    (pantry.path / "attestations" / f"{recipe_id}.json").write_text('{"proved": tr')
    with pytest.raises(FileFormatError, match=recipe_id):
        pantry.attestations.get(recipe_id)
