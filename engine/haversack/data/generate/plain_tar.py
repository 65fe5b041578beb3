"""A plain tar whose bytes depend on its members alone."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable


def plain_tar(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Give a tar of files by name and content, in that order, without dates and owners."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), 0o644, 0
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
