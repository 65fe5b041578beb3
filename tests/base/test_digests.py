"""SHA-256 of bytes, streams and files."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.digests import (
    CHUNK,
    copy_and_hash,
    is_sha256,
    read_verified,
    sha256_bytes,
    sha256_file,
    sha256_stream,
)
from haversack.base.errors import IntegrityError
from haversack.base.files import StorageError

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Dribble(io.BytesIO):
    """Gives at most seven bytes a read, as a slow device may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(7)


def test_the_digest_of_nothing_is_the_published_one() -> None:
    assert sha256_bytes(b"") == EMPTY
    assert sha256_stream(io.BytesIO()) == (EMPTY, 0)


@given(st.binary(max_size=500))
def test_bytes_stream_and_short_reads_give_one_digest(content: bytes) -> None:
    expected = hashlib.sha256(content).hexdigest()
    assert sha256_bytes(content) == expected
    assert sha256_stream(io.BytesIO(content)) == (expected, len(content))
    assert sha256_stream(Dribble(content)) == (expected, len(content))
    copy = io.BytesIO()
    assert copy_and_hash(Dribble(content), copy) == (expected, len(content))
    assert copy.getvalue() == content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_file_is_hashed_whole_and_every_byte_is_told(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "f"
    path.write_bytes(content[:size])
    told: list[int] = []
    assert sha256_file(path, told.append) == hashlib.sha256(content[:size]).hexdigest()
    assert sum(told) == size


@given(st.binary(min_size=1, max_size=100), st.data())
def test_one_flipped_bit_is_found(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("bit") / "f"
    path.write_bytes(content)
    digest = sha256_bytes(content)
    assert read_verified(path, digest) == content
    flipped = bytearray(content)
    flipped[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(flipped)
    with pytest.raises(IntegrityError, match="f is damaged"):
        read_verified(path, digest)


def test_a_missing_file_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        sha256_file(tmp_path / "absent")
    with pytest.raises(StorageError, match="No such file"):
        read_verified(tmp_path / "absent", EMPTY)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (EMPTY, True),
        (EMPTY.upper(), False),
        (EMPTY[:-1], False),
        (EMPTY + "0", False),
        (EMPTY + "\n", False),
        ("g" * 64, False),
        ("٣" * 64, False),
        ("", False),
    ],
)
def test_only_64_lowercase_hexadecimal_digits_are_a_digest(text: str, verdict: bool) -> None:
    assert is_sha256(text) is verdict
