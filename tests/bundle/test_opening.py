"""Looking at, checking and taking in sound bundles."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.staging import CONTENTS, Kit, assert_whole, few_items, make_kit, repack, state_of
from haversack.base.errors import Cancelled, UsageError
from haversack.base.files import StorageError
from haversack.base.progress import CancelToken, Progress
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Invalid
from haversack.bundle.reader import read_file
from haversack.trust.keyring import KeyRing


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return make_kit(tmp_path)


def test_inspecting_tells_what_is_claimed_and_that_nothing_was_read(kit: Kit) -> None:
    found = kit.bundle.inspect(kit.field)
    assert (found.state, found.trusted, found.publisher) == ("signed", True, "A Publisher")
    assert found.claims is not None
    assert found.claims.name == CONTENTS.name
    assert found.claims.recipes == CONTENTS.recipes
    assert [file.path for file in found.files] == sorted(one.logical_path for one in few_items())
    assert found.fingerprint == kit.publisher.show("me").fingerprint


def test_inspecting_without_trust_shows_the_claims_and_the_words_to_compare(kit: Kit) -> None:
    found = kit.bundle.inspect(KeyRing(kit.folder.parent / "nobody"))
    assert (found.state, found.trusted, found.files) == ("untrusted", False, ())
    assert found.words == kit.publisher.show("me").words
    assert found.claims is not None


def test_inspecting_what_is_no_bundle_says_so(tmp_path: Path, kit: Kit) -> None:
    (tmp_path / "empty").mkdir()
    found = Bundle(tmp_path / "empty").inspect(kit.field)
    assert (found.state, found.claims, found.fingerprint) == ("unsigned", None, "")
    for other, told in (
        (tmp_path / "nowhere", "not there"),
        (kit.folder / "README.txt", "no folder"),
    ):
        with pytest.raises(StorageError, match=told):
            Bundle(other).inspect(kit.field)


def test_inspecting_and_verifying_write_nothing(kit: Kit) -> None:
    before = state_of(kit.folder.parent)
    kit.bundle.inspect(kit.field)
    kit.bundle.verify(kit.field)
    assert state_of(kit.folder.parent) == before


@pytest.mark.parametrize("jobs", [1, 2, 7, None])
def test_verifying_reads_every_blob_once(kit: Kit, jobs: int | None) -> None:
    seen: list[Progress] = []
    found = kit.bundle.verify(kit.field, jobs=jobs, on_progress=seen.append)
    assert (found.state, found.blobs) == ("verified", 7)
    assert seen[-1].done == seen[-1].total == found.bytes == found.statement.totals.blob_bytes


def test_taking_in_brings_every_file_and_leaves_a_receipt(kit: Kit) -> None:
    taken = kit.bundle.take_in(kit.store, kit.field)
    by_path = {one.logical_path: one for one in few_items()}
    assert {file.path for file in taken.files} == set(by_path)
    for file in taken.files:
        with by_path[file.path].open() as source:
            assert kit.store.read(file.sha256) == source.read()
    (receipt,) = kit.field.receipts.list()
    assert (receipt["bundle"], receipt["counter"], receipt["items"]) == ("field-kit", 1, "all")
    assert receipt["payload"] == taken.bundle.payload_sha256
    seen = kit.field.ratchet.seen(receipt["publisher"], "field-kit")
    assert seen is not None
    assert seen.counter == 1


def test_taking_in_again_copies_nothing(kit: Kit) -> None:
    first, second = (kit.bundle.take_in(kit.store, kit.field) for _ in range(2))
    assert first.copied == sum({one.sha256: one.size for one in few_items()}.values())
    assert second.copied == 0
    assert len(kit.field.receipts.list()) == 2


def test_taking_in_mends_what_is_damaged_in_the_store(kit: Kit) -> None:
    taken = kit.bundle.take_in(kit.store, kit.field)
    file = next(file for file in taken.files if file.path == "data/a.tar")
    path = kit.store.path(file.sha256)
    path.chmod(0o644)
    path.write_bytes(b"poison")
    assert kit.bundle.take_in(kit.store, kit.field).copied == file.size
    kit.store.verify(file.sha256)


def test_only_chosen_items_are_taken_in(kit: Kit) -> None:
    taken = kit.bundle.take_in(kit.store, kit.field, items=["data/a.tar", "data/empty.txt"])
    assert [file.path for file in taken.files] == ["data/a.tar", "data/empty.txt"]
    assert len(list(kit.store.digests())) == 2
    assert kit.field.receipts.list()[0]["items"] == ["data/a.tar", "data/empty.txt"]


def test_an_unknown_item_is_refused_and_nothing_comes_in(kit: Kit) -> None:
    with pytest.raises(UsageError, match="no file"):
        kit.bundle.take_in(kit.store, kit.field, items=["data/a.tar", "data/nothing"])
    assert list(kit.store.digests()) == []


def test_stopping_keeps_whole_files_and_taking_in_goes_on(kit: Kit) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        kit.bundle.take_in(
            kit.store, kit.field, jobs=1, cancel=cancel, on_progress=lambda _: cancel.cancel()
        )
    for sha256 in kit.store.digests():
        kit.store.verify(sha256)
    assert kit.field.receipts.list() == ()
    assert_whole(kit)


def test_a_file_is_read_straight_from_the_stick_after_checking(kit: Kit) -> None:
    found = kit.bundle.admit(kit.field)
    assert read_file(found, "data/a.tar") == bytes(range(256)) * 12
    assert read_file(found, "data/empty.txt") == b""
    with pytest.raises(UsageError, match="larger"):
        read_file(found, "data/a.tar", limit=100)
    with pytest.raises(UsageError, match="no file"):
        read_file(found, "data/nothing")
    blob = kit.blobs_of("data/a.tar")[0]
    blob.write_bytes(blob.read_bytes()[::-1])
    with pytest.raises(Invalid, match=blob.name):
        read_file(found, "data/a.tar")


def test_an_equal_counter_with_another_content_is_told(kit: Kit) -> None:
    kit.bundle.take_in(kit.store, kit.field)
    statement = kit.statement
    statement["predicate"]["created"] = "2026-01-31T12:00:00Z"
    kit.seal(statement)
    found = kit.bundle.verify(kit.field)
    assert any("another bundle with counter 1" in warning for warning in found.warnings)


def test_a_bundle_opens_wherever_it_is_copied(kit: Kit, tmp_path: Path) -> None:
    target = tmp_path / "a path with späces"
    kit.folder.rename(target)
    assert Bundle(str(target)).verify(kit.field).state == "verified"


def test_newer_roots_on_the_stick_are_learnt_after_taking_in_only(kit: Kit) -> None:
    kit.publisher.rotate("me", "a passphrase for tests")
    repack(kit)
    kit.bundle.verify(kit.field)
    assert kit.field.publishers()[0].root_version == 1
    kit.bundle.take_in(kit.store, kit.field)
    assert kit.field.publishers()[0].root_version == 2
