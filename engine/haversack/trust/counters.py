"""The counter that grows with every sealing of a bundle, kept beside the key."""

from __future__ import annotations

from pathlib import Path

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import read_bytes, write_bytes
from haversack.base.locking import locked
from haversack.trust.errors import TrustError
from haversack.trust.names import is_name

HIGHEST = 2**53 - 1
_LIMIT = 4 * 1024 * 1024


def is_counter(value: object) -> bool:
    """Say whether a value may be a counter: a whole number from 1 to 2**53 - 1."""
    return type(value) is int and 1 <= value <= HIGHEST


class Counters:
    """The last counter given out, by bundle name.

    Args:
        file: Where they are kept; made when the first is reserved.
    """

    def __init__(self, file: Path) -> None:
        """Keep the counters in a file."""
        self._file = file

    def read(self) -> dict[str, int]:
        """Give the last counter of every bundle name.

        Raises:
            TrustError: The file is damaged.
        """
        if not self._file.exists():
            return {}
        try:
            found = load_strict(read_bytes(self._file, _LIMIT), self._file.name, _LIMIT)
            if not isinstance(found, dict):
                raise ValueError("it is no table")
            if not all(is_name(name) and is_counter(last) for name, last in found.items()):
                raise ValueError("it holds something else than names and counters")
        except (FileFormatError, ValueError) as error:
            raise TrustError(
                f"{self._file} is damaged: {error}",
                "Remove it and set the last counter of each bundle anew.",
            ) from error
        return found

    def reserve(self, bundle: str) -> int:
        """Give the next counter; it is never given out again, even if the sealing fails.

        Raises:
            TrustError: The file is damaged, or there is no number left.
            StorageError: It cannot be written.
        """
        with locked(self._file.with_suffix(".lock")):
            counters = self.read()
            if counters.get(bundle) == HIGHEST:
                raise TrustError(
                    f"the numbers of bundle {bundle} are used up", "Give it another name."
                )
            counters[bundle] = counters.get(bundle, 0) + 1
            self._write(counters)
        return counters[bundle]

    def raise_to(self, bundle: str, last: int) -> None:
        """Take over the last counter that another workstation gave out; never goes down.

        Raises:
            UsageError: It is no counter.
        """
        if not is_counter(last):
            raise UsageError(f"{last} is no counter", f"Give a number from 1 to {HIGHEST}.")
        with locked(self._file.with_suffix(".lock")):
            counters = self.read()
            counters[bundle] = max(last, counters.get(bundle, 0))
            self._write(counters)

    def _write(self, counters: dict[str, int]) -> None:
        write_bytes(self._file, dump_canonical(counters) + b"\n")
