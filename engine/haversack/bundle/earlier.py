"""What an earlier bundle at the same place tells, so that its large files need not be cut again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from haversack.bundle.admission import read_manifest
from haversack.bundle.errors import Refused
from haversack.bundle.statement import Statement


@dataclass(frozen=True)
class KnownPieces:
    """Which blobs the larger files of an earlier bundle were made of.

    Attributes:
        pieces: Their digests in order, by the file's digest.
    """

    pieces: Mapping[str, tuple[str, ...]]

    @property
    def kept(self) -> frozenset[str]:
        """All these blobs."""
        return frozenset(blob for blobs in self.pieces.values() for blob in blobs)

    def joined(self, other: KnownPieces) -> KnownPieces:
        """Give what either knows."""
        return KnownPieces({**other.pieces, **self.pieces})


def known_pieces(out: Path, earlier: Statement | None, blob_size: int) -> KnownPieces:
    """Read the manifest of an earlier bundle; one that is damaged tells nothing.

    Args:
        out: The bundle's folder.
        earlier: What its envelope says, after its signatures were checked; None for no bundle.
        blob_size: The size of blobs now; pieces of another size are of no use.

    Raises:
        StorageError: The device fails.
    """
    if earlier is None:
        return KnownPieces({})
    try:
        manifest = read_manifest(out, earlier)
    except Refused:
        return KnownPieces({})
    if manifest.blob_size != blob_size:
        return KnownPieces({})
    return KnownPieces({file.sha256: file.blobs for file in manifest.files if len(file.blobs) > 1})
