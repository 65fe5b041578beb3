"""When Haversack last did something that counts on this machine: a clock does not go back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.base.locking import locked
from haversack.trust.clock import parse_stamp, stamp
from haversack.trust.errors import TrustError

_LIMIT = 4096


class LastRun:
    """The latest moment at which this machine packed or opened a bundle.

    Args:
        file: Where it is kept; made when something is first noted.
    """

    def __init__(self, file: Path) -> None:
        """Keep the moment in a file."""
        self._file = file

    def read(self) -> str:
        """Give the moment as a stamp; empty where there was none.

        Raises:
            TrustError: The file is damaged.
        """
        if not self._file.exists():
            return ""
        try:
            found = load_strict(read_bytes(self._file, _LIMIT), self._file.name, _LIMIT)["at"]
            if parse_stamp(found) is None:
                raise ValueError("it holds no time")
        except (FileFormatError, KeyError, TypeError, ValueError) as error:
            raise TrustError(
                f"{self._file} is damaged", "Remove it; it only helps to find a wrong clock."
            ) from error
        return str(found)

    def note(self, now: datetime) -> None:
        """Remember a moment; never goes back.

        Raises:
            StorageError: It cannot be written.
        """
        with locked(self._file.with_suffix(".lock")):
            if stamp(now) > self.read():
                write_bytes(self._file, dump_canonical({"at": stamp(now)}) + b"\n")
