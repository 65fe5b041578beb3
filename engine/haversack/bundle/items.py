"""What is packed, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from haversack.bundle.manifest import ManifestFile
from haversack.bundle.statement import RecipeClaim


@dataclass(frozen=True, slots=True)
class PackItem:
    """One file to pack.

    Attributes:
        logical_path: Its path in the manifest, such as ``weights/lite0.safetensors``.
        kind: One of ``haversack.bundle.manifest.KINDS``.
        media_type: Such as ``application/octet-stream``.
        licence: An SPDX expression or a few words.
        source: Where its bytes came from.
        sha256: The digest of its bytes; checked while they are copied.
        size: Its bytes.
        open: Opens it for reading from the start. It need not check the digest itself.
    """

    logical_path: str
    kind: str
    media_type: str
    licence: str
    source: str
    sha256: str
    size: int
    open: Callable[[], BinaryIO]

    def listed(self, blobs: Sequence[str]) -> ManifestFile:
        """Give its entry in the manifest; ``blobs`` are the digests of its pieces, in order."""
        return ManifestFile(
            self.logical_path,
            self.kind,
            self.media_type,
            self.licence,
            self.source,
            self.sha256,
            self.size,
            tuple(blobs),
        )


@dataclass(frozen=True)
class Contents:
    """What the envelope says of a bundle beside its files.

    Attributes:
        name: The bundle's name; its counter grows with every packing under it.
        recipes: The recipes inside.
        volumes: The names of the golden volumes inside.
        licences: Licences beside those of the items, which are always named.
    """

    name: str
    recipes: tuple[RecipeClaim, ...] = ()
    volumes: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackReceipt:
    """What was packed.

    Attributes:
        folder: Where the bundle lies.
        name: The bundle's name.
        counter: Its counter.
        publisher: The publisher's name.
        fingerprint: The publisher's fingerprint.
        payload_sha256: The digest of what was signed.
        files: How many files it has.
        bytes: How many bytes they have.
        blobs_written: How many blobs were written this time, the manifest's aside.
        bytes_written: How many bytes those have.
        blobs_reused: How many blobs lay there already.
        read_back: Whether everything was read back from the device before it was signed.
        blobs_left_out: How many blobs a delta names and does not carry.
        bytes_left_out: How many bytes those have.
        sticks: The folders of a set of sticks; empty where all lies in ``folder``.
    """

    folder: Path
    name: str
    counter: int
    publisher: str
    fingerprint: str
    payload_sha256: str
    files: int
    bytes: int
    blobs_written: int
    bytes_written: int
    blobs_reused: int
    read_back: bool
    blobs_left_out: int = 0
    bytes_left_out: int = 0
    sticks: tuple[Path, ...] = ()
