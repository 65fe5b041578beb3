"""Bundles on several sticks: opened in any order, together or one after the other."""

from __future__ import annotations

import itertools
import random
import shutil
from pathlib import Path

import pytest

from faults.staging import CONTENTS, Kit, few_items, item, make_kit, state_of
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Invalid, PackError, Partial, Unsigned
from haversack.bundle.gathering import gather, let_go
from haversack.bundle.items import PackItem, PackReceipt
from haversack.bundle.layout import ENVELOPE
from haversack.bundle.spread import blob_size_for
from haversack.bundle.writer import PackOptions, pack
from haversack.trust.keyring import KeyRing

STICK = 700_000


def _items(count: int, size: int = 65536) -> list[PackItem]:
    chance = random.Random(size)  # noqa: S311 - bytes that differ, not a secret
    return [item(f"data/{at:04}.tar", chance.randbytes(size)) for at in range(count)]


ITEMS = [*few_items(), *_items(10)]


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return make_kit(tmp_path)


def _pack(kit: Kit, items: list[PackItem] = ITEMS, stick: int = STICK) -> PackReceipt:
    options = PackOptions(blob_size=8192, stick=stick)
    return pack(items, kit.folder.parent / "SET", kit.signer, CONTENTS, options)


def test_each_stick_holds_no_more_than_it_can_and_all_hold_everything(kit: Kit) -> None:
    receipt = _pack(kit)
    assert [stick.name for stick in receipt.sticks] == ["stick-1", "stick-2"]
    blobs: list[str] = []
    for stick in receipt.sticks:
        names = state_of(stick)
        assert sum(len(content) for content in names.values()) <= STICK
        blobs += [name for name in names if name.startswith("blobs/")]
    assert len(set(blobs)) == len(blobs) - 1, "only the manifest lies on both"
    envelopes = {(stick / ENVELOPE).read_bytes() for stick in receipt.sticks}
    assert len(envelopes) == 1


def test_fault_65_sticks_open_in_any_order(kit: Kit) -> None:
    sticks = _pack(kit, _items(30)).sticks
    assert len(sticks) == 5
    for order in itertools.islice(itertools.permutations(sticks), 0, 120, 17):
        first, *others = order
        assert Bundle(first).verify(kit.field, donors=others).state == "verified"
    taken = Bundle(sticks[3]).take_in(kit.store, kit.field, donors=[*sticks[:3], sticks[4]])
    assert len(taken.files) == 30


def test_fault_65_a_missing_stick_is_named_and_nothing_comes_in(kit: Kit) -> None:
    sticks = _pack(kit, _items(30)).sticks
    with pytest.raises(Partial, match=r"this is stick 2 of 5, and sticks 1, 3, 4, 5 are missing"):
        Bundle(sticks[1]).verify(kit.field)
    with pytest.raises(Partial, match=r"this is stick 2 of 5, and stick 4 is missing") as caught:
        Bundle(sticks[1]).take_in(kit.store, kit.field, donors=[sticks[4], sticks[0], sticks[2]])
    assert "--with" in caught.value.hint
    assert list(kit.store.digests()) == []
    assert "stick 2 of 5" in Bundle(sticks[1]).inspect(kit.field).message


def test_fault_65_a_stick_given_twice_is_told(kit: Kit) -> None:
    sticks = _pack(kit).sticks
    copy = shutil.copytree(sticks[0], kit.folder.parent / "COPY")
    with pytest.raises(Partial, match=r"given twice \(1\), and stick 2 is missing"):
        Bundle(sticks[0]).verify(kit.field, donors=[copy])


def test_fault_65_a_stick_of_another_set_is_told(kit: Kit) -> None:
    old = shutil.copytree(_pack(kit).sticks[1], kit.folder.parent / "OLD")
    other = [*few_items(), *_items(10, 65000)]
    sticks = _pack(kit, other).sticks
    with pytest.raises(Partial) as caught:
        Bundle(sticks[0]).verify(kit.field, donors=[old])
    assert "field-kit number 2, not field-kit number 3" in caught.value.hint


def test_fault_66_two_sticks_with_the_same_name_are_told_apart_by_what_they_hold(kit: Kit) -> None:
    sticks = _pack(kit).sticks
    twins = []
    for number, stick in enumerate(sticks):
        twin = kit.folder.parent / str(number) / "FIELD-KIT"
        shutil.copytree(stick, twin)
        twins.append(twin)
    assert Bundle(twins[1]).verify(kit.field, donors=[twins[0]]).state == "verified"
    with pytest.raises(Partial, match="this is stick 2 of 2, and stick 1 is missing"):
        Bundle(twins[1]).verify(kit.field)


def test_sticks_are_gathered_one_after_the_other(kit: Kit, tmp_path: Path) -> None:
    sticks = _pack(kit, _items(30)).sticks
    aside = tmp_path / "aside"
    for at in (2, 0, 4, 1):
        found = Bundle(sticks[at]).admit(kit.field)
        assert gather(found, kit.store, aside) > 0
        assert gather(found, kit.store, aside) == 0
        assert list(kit.store.digests()) == []
    last = Bundle(sticks[3])
    assert len(last.take_in(kit.store, kit.field, donors=[aside]).files) == 30
    let_go(last.admit(kit.field), aside)
    assert not aside.exists()


def test_a_damaged_blob_is_not_gathered(kit: Kit, tmp_path: Path) -> None:
    stick = _pack(kit).sticks[0]
    manifest = Bundle(stick).admit(kit.field).statement.manifest
    blob = next(path for path in stick.glob("blobs/*/*/*") if path.name != manifest)
    blob.write_bytes(blob.read_bytes()[:-1] + b"?")
    found = Bundle(stick).admit(kit.field)
    with pytest.raises(Invalid, match=blob.name):
        gather(found, kit.store, tmp_path / "aside")
    assert not list((tmp_path / "aside").rglob(blob.name))
    assert not list((tmp_path / "aside").rglob(".hvtmp-*"))


def test_packing_the_set_again_writes_no_blob(kit: Kit) -> None:
    first = _pack(kit)
    second = _pack(kit)
    assert (second.blobs_written, second.blobs_reused) == (0, first.blobs_written)
    sticks = second.sticks
    assert Bundle(sticks[0]).verify(kit.field, donors=sticks[1:]).state == "verified"


def test_the_same_bytes_on_many_sticks_lie_on_one(kit: Kit) -> None:
    same = [item("data/zeros.tar", bytes(2_000_000)), item("data/zz.tar", b"z" * 5000)]
    sticks = _pack(kit, same).sticks
    assert len(sticks) > 2
    held = [len(list(stick.glob("blobs/sha256/*/*"))) for stick in sticks]
    assert sum(held) == len(sticks) + 3
    assert Bundle(sticks[0]).verify(kit.field, donors=sticks[1:]).state == "verified"


def test_a_stick_too_small_is_refused_before_anything_is_written(kit: Kit) -> None:
    with pytest.raises(PackError, match=r"a stick of 0\.3 MB cannot hold"):
        _pack(kit, stick=270_000)
    assert not (kit.folder.parent / "SET").exists()


def test_a_smaller_set_does_not_leave_sticks_of_the_larger_behind(kit: Kit) -> None:
    _pack(kit, _items(30))
    before = state_of(kit.folder.parent / "SET")
    with pytest.raises(PackError, match="stick-3, which is no stick of this set of 2"):
        _pack(kit)
    assert state_of(kit.folder.parent / "SET") == before


def test_a_set_that_was_not_finished_is_no_bundle(kit: Kit) -> None:
    sticks = _pack(kit).sticks
    (sticks[1] / ENVELOPE).unlink()
    with pytest.raises(Unsigned):
        Bundle(sticks[1]).verify(kit.field, donors=[sticks[0]])
    assert Bundle(sticks[0]).verify(kit.field, donors=[sticks[1]]).state == "verified"


def test_an_untrusted_set_gives_nothing(kit: Kit, tmp_path: Path) -> None:
    sticks = _pack(kit).sticks
    nobody = KeyRing(tmp_path / "nobody")
    assert Bundle(sticks[0]).inspect(nobody).state == "untrusted"


@pytest.mark.parametrize(
    ("stick", "blob"),
    [(None, 2**28), (2**31, 2**28), (2**30, 2**28), (10**9, 2**27), (10**6, 2**20), (1, 2**20)],
)
def test_blobs_are_small_enough_to_fill_a_stick(stick: int | None, blob: int) -> None:
    assert blob_size_for(stick) == blob
