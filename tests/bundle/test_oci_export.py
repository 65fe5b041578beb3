"""An exported bundle is an OCI image layout that tells everything by digest, and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from faults.staging import Kit, few_items, make_kit, state_of
from haversack.base.errors import UsageError
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Invalid, Partial, Untrusted
from haversack.bundle.layout import blob_name
from haversack.bundle.oci import ARTIFACT, FILE, PART, TITLE, export_oci
from haversack.trust.keyring import KeyRing


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return make_kit(tmp_path)


def _read(layout: Path, descriptor: dict[str, Any]) -> bytes:
    """Read what a descriptor names, as any reader of OCI would."""
    algorithm, digest = descriptor["digest"].split(":")
    content = Path(layout, "blobs", str(algorithm), str(digest)).read_bytes()
    assert len(content) == descriptor["size"]
    assert hashlib.new(algorithm, content).hexdigest() == digest
    return content


def _layers(layout: Path) -> list[dict[str, Any]]:
    assert json.loads((layout / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}
    index = json.loads((layout / "index.json").read_bytes())
    assert (index["schemaVersion"], len(index["manifests"])) == (2, 1)
    manifest = json.loads(_read(layout, index["manifests"][0]))
    assert manifest["artifactType"] == ARTIFACT
    assert _read(layout, manifest["config"]) == b"{}"
    layers: list[dict[str, Any]] = manifest["layers"]
    return layers


def test_every_file_can_be_read_from_the_layout_by_its_title(kit: Kit, tmp_path: Path) -> None:
    layout = tmp_path / "oci"
    exported = export_oci(kit.folder, layout, kit.field)
    assert exported.name == "field-kit-1"
    found: dict[str, bytes] = {}
    for layer in _layers(layout):
        notes = layer["annotations"]
        path = notes.get(FILE, notes[TITLE])
        found[path] = found.get(path, b"") + _read(layout, layer)
        assert (PART in notes) == (FILE in notes)
    for one in few_items():
        with one.open() as file:
            assert found[one.logical_path] == file.read()
    assert len(_layers(layout)) == exported.layers


def test_the_layout_holds_nothing_that_is_not_named(kit: Kit, tmp_path: Path) -> None:
    layout = tmp_path / "oci"
    export_oci(kit.folder, layout, kit.field)
    index = json.loads((layout / "index.json").read_bytes())
    manifest = json.loads(_read(layout, index["manifests"][0]))
    named = {one["digest"] for one in (*manifest["layers"], manifest["config"])}
    named.add(index["manifests"][0]["digest"])
    lies = {f"sha256:{path.name}" for path in (layout / "blobs" / "sha256").iterdir()}
    assert lies == named
    assert {path.name for path in layout.iterdir()} == {"oci-layout", "index.json", "blobs"}


def test_the_bundle_can_be_put_together_again_from_its_layout(kit: Kit, tmp_path: Path) -> None:
    layout, again = tmp_path / "oci", tmp_path / "AGAIN"
    export_oci(kit.folder, layout, kit.field)
    own = set(state_of(kit.folder))
    for layer in _layers(layout):
        title, digest = layer["annotations"][TITLE], layer["digest"].removeprefix("sha256:")
        name = title if title in own else blob_name(digest)
        if layer["size"]:
            (again / name).parent.mkdir(parents=True, exist_ok=True)
            (again / name).write_bytes(_read(layout, layer))
    assert state_of(again) == state_of(kit.folder)
    assert Bundle(again).verify(kit.field).state == "verified"


def test_a_damaged_or_partial_bundle_leaves_no_index(kit: Kit, tmp_path: Path) -> None:
    blob = kit.blobs_of("data/a.tar")[0]
    sound = blob.read_bytes()
    blob.write_bytes(sound[::-1])
    with pytest.raises(Invalid, match=blob.name):
        export_oci(kit.folder, tmp_path / "oci", kit.field)
    assert not (tmp_path / "oci" / "index.json").exists()
    blob.unlink()
    with pytest.raises(Partial):
        export_oci(kit.folder, tmp_path / "new", kit.field)
    assert not (tmp_path / "new").exists()


def test_an_untrusted_bundle_is_not_exported(kit: Kit, tmp_path: Path) -> None:
    with pytest.raises(Untrusted):
        export_oci(kit.folder, tmp_path / "oci", KeyRing(tmp_path / "nobody"))
    assert not (tmp_path / "oci").exists()


def test_a_folder_with_other_things_is_not_exported_to(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    for out in (tmp_path / "home", tmp_path / "home" / "letter.txt"):
        with pytest.raises(UsageError, match="not empty"):
            export_oci(kit.folder, out, kit.field)
    shutil.rmtree(tmp_path / "home")
