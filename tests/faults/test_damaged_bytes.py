"""Faults 1 to 13 and 15: bytes on the stick that are not those that were signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from faults.staging import Kit, assert_refused, assert_whole
from haversack.base.digests import sha256_bytes
from haversack.bundle.errors import Partial
from haversack.bundle.layout import ENVELOPE, LITTER, README, blob_name, blob_path

WEIGHTS = "weights/lite0.safetensors"


def test_a_sound_bundle_verifies_and_comes_in(kit: Kit) -> None:
    assert_whole(kit)


def test_fault_01_a_truncated_blob_is_refused(kit: Kit) -> None:
    blob = kit.blobs_of(WEIGHTS)[1]
    blob.write_bytes(blob.read_bytes()[:-1])
    assert_refused(kit, "invalid", _name(kit, blob), "bytes instead of")


def test_fault_02_a_zero_length_blob_is_refused(kit: Kit) -> None:
    blob = kit.blobs_of("data/a.tar")[0]
    blob.write_bytes(b"")
    assert_refused(kit, "invalid", _name(kit, blob), "0 bytes instead of 3072")


def test_fault_03_trailing_bytes_are_refused(kit: Kit) -> None:
    blob = kit.blobs_of(WEIGHTS)[2]
    blob.write_bytes(blob.read_bytes() + b"\0")
    assert_refused(kit, "invalid", _name(kit, blob), "bytes instead of")


@pytest.mark.parametrize(("number", "piece"), [("04", 0), ("05", 1), ("06", 2)])
def test_fault_04_to_06_a_flipped_bit_in_the_first_middle_or_last_blob_is_refused(
    kit: Kit, number: str, piece: int
) -> None:
    blob = kit.blobs_of(WEIGHTS)[piece]
    _flip(blob, len(blob.read_bytes()) - 1)
    assert_refused(kit, "invalid", _name(kit, blob), "damaged")


def test_fault_07_a_flipped_bit_in_the_manifest_is_refused(kit: Kit) -> None:
    blob = kit.blob(kit.statement["subject"][0])
    _flip(blob, 100)
    assert_refused(kit, "invalid", _name(kit, blob), "the manifest")


def test_fault_08_a_flipped_bit_in_the_signature_is_refused(kit: Kit) -> None:
    envelope = kit.folder / ENVELOPE
    at = envelope.read_bytes().index(b'"sig":"') + 20
    _flip(envelope, at, bit=0)
    assert_refused(kit, "invalid", ENVELOPE)


def test_a_flipped_spare_bit_of_base64_is_refused(kit: Kit) -> None:
    envelope = kit.folder / ENVELOPE
    content = envelope.read_bytes()
    at = content.index(b'=="}') - 1
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = letters[letters.index(content[at]) ^ 1]
    envelope.write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
    assert_refused(kit, "invalid", ENVELOPE, "canonically")


def test_fault_09_two_swapped_blobs_are_refused(kit: Kit) -> None:
    first, second = kit.blobs_of(WEIGHTS)[:2]
    one, two = first.read_bytes(), second.read_bytes()
    assert len(one) == len(two)
    first.write_bytes(two)
    second.write_bytes(one)
    error = assert_refused(kit, "invalid", says="damaged")
    assert error.file in {_name(kit, first), _name(kit, second)}


def test_fault_10_a_missing_blob_makes_the_bundle_partial_and_is_named(kit: Kit) -> None:
    blob = kit.blobs_of(WEIGHTS)[1]
    blob.unlink()
    error = assert_refused(kit, "partial", _name(kit, blob), "needs 1 blob, 0.0 MB")
    assert isinstance(error, Partial)
    assert [(need.sha256, need.size) for need in error.needs] == [(blob.name, 4096)]
    assert kit.bundle.inspect(kit.field).state == "partial"


def test_fault_10_what_is_whole_of_a_partial_bundle_may_be_chosen(kit: Kit) -> None:
    kit.blobs_of(WEIGHTS)[1].unlink()
    taken = kit.bundle.take_in(kit.store, kit.field, items=["data/a.tar"])
    assert [file.path for file in taken.files] == ["data/a.tar"]
    assert kit.store.read(taken.files[0].sha256) == bytes(range(256)) * 12
    with pytest.raises(Partial):
        kit.bundle.take_in(kit.store, kit.field, items=[WEIGHTS])


def test_fault_10_a_damaged_blob_of_a_partial_bundle_is_still_invalid(kit: Kit) -> None:
    kit.blobs_of(WEIGHTS)[1].unlink()
    blob = kit.blobs_of("data/a.tar")[0]
    _flip(blob, 0)
    with pytest.raises(Exception, match="damaged") as caught:
        kit.bundle.verify(kit.field)
    assert getattr(caught.value, "state", "") == "invalid"


def test_fault_11_an_extra_blob_is_refused(kit: Kit) -> None:
    path = blob_path(kit.folder, sha256_bytes(b"stowaway"))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"stowaway")
    assert_refused(kit, "invalid", _name(kit, path), "does not belong")


@pytest.mark.parametrize(
    "name", ["autorun.inf", "root/2.root.json.bak", "blobs/md5", "blobs/sha256/zz", "app/run"]
)
def test_fault_12_a_stranger_beside_the_bundle_is_refused(kit: Kit, name: str) -> None:
    path = kit.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"who am I")
    assert_refused(kit, "invalid", name.split("/run")[0], "does not belong")


def test_fault_12_known_litter_is_ignored_and_reported(kit: Kit) -> None:
    for name in sorted(LITTER):
        (kit.folder / name).write_bytes(b"left by a system")
    (kit.folder / "root" / ".DS_Store").write_bytes(b"left by a system")
    (kit.folder / "blobs" / "sha256" / "Thumbs.db").write_bytes(b"left by a system")
    found = kit.bundle.verify(kit.field)
    assert set(found.litter) == LITTER | {"root/.DS_Store", "blobs/sha256/Thumbs.db"}
    assert_whole(kit)


def test_fault_13_a_blob_with_a_hole_is_refused(kit: Kit) -> None:
    blob = kit.blobs_of("data/a.tar")[0]
    size = blob.stat().st_size
    with blob.open("wb") as file:
        file.truncate(size)
    assert_refused(kit, "invalid", _name(kit, blob), "damaged")


def test_fault_15_a_wrong_size_with_a_right_digest_is_refused(kit: Kit) -> None:
    def shrink(files: list[dict[str, Any]]) -> None:
        next(file for file in files if file["path"] == "data/a.tar")["size"] -= 1

    kit.forge_files(shrink)
    assert_refused(kit, "invalid")


def test_a_changed_readme_is_refused(kit: Kit) -> None:
    readme = kit.folder / README
    readme.write_bytes(readme.read_bytes().replace(b"give it back", b"send money to"))
    assert_refused(kit, "invalid", README)


def test_a_removed_readme_or_manifest_is_refused(kit: Kit) -> None:
    (kit.folder / README).unlink()
    assert_refused(kit, "invalid", README, "missing")
    (kit.folder / README).write_bytes(b"x")
    blob = kit.blob(kit.statement["subject"][0])
    blob.unlink()
    assert_refused(kit, "invalid")


def _name(kit: Kit, blob: Path) -> str:
    assert blob == kit.folder / blob_name(blob.name)
    return blob_name(blob.name)


def _flip(path: Path, at: int, bit: int = 3) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << bit
    path.write_bytes(content)
