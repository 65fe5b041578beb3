"""A golden volume that was made or imported here stays when a bundle brings one of its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.resources import resource
from haversack.pantry.pantry import Pantry
from haversack.services.listen import Heard, Said
from haversack.services.setup import put_volumes
from haversack.services.unpack import OpenReceipt, open_bundle
from haversack.services.volume_import import import_volume
from haversack.services.volumes import load_volume
from haversack.trust.keyring import KeyRing
from services.kits import keyring, packed, stocked_pantry

CLASSIFIERS = {"task": "classification", "licence": "CC0-1.0"}


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return keyring(tmp_path / "keys")


def _import(pantry: Pantry, folder: Path, latency: float, name: str = "mine") -> bytes:
    table = folder / f"{latency}.csv"
    table.write_text(f"backbone,latency,acc\ntf_efficientnet_lite0.x,{latency},70\n")
    import_volume(
        table, pantry, kind="general", mapping={"od_inf_rate_ms": "latency"}, name=name,
        about=CLASSIFIERS,
    )  # fmt: skip
    return pantry.volumes.path(name).read_bytes()


def _open(home: Pantry, kit: Path, pantry: Pantry, keys: KeyRing) -> OpenReceipt:
    keys.trust(kit, packed(home, kit, keys).fingerprint)
    return open_bundle(kit, pantry, keys)


def test_a_volume_that_was_imported_here_stays_under_a_new_name_and_that_is_told_once(
    tmp_path: Path, keys: KeyRing
) -> None:
    home, field = stocked_pantry(tmp_path / "home"), Pantry.build(tmp_path / "field")
    brought, own = _import(home, tmp_path, 2.0), _import(field, tmp_path, 9.0)
    receipt = _open(home, tmp_path / "FIRST", field, keys)
    assert receipt.moved == (
        "the bundle brought another golden volume called mine; the one that was here is called "
        "mine-2 now: haversack pareto mine-2",
    )
    assert receipt.volumes == ("mine",)
    assert field.volumes.path("mine").read_bytes() == brought
    assert field.volumes.path("mine-2").read_bytes() == own
    assert load_volume("mine-2", field).frame()["od_inf_rate_ms"].tolist() == [9.0]
    assert field.volumes.card("mine-2")["name"] == "mine-2"
    assert _open(home, tmp_path / "AGAIN", field, keys).moved == ()
    newer = _import(home, tmp_path, 3.0)
    assert _open(home, tmp_path / "NEWER", field, keys).moved == (), "the publisher's gives way"
    assert field.volumes.path("mine").read_bytes() == newer
    assert field.volumes.list() == ["mine", "mine-2"]
    assert _open(field, tmp_path / "BACK", Pantry.build(tmp_path / "third"), keys).refused == ()


def test_the_new_name_is_that_of_no_volume_of_here_or_of_the_bundle(
    tmp_path: Path, keys: KeyRing
) -> None:
    home, field = stocked_pantry(tmp_path / "home"), Pantry.build(tmp_path / "field")
    for name in ("mine", "mine-3"):
        _import(home, tmp_path, 2.0, name)
    own = _import(field, tmp_path, 9.0)
    _import(field, tmp_path, 8.0, "mine-2")
    receipt = _open(home, tmp_path / "KIT", field, keys)
    assert ["mine-4" in line for line in receipt.moved] == [True]
    assert field.volumes.list() == ["mine", "mine-2", "mine-3", "mine-4"]
    assert field.volumes.path("mine-4").read_bytes() == own


def test_a_volume_that_comes_home_unchanged_stays_as_it_was_described_here(
    tmp_path: Path, keys: KeyRing
) -> None:
    home, field = stocked_pantry(tmp_path / "home"), Pantry.build(tmp_path / "field")
    same = _import(home, tmp_path, 2.0)
    field.volumes.put("mine", same, {**home.volumes.card("mine"), "source": "told by hand"})
    assert _open(home, tmp_path / "KIT", field, keys).moved == ()
    assert field.volumes.card("mine")["source"] == "told by hand"
    assert field.volumes.list() == ["mine"]


@pytest.mark.parametrize("is_noted", [True, False], ids=["noted", "of an earlier version"])
def test_a_volume_that_came_with_haversack_gives_way(
    tmp_path: Path, keys: KeyRing, is_noted: bool
) -> None:
    home = stocked_pantry(tmp_path / "home")
    content = _import(home, tmp_path, 2.0, "xval_cls")
    field = Pantry.build(tmp_path / "field")
    put_volumes(field, lambda _: None)
    if not is_noted:
        shipped = resource("volumes/xval_cls.parquet").read_bytes()
        field.volumes.put("xval_cls", shipped, field.volumes.card("xval_cls"))
    assert _open(home, tmp_path / "KIT", field, keys).moved == ()
    assert field.volumes.path("xval_cls").read_bytes() == content
    assert field.volumes.list() == ["xval_cls", "xval_det", "xval_seg"]


def test_a_volume_of_here_stays_under_a_new_name_where_a_shipped_one_has_its_name(
    tmp_path: Path,
) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    own = _import(pantry, tmp_path, 9.0, "xval_cls")
    told: list[Heard] = []
    added, _ = put_volumes(pantry, told.append)
    assert "xval_cls" in added
    assert pantry.volumes.path("xval_cls-2").read_bytes() == own
    assert [line.text for line in told if isinstance(line, Said) and "xval_cls-2" in line.text] == [
        "Haversack brought another golden volume called xval_cls; the one that was here is called "
        "xval_cls-2 now: haversack pareto xval_cls-2"
    ]
    assert put_volumes(pantry, told.append)[0] == (), "they are here now"
