"""Deltas: only what the field has not got is carried, and nothing partial comes in."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faults.staging import (
    BLOB_SIZE,
    CONTENTS,
    Kit,
    few_items,
    item,
    make_kit,
    state_of,
    weights,
)
from haversack.base.digests import sha256_bytes
from haversack.base.errors import HaversackError
from haversack.base.files import StorageError
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Partial
from haversack.bundle.have import HaveList, read_have_list, write_have_list
from haversack.bundle.items import PackItem, PackReceipt
from haversack.bundle.writer import PackOptions, pack

NEW = item("data/new.tar", b"new" * 3000)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    kit = make_kit(tmp_path)
    kit.bundle.take_in(kit.store, kit.field)
    return kit


def _delta(kit: Kit, *items: PackItem, out: str = "DELTA") -> PackReceipt:
    leave_out = frozenset(one.sha256 for one in few_items())
    options = PackOptions(blob_size=BLOB_SIZE, leave_out=leave_out)
    return pack([*few_items(), *items], kit.folder.parent / out, kit.signer, CONTENTS, options)


def _blobs(folder: Path) -> int:
    return len(list(folder.glob("blobs/sha256/*/*")))


def test_a_delta_carries_only_what_the_field_has_not_got(kit: Kit) -> None:
    receipt = _delta(kit, NEW)
    assert (receipt.blobs_written, receipt.bytes_written) == (3, NEW.size)
    assert receipt.blobs_left_out == 7
    assert _blobs(receipt.folder) == 3 + 1
    assert receipt.files == len(few_items()) + 1


def test_a_delta_opens_where_the_rest_is(kit: Kit) -> None:
    delta = Bundle(_delta(kit, NEW).folder)
    taken = delta.take_in(kit.store, kit.field)
    assert len(taken.files) == len(few_items()) + 1
    assert taken.copied == NEW.size
    for file in taken.files:
        kit.store.verify(file.sha256)


def test_a_delta_is_partial_where_the_rest_is_not(kit: Kit, tmp_path: Path) -> None:
    delta = Bundle(_delta(kit, NEW).folder)
    other = make_kit(tmp_path / "other", [NEW])
    other.field.trust(kit.publisher.export("me", tmp_path / "me.publisher"))
    before = state_of(other.store.folder)
    needs = sum(one.size for one in {one.sha256: one for one in few_items()}.values())
    for way in (
        lambda: delta.verify(other.field),
        lambda: delta.take_in(other.store, other.field),
    ):
        with pytest.raises(Partial, match=rf"needs 7 blobs, {needs / 1e6:.1f} MB") as caught:
            way()
        assert (caught.value.exit_code, len(caught.value.needs)) == (4, 7)
    assert state_of(other.store.folder) == before


def test_an_older_bundle_donates_what_a_delta_lacks(kit: Kit, tmp_path: Path) -> None:
    delta = Bundle(_delta(kit, NEW).folder)
    assert delta.verify(kit.field, donors=[kit.folder]).state == "verified"
    for sha256 in list(kit.store.digests()):
        kit.store.discard(sha256)
    assert len(delta.take_in(kit.store, kit.field, donors=[kit.folder]).files) == 8


def test_a_donor_that_is_damaged_is_found_out_and_nothing_comes_in(kit: Kit) -> None:
    delta = Bundle(_delta(kit, NEW).folder)
    for sha256 in list(kit.store.digests()):
        kit.store.discard(sha256)
    blob = kit.blobs_of("data/a.tar")[0]
    blob.write_bytes(blob.read_bytes()[::-1])
    for way in (
        lambda: delta.verify(kit.field, donors=[kit.folder]),
        lambda: delta.take_in(kit.store, kit.field, donors=[kit.folder]),
    ):
        with pytest.raises(HaversackError, match=blob.name):
            way()
    assert list(kit.store.digests()) == []


def test_a_donor_that_is_no_bundle_is_told(kit: Kit, tmp_path: Path) -> None:
    delta = Bundle(_delta(kit, NEW).folder)
    for donor in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StorageError, match=r"no folder|no bundle"):
            delta.verify(kit.field, donors=[donor])


def test_a_file_that_is_damaged_in_the_store_is_told_as_lacking(kit: Kit) -> None:
    delta = Bundle(_delta(kit, NEW).folder)
    poisoned = few_items()[2]
    path = kit.store.path(poisoned.sha256)
    path.chmod(0o644)
    path.write_bytes(b"x" * poisoned.size)
    with pytest.raises(Partial) as caught:
        delta.take_in(kit.store, kit.field)
    assert [need.sha256 for need in caught.value.needs] == [poisoned.sha256]
    assert not kit.store.has(NEW.sha256)


def test_what_is_at_hand_outside_the_store_is_used_after_checking(kit: Kit) -> None:
    delta = Bundle(_delta(kit, NEW).folder)
    volume = few_items()[-1]
    kit.store.discard(volume.sha256)
    with pytest.raises(Partial):
        delta.take_in(kit.store, kit.field)
    with pytest.raises(Partial):
        delta.take_in(kit.store, kit.field, at_hand={volume.sha256: lambda: io.BytesIO(b"other")})
    delta.take_in(kit.store, kit.field, at_hand={volume.sha256: volume.open})
    kit.store.verify(volume.sha256)


def test_chosen_items_of_a_delta_come_in_without_the_rest(kit: Kit) -> None:
    delta = Bundle(_delta(kit, NEW).folder)
    for sha256 in list(kit.store.digests()):
        kit.store.discard(sha256)
    taken = delta.take_in(kit.store, kit.field, items=["data/new.tar"])
    assert [file.path for file in taken.files] == ["data/new.tar"]


def test_packing_a_delta_over_a_whole_bundle_takes_away_what_is_left_out(kit: Kit) -> None:
    receipt = _delta(kit, NEW, out="KIT")
    assert _blobs(receipt.folder) == 3 + 1
    assert receipt.blobs_left_out == 7


def test_what_is_left_out_is_not_read_if_it_is_one_blob(kit: Kit) -> None:
    def closed() -> BinaryIO:
        raise AssertionError("opened")

    items = [replace(one, open=closed) if one.kind != "weights" else one for one in few_items()]
    options = PackOptions(
        blob_size=BLOB_SIZE, leave_out=frozenset(one.sha256 for one in few_items())
    )
    receipt = pack(items, kit.folder.parent / "NONE", kit.signer, CONTENTS, options)
    assert (receipt.blobs_written, receipt.blobs_left_out) == (0, 7)
    assert Bundle(receipt.folder).take_in(kit.store, kit.field).copied == 0


def test_a_large_file_that_is_left_out_is_still_named_blob_by_blob(kit: Kit) -> None:
    changed = replace(few_items()[1], open=lambda: io.BytesIO(weights(b"\x02")))
    leave_out = frozenset(one.sha256 for one in few_items())
    options = PackOptions(blob_size=BLOB_SIZE, leave_out=leave_out)
    with pytest.raises(HaversackError, match="not what was recorded"):
        pack([changed], kit.folder.parent / "NEW", kit.signer, CONTENTS, options)


@settings(max_examples=25)
@given(st.dictionaries(st.binary(max_size=9).map(sha256_bytes), st.integers(0, 2**46)))
def test_a_have_list_comes_back_as_it_went_in(files: dict[str, int]) -> None:
    from faults.staging import memory_folder

    with memory_folder() as folder:
        write_have_list(HaveList(files), folder / "have.json")
        assert read_have_list(folder / "have.json").files == files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"kind":"haversack-have-list"}',
        b'{"kind":"haversack-have-list","format":2,"files":{}}',
        b'{"kind":"haversack-have-list","format":1,"files":[]}',
        b'{"kind":"haversack-have-list","format":1,"files":{"md5":1}}',
        b'{"kind":"haversack-have-list","format":1,"files":{"' + b"a" * 64 + b'":-1}}',
        b'{"kind":"haversack-have-list","format":1,"files":{},"more":1}',
    ],
)
def test_what_is_no_have_list_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "have.json").write_bytes(content)
    with pytest.raises(HaversackError) as caught:
        read_have_list(tmp_path / "have.json")
    assert "\n" not in caught.value.message
