"""SHA-256 of bytes and files: the only digest that Haversack uses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from haversack.base.errors import IntegrityError
from haversack.base.files import storage_error

CHUNK = 1 << 20
_HEX = re.compile(r"[0-9a-f]{64}\Z")


def is_sha256(text: str) -> bool:
    """Say whether ``text`` is 64 lowercase hexadecimal digits."""
    return _HEX.match(text) is not None


def sha256_bytes(content: bytes | memoryview) -> str:
    """Give the SHA-256 of ``content`` as lowercase hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_stream(file: BinaryIO, on_bytes: Callable[[int], None] | None = None) -> tuple[str, int]:
    """Give the digest and the size of what is left in ``file``."""
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if on_bytes is not None:
            on_bytes(len(chunk))
    return digest.hexdigest(), size


def sha256_file(path: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """Give the SHA-256 of a file.

    Raises:
        StorageError: The file cannot be read.
    """
    try:
        with path.open("rb", buffering=0) as file:
            return sha256_stream(file, on_bytes)[0]
    except OSError as error:
        raise storage_error(error, path, "reading") from error


def copy_and_hash(
    source: BinaryIO, target: BinaryIO, on_bytes: Callable[[int], None] | None = None
) -> tuple[str, int]:
    """Copy a stream while hashing it; give the digest and the size."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
        if on_bytes is not None:
            on_bytes(len(chunk))
    return digest.hexdigest(), size


def read_verified(path: Path, sha256: str) -> bytes:
    """Read a whole file into memory and give its bytes only if they have the digest.

    Raises:
        StorageError: The file cannot be read.
        IntegrityError: The bytes have another digest.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise storage_error(error, path, "reading") from error
    found = sha256_bytes(content)
    if found != sha256:
        raise IntegrityError(
            f"{path.name} is damaged: SHA-256 {found[:12]}…, expected {sha256[:12]}…",
            "Fetch it again, or take it in again from the bundle.",
        )
    return content
