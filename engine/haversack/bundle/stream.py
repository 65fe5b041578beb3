"""One file of a bundle as a stream over its blobs, read from the stick with plain reads."""

from __future__ import annotations

import io
from collections.abc import Generator

from haversack.bundle import device
from haversack.bundle.donors import Places
from haversack.bundle.errors import Invalid
from haversack.bundle.layout import blob_name
from haversack.bundle.manifest import Manifest, ManifestFile
from haversack.bundle.weights import HeaderGate, NotWeights


class FileStream(io.RawIOBase):
    """Gives the bytes of one file; sizes are checked, and the header of weights.

    The digest is not: whoever reads to the end compares it with the manifest's.

    Args:
        places: Where the blobs lie.
        manifest: The bundle's manifest.
        file: The file to read.
        is_weights: Whether its bytes must be sound safetensors.
    """

    def __init__(
        self, places: Places, manifest: Manifest, file: ManifestFile, is_weights: bool
    ) -> None:
        """Begin before the file's first byte."""
        super().__init__()
        self.name = file.path
        self._gate = HeaderGate(file.size) if is_weights else None
        self._pieces = self._read(places, manifest, file)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # any writable buffer
        """Fill a buffer as far as the next piece goes.

        Raises:
            Invalid: A blob is missing, cut short or too long, or the weights are unsound.
            StorageError: The device fails.
        """
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes, at most ``size`` of them, without copying where that can be.

        Raises:
            Invalid: As ``readinto``.
            StorageError: The device fails.
        """
        if size < 0:
            return self.readall()
        if not self._rest:
            piece = next(self._pieces, b"")
            if len(piece) <= size:
                return piece
            self._rest = memoryview(piece)
        taken = self._rest[:size]
        self._rest = self._rest[size:]
        return bytes(taken)

    def close(self) -> None:
        """Close the blob that is being read."""
        self._pieces.close()
        super().close()

    def _read(self, places: Places, manifest: Manifest, file: ManifestFile) -> Generator[bytes]:
        try:
            for sha256, size in manifest.parts(file):
                name = blob_name(sha256)
                with device.opened(places.of(sha256), name) as (descriptor, _):
                    for piece in device.pieces(descriptor, name, size):
                        if self._gate is not None:
                            self._gate.feed(piece)
                        yield piece
            if self._gate is not None:
                self._gate.finish()
        except NotWeights as error:
            raise unsound(file.path, str(error)) from error


def check_weights(places: Places, manifest: Manifest, file: ManifestFile) -> None:
    """Check the header of a weight file on a stick, reading no further than it goes.

    Raises:
        Invalid: It is unsound.
        StorageError: The device fails.
    """
    gate = HeaderGate(file.size)
    try:
        with FileStream(places, manifest, file, is_weights=False) as stream:
            while gate.missing:
                piece = stream.read(min(gate.missing, device.CHUNK))
                if not piece:
                    gate.finish()
                    break
                gate.feed(piece)
    except NotWeights as error:
        raise unsound(file.path, str(error)) from error


def unsound(path: str, why: str) -> Invalid:
    """Give the error for weights that are not sound safetensors."""
    return Invalid(
        f"{path} is refused as weights: {why}",
        "Only safetensors are carried; tell the bundle's publisher.",
        path,
    )
