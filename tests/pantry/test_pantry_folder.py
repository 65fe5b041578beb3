from __future__ import annotations

import json
from pathlib import Path

import pytest

from haversack.base.errors import FileFormatError
from haversack.base.files import StorageError
from haversack.catalog.shipped import registry
from haversack.pantry.assets import Fetched
from haversack.pantry.errors import NotAPantryError, NotInPantryError, PantryTooNewError
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from pantry.samples import an_asset, files_under, sha256


def _snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def _recorded(pantry: Pantry, content: bytes, name: str) -> str:
    asset = an_asset(content, "file:/x", name=name)
    digest, _ = pantry.store.take_bytes(content)
    pantry.assets.put(asset, Fetched(fetched_from="a test", raw_sha256=digest))
    return digest


def test_building_twice_changes_nothing(tmp_path: Path) -> None:
    first = Pantry.build(tmp_path / "new" / "pantry")
    _recorded(first, b"kept", "datasets/kept")
    before = _snapshot(first.path)
    again = Pantry.build(str(first.path))
    assert _snapshot(again.path) == before
    assert [record.asset.name for record in again.assets.list()] == ["datasets/kept"]
    assert again.registry is registry()


def test_the_layout_is_the_documented_one(pantry: Pantry) -> None:
    folders = {path.name for path in pantry.path.iterdir()}
    assert folders == {
        "pantry.json", "store", "assets", "recipes", "volumes", "attestations", "runs",
    }  # fmt: skip
    assert pantry.runs_folder.is_dir()


def test_a_relative_path_and_a_home_are_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Pantry.build("./local_pantry").path == tmp_path / "local_pantry"
    assert Pantry.open("~/local_pantry").path == tmp_path / "local_pantry"


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, force: bool) -> None:
    (tmp_path / "thesis.tex").write_text("do not touch")
    with pytest.raises(NotAPantryError, match="holds something else"):
        Pantry.build(tmp_path, force_rebuild=force)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_is_no_pantry_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "none", tmp_path / "file"):
        with pytest.raises(NotAPantryError, match="is not a pantry") as caught:
            Pantry.open(path)
        assert caught.value.hint
    with pytest.raises((NotAPantryError, StorageError)):
        Pantry.build(tmp_path / "file")
    with pytest.raises(StorageError):
        Pantry.build(tmp_path / "file" / "below")


def test_a_build_that_was_killed_is_finished(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "lost+found").mkdir()
    (tmp_path / ".hvtmp-123").write_text("{")
    Pantry.build(tmp_path)
    Pantry.open(tmp_path)


@pytest.mark.parametrize("force", [False, True])
def test_a_newer_pantry_is_refused(pantry: Pantry, force: bool) -> None:
    file = pantry.path / "pantry.json"
    file.write_text(json.dumps({"format": "haversack-pantry", "version": 2, "soul": True}))
    before = _snapshot(pantry.path)
    with pytest.raises(PantryTooNewError, match="pantry format 2") as caught:
        Pantry.build(pantry.path, force_rebuild=force)
    assert "Update Haversack" in caught.value.hint
    with pytest.raises(PantryTooNewError):
        Pantry.open(pantry.path)
    assert _snapshot(pantry.path) == before


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format":"haversack-pantry"}', '{"format":"other","version":1}']
)
def test_a_damaged_manifest_is_an_error_and_a_rebuild_mends_it(pantry: Pantry, text: str) -> None:
    digest = _recorded(pantry, b"kept", "datasets/kept")
    (pantry.path / "pantry.json").write_text(text)
    for build in (Pantry.open, Pantry.build):
        with pytest.raises(NotAPantryError):
            build(pantry.path)
    mended = Pantry.build(pantry.path, force_rebuild=True)
    assert mended.store.read(digest) == b"kept"
    assert Pantry.open(pantry.path).assets.list() == mended.assets.list()
    assert (pantry.path / "pantry.json.damaged").read_text() == text


def test_a_rebuild_drops_damage_and_keeps_the_rest(pantry: Pantry) -> None:
    kept = _recorded(pantry, b"kept", "datasets/kept")
    rotten = _recorded(pantry, b"rotten", "datasets/rotten")
    recipe = Recipe.empty(registry(), "detection")
    pantry.recipes.save(recipe, "draft")
    pantry.store.path(rotten).chmod(0o644)
    pantry.store.path(rotten).write_bytes(b"rot")
    (pantry.path / "assets" / "broken.json").write_text('{"asset": 1}')
    (pantry.path / "recipes" / ".hvtmp-dead").write_text("half")
    with pytest.raises(FileFormatError, match="broken"):
        pantry.assets.list()
    again = Pantry.build(pantry.path, force_rebuild=True)
    assert list(again.store.digests()) == [kept]
    assert {r.asset.name: again.assets.is_ready(r.asset) for r in again.assets.list()} == {
        "datasets/kept": True,
        "datasets/rotten": False,
    }
    assert (pantry.path / "assets" / "broken.json.damaged").exists()
    assert files_under(pantry.path / "recipes") == [f"{recipe.id}.json"]
    assert again.recipes.load("draft").id == recipe.id


def test_garbage_is_what_no_record_names(pantry: Pantry) -> None:
    kept = _recorded(pantry, b"kept", "datasets/kept")
    raw, _ = pantry.store.take_bytes(b"before conversion")
    assert pantry.collect_garbage() == []
    assert pantry.collect_garbage(spare_younger_than=0) == [raw]
    pantry.assets.remove("datasets/kept")
    assert pantry.collect_garbage(spare_younger_than=0) == [kept]
    with pytest.raises(NotInPantryError):
        pantry.store.read(sha256(b"kept"))


def test_another_registry_can_be_given(tmp_path: Path) -> None:
    other = registry().with_schema(registry().get("optimizer/adamw@1"))
    assert Pantry.build(tmp_path / "p", registry=other).registry is other
    assert Pantry.open(tmp_path / "p", registry=other).registry is other
