"""Faults 4 to 8 in general: one flipped bit anywhere in a bundle is found, and its file named."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from faults.staging import Kit
from haversack.bundle.errors import Refused

SAMPLES = 12


def test_one_flipped_bit_in_any_file_is_refused_and_the_file_named(kit: Kit) -> None:
    chance = random.Random(20260101)  # noqa: S311 - a sample, not a secret
    files = sorted(path for path in kit.folder.rglob("*") if path.is_file())
    assert len(files) == 11
    for path in files:
        size = path.stat().st_size
        bits = {0, size * 8 - 1, *(chance.randrange(size * 8) for _ in range(SAMPLES))}
        for bit in sorted(bits):
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
