"""Receipts: what was opened, from whom, when, and by whose leave where it was a downgrade.

Each names the one before it by its digest, so that one that was changed or taken out is missed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import sha256_bytes
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.base.locking import locked
from haversack.trust.errors import TrustError

LIMIT = 64 * 1024 * 1024
_FILE = re.compile(r"([0-9]{6,})-.*\.json\Z")


class Receipts:
    """The folder of receipts, one JSON document per opening.

    Args:
        folder: Where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        """Keep receipts in a folder."""
        self._folder = folder

    def write(self, receipt: dict[str, Any]) -> Path:
        """Keep a receipt, with its number and the digest of the one before it; give its file.

        Args:
            receipt: JSON-ready values, with ``opened_at`` and ``bundle``.

        Raises:
            StorageError: The disk says no.
        """
        with locked(self._folder / ".lock"):
            numbered = self._numbered()
            last, path = numbered[-1] if numbered else (0, None)
            before = "" if path is None else sha256_bytes(read_bytes(path, LIMIT))
            content = encode({**receipt, "number": last + 1, "previous": before})
            moment = str(receipt["opened_at"]).replace(":", "").replace("-", "")
            target = self._folder / f"{last + 1:06}-{moment}-{receipt['bundle']}.json"
            write_bytes(target, content)
        return target

    def _numbered(self) -> Sequence[tuple[int, Path]]:
        if not self._folder.is_dir():
            return []
        found = ((_FILE.match(path.name), path) for path in self._folder.iterdir())
        return sorted((int(match[1]), path) for match, path in found if match)

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            receipt = load_strict(read_bytes(path, LIMIT), path.name, LIMIT)
        except FileFormatError as error:
            raise TrustError(f"{path} is damaged: {error.message}", "Remove it.") from error
        if not isinstance(receipt, dict):
            raise TrustError(f"{path} is no receipt", "Remove it.")
        return receipt

    def list(self) -> tuple[dict[str, Any], ...]:
        """Give all receipts, the oldest first.

        Raises:
            TrustError: One is damaged.
        """
        return tuple(self._read(path) for _, path in self._numbered())


def encode(receipt: dict[str, Any]) -> bytes:
    """Give the bytes of a receipt's file, whose digest the next one names."""
    return dump_canonical(receipt) + b"\n"


def faults(receipts: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Say where the row of receipts is broken; empty where each follows from the one before.

    Args:
        receipts: All of one machine, the oldest first. That the last ones were taken away
            cannot be seen.
    """
    found = []
    if receipts and (receipts[0].get("number"), receipts[0].get("previous")) != (1, ""):
        found.append("the first receipts are missing")
    for before, after in pairwise(receipts):
        number, last = after.get("number"), before.get("number")
        if not isinstance(last, int) or number != last + 1:
            found.append(f"receipts between number {last} and number {number} are missing")
        elif after.get("previous") != sha256_bytes(encode(before)):
            found.append(f"receipt number {last} was changed after number {number} was written")
    return tuple(found)
