"""Fault 59: packing and taking in are killed at random moments, and run again to the end."""

from __future__ import annotations

import io
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from faults.staging import (
    BLOB_SIZE,
    CONTENTS,
    Kit,
    assert_whole,
    few_items,
    item,
    killed_after,
    make_kit,
    many_items,
    repack,
)
from haversack.bundle.errors import Refused, Unsigned
from haversack.bundle.items import PackItem
from haversack.bundle.writer import PackOptions, pack

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="takes fork and SIGKILL")
KILLS = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 20
MOST_ROUNDS = 4 * KILLS


def test_fault_59_packing_killed_at_any_moment_never_seals_what_is_not_whole(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path)
    began = time.perf_counter()
    repack(kit, _items(0))
    window = time.perf_counter() - began
    chance = random.Random(59)  # noqa: S311 - a sample, not a secret
    killed = round_ = 0
    while killed < KILLS:
        round_ += 1
        assert round_ <= MOST_ROUNDS, f"only {killed} of {KILLS} kills came before the end"
        if killed_after(chance.uniform(0, window), partial(repack, kit, _items(round_))):
            killed += 1
        else:
            window *= 0.8
        try:
            found = kit.bundle.verify(kit.field)
        except Unsigned:
            assert not (kit.folder / "bundle.dsse.json").exists()
        else:
            assert len(found.files) in {len(_items(round_)), len(_items(round_ - 1))}
        repack(kit, _items(round_))
        assert len(kit.bundle.verify(kit.field).files) == len(_items(round_))
    assert_whole(kit)


def test_fault_59_a_killed_packing_goes_on_with_what_it_had_written(tmp_path: Path) -> None:
    kit = make_kit(tmp_path, [item("data/other.tar", b"other")])
    items = many_items(30, 2048)
    doomed = [*items[:20], replace(items[20], open=_die), *items[21:]]
    assert killed_after(20, partial(repack, kit, doomed))
    with pytest.raises(Unsigned):
        kit.bundle.verify(kit.field)
    opened: list[str] = []
    repack(kit, [_noted(one, opened) for one in items])
    assert opened == [one.logical_path for one in items[20:]]
    assert_whole(kit)


def test_fault_59_a_packing_killed_within_a_large_file_goes_on_with_its_pieces(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path, [item("data/other.tar", b"other")])
    content = os.urandom(8 * BLOB_SIZE + 17)
    large = item("data/large.tar", content)
    dying = replace(large, open=lambda: _DiesAt(content, 5 * BLOB_SIZE))
    assert killed_after(20, partial(repack, kit, [dying]))
    options = PackOptions(blob_size=BLOB_SIZE)
    receipt = pack([large], kit.folder, kit.signer, CONTENTS, options)
    assert (receipt.blobs_reused, receipt.blobs_written) == (5, 4)
    assert_whole(kit)


def test_fault_59_taking_in_killed_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    kit = make_kit(tmp_path, [*few_items(), *many_items(80, 2048)])
    began = time.perf_counter()
    _take_in(kit)
    window = time.perf_counter() - began
    digests = set(kit.store.digests())
    chance = random.Random(59)  # noqa: S311 - a sample, not a secret
    killed = round_ = 0
    while killed < KILLS:
        round_ += 1
        assert round_ <= MOST_ROUNDS, f"only {killed} of {KILLS} kills came before the end"
        for sha256 in chance.sample(sorted(digests), 60):
            kit.store.discard(sha256)
        kept, receipts = set(kit.store.digests()), len(kit.field.receipts.list())
        if killed_after(chance.uniform(0, window), partial(_take_in, kit)):
            killed += 1
        else:
            window *= 0.8
        assert kept <= set(kit.store.digests()) <= digests
        assert len(kit.field.receipts.list()) in {receipts, receipts + 1}
        for sha256 in kit.store.digests():
            kit.store.verify(sha256)
        _take_in(kit)
        assert set(kit.store.digests()) == digests


def test_fault_59_a_killed_taking_in_does_not_copy_again_what_came_in(tmp_path: Path) -> None:
    kit = make_kit(tmp_path, many_items(30, 2048))
    assert killed_after(20, partial(_take_in, kit, lambda done: done >= 20 * 2048 and _die()))
    inside = len(list(kit.store.digests()))
    assert 15 <= inside < 30
    assert kit.field.ratchet.seen(kit.signer.chain.fingerprint, CONTENTS.name) is None
    taken = kit.bundle.take_in(kit.store, kit.field)
    assert taken.copied == (30 - inside) * 2048


def test_fault_59_a_refusal_after_a_kill_adds_nothing(tmp_path: Path) -> None:
    kit = make_kit(tmp_path, many_items(30, 2048))
    assert killed_after(20, partial(_take_in, kit, lambda done: done >= 10 * 2048 and _die()))
    before = set(kit.store.digests())
    late = kit.blobs_of("data/0029.tar")[0]
    late.write_bytes(late.read_bytes()[::-1])
    with pytest.raises(Refused):
        kit.bundle.take_in(kit.store, kit.field)
    assert set(kit.store.digests()) == before


def _items(round_: int) -> list[PackItem]:
    """Give other files in each round, some of them those of the round before."""
    return [*few_items(), *many_items(40 + round_, 2048 + 32 * (round_ % 3))]


def _take_in(kit: Kit, after: Callable[[int], object] = lambda done: None) -> None:
    """Take in on one thread; ``after`` is asked with the bytes that are in, before each file."""

    class Watched(type(kit.store)):  # type: ignore[misc] # the store's own class, watched
        done = 0

        def take_stream(self, file: BinaryIO, *rest: object) -> tuple[str, int]:
            after(Watched.done)
            sha256, size = super().take_stream(file, *rest)
            Watched.done += size
            return sha256, size

    kit.bundle.take_in(Watched(kit.store.folder), kit.field, jobs=1)


def _die() -> BinaryIO:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _noted(one: PackItem, opened: list[str]) -> PackItem:
    def note() -> BinaryIO:
        opened.append(one.logical_path)
        return one.open()

    return replace(one, open=note)


class _DiesAt(io.BytesIO):
    def __init__(self, content: bytes, at: int) -> None:
        super().__init__(content)
        self._at = at

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= self._at:
            _die()
        return super().read(size)
