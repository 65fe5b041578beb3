"""Receipts: what was opened, from whom, when, and by whose leave where it was a downgrade."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.trust.errors import TrustError

_LIMIT = 64 * 1024 * 1024


class Receipts:
    """The folder of receipts, one JSON document per opening.

    Args:
        folder: Where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, receipt: dict[str, Any]) -> Path:
        """Keep a receipt; give its file.

        Args:
            receipt: JSON-ready values, with ``opened_at`` and ``bundle``.

        Raises:
            StorageError: The disk says no.
        """
        moment = str(receipt["opened_at"]).replace(":", "").replace("-", "")
        order = f"{time.time_ns() % 10**9:09}-{secrets.token_hex(2)}"
        path = self._folder / f"{moment}-{order}-{receipt['bundle']}.json"
        write_bytes(path, dump_canonical(receipt) + b"\n")
        return path

    def list(self) -> tuple[dict[str, Any], ...]:
        """Give all receipts, the oldest first.

        Raises:
            TrustError: One is damaged.
        """
        if not self._folder.is_dir():
            return ()
        return tuple(self._read(path) for path in sorted(self._folder.glob("[0-9]*.json")))

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            receipt = load_strict(read_bytes(path, _LIMIT), path.name, _LIMIT)
        except FileFormatError as error:
            raise TrustError(f"{path} is damaged: {error.message}", "Remove it.") from error
        if not isinstance(receipt, dict):
            raise TrustError(f"{path} is no receipt", "Remove it.")
        return receipt
