"""Faults 4 to 8 in general: one flipped bit anywhere in a bundle is found, and its file named."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from faults.staging import Kit
from haversack.bundle.errors import Refused

SAMPLES = 12
EVERY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
"""Whether every bit of every byte of the bundle is flipped, rather than a sample."""
SHARES = 8 if EVERY else 1


@pytest.mark.parametrize("share", range(SHARES))
def test_one_flipped_bit_in_any_file_is_refused_and_the_file_named(kit: Kit, share: int) -> None:
    files = sorted(path for path in kit.folder.rglob("*") if path.is_file())
    assert len(files) == 11
    for path in files:
        for bit in _bits(path.stat().st_size * 8)[share::SHARES]:
            _check_bit(kit, path, bit)
    kit.bundle.verify(kit.field)


def test_every_bit_of_the_envelopes_signatures_and_key_ids_counts(kit: Kit) -> None:
    envelope = kit.folder / "bundle.dsse.json"
    begin = envelope.read_bytes().index(b'"payloadType"')
    for bit in range(begin * 8, envelope.stat().st_size * 8, 3):
        _check_bit(kit, envelope, bit)


def test_every_byte_of_a_root_counts(kit: Kit) -> None:
    root = kit.folder / "root" / "1.root.json"
    for byte in range(root.stat().st_size):
        _check_bit(kit, root, byte * 8 + byte % 8)


def _bits(size: int) -> Sequence[int]:
    if EVERY:
        return range(size)
    chance = random.Random(20260101)  # noqa: S311 - a sample, not a secret
    return sorted({0, size - 1, *(chance.randrange(size) for _ in range(SAMPLES))})


def _check_bit(kit: Kit, path: Path, bit: int) -> None:
    content = path.read_bytes()
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    path.write_bytes(changed)
    name = path.relative_to(kit.folder).as_posix()
    with pytest.raises(Refused) as caught:
        kit.bundle.verify(kit.field, jobs=1)
    assert caught.value.exit_code == 3
    assert name in caught.value.message, (name, bit, caught.value.message)
    path.write_bytes(content)
