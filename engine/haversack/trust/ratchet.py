"""The highest counter seen by publisher and bundle name: the app's own state, off the stick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import is_sha256
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.base.locking import locked
from haversack.trust.counters import is_counter
from haversack.trust.errors import Rollback, TrustError
from haversack.trust.names import is_name

_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Seen:
    """The newest sealing of one bundle that was opened here.

    Attributes:
        counter: Its counter.
        payload: The SHA-256 of what was signed.
        created: When it was signed, as ``2026-01-31T12:00:00Z``.
    """

    counter: int
    payload: str
    created: str


class Ratchet:
    """What was seen so far; only ever moves forward.

    Args:
        file: Where it is kept; made when it first advances.
    """

    def __init__(self, file: Path) -> None:
        """Keep what was seen in a file."""
        self._file = file

    def seen(self, fingerprint: str, bundle: str) -> Seen | None:
        """Give the newest sealing of a bundle seen here; None where there was none."""
        entry = self._read().get(fingerprint, {}).get(bundle)
        return None if entry is None else Seen(**entry)

    def newest_signing_time(self) -> str:
        """Give the newest signing time that was verified here; empty where there is none."""
        return max(
            (entry["created"] for bundles in self._read().values() for entry in bundles.values()),
            default="",
        )

    def check(self, fingerprint: str, bundle: str, counter: int) -> Seen | None:
        """Compare a counter with the highest seen; equal is allowed.

        Returns:
            What was seen before, if anything.

        Raises:
            Rollback: It is lower; both counters are named.
            TrustError: The ratchet is damaged, which is never taken for "nothing seen".
        """
        seen = self.seen(fingerprint, bundle)
        if seen is not None and counter < seen.counter:
            raise Rollback(
                f"bundle {bundle} has counter {counter}, but {seen.counter} was opened here before",
                "Use the newer one, or allow it with --allow-downgrade REASON, which is recorded.",
            )
        return seen

    def advance(self, fingerprint: str, bundle: str, seen: Seen) -> None:
        """Remember a sealing of which everything was checked; never goes down.

        Raises:
            StorageError: It cannot be written.
        """
        with locked(self._file.with_suffix(".lock")):
            table = self._read()
            before = table.setdefault(fingerprint, {}).get(bundle)
            if before is not None and before["counter"] >= seen.counter:
                return
            table[fingerprint][bundle] = {
                "counter": seen.counter,
                "created": seen.created,
                "payload": seen.payload,
            }
            write_bytes(self._file, dump_canonical({"format": 1, "seen": table}) + b"\n")

    def _read(self) -> dict[str, dict[str, dict[str, Any]]]:
        if not self._file.exists():
            return {}
        try:
            document = load_strict(read_bytes(self._file, _LIMIT), self._file.name, _LIMIT)
            table: dict[str, dict[str, dict[str, Any]]] = document["seen"]
            for fingerprint, bundles in table.items():
                if not is_sha256(fingerprint):
                    raise ValueError("a fingerprint is malformed")
                for bundle, entry in bundles.items():
                    _check_entry(bundle, entry)
        except (FileFormatError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise TrustError(
                f"{self._file} is damaged: {error}",
                "Restore it; without it an older bundle cannot be told from a newer one.",
            ) from error
        return table


def _check_entry(bundle: str, entry: dict[str, Any]) -> None:
    if set(entry) != {"counter", "created", "payload"} or not is_name(bundle):
        raise ValueError("an entry is malformed")
    if not is_counter(entry["counter"]) or not is_sha256(entry["payload"]):
        raise ValueError("an entry is malformed")
    if not isinstance(entry["created"], str):
        raise TypeError("an entry is malformed")
