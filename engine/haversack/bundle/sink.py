"""What a bundle is taken into: anything that keeps files by their digest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol


class Sink(Protocol):
    """A content-addressed store; ``haversack.pantry.store.Store`` is one. Thread-safe."""

    def has(self, sha256: str) -> bool:
        """Say whether a file of that digest is there."""
        ...

    def open(self, sha256: str, on_bytes: Callable[[int], None] | None = None) -> BinaryIO:
        """Open a file after checking all of its bytes; ``IntegrityError`` where they are wrong."""
        ...

    def take_stream(
        self,
        file: BinaryIO,
        sha256: str | None = None,
        on_bytes: Callable[[int], None] | None = None,
        later: list[tuple[Path, str]] | None = None,
    ) -> tuple[str, int]:
        """Copy a stream in, whole or not at all; ``IntegrityError`` where its digest is another."""
        ...

    def together(self) -> AbstractContextManager[list[tuple[Path, str]]]:
        """Let what is taken in with the list that is given appear when the block ends."""
        ...

    def discard(self, sha256: str) -> None:
        """Remove a file if it is there."""
        ...
