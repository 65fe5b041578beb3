"""Blobs that a bundle lacks, found elsewhere: on its other sticks, in older bundles, gathered.

A blob is checked against its name wherever it lies, so a donor need not be trusted.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from haversack.base.files import StorageError
from haversack.bundle.admission import Admitted
from haversack.bundle.errors import Need
from haversack.bundle.layout import ENVELOPE, blob_path


@dataclass(frozen=True)
class Places:
    """Where each blob of a bundle lies.

    Attributes:
        home: The bundle's folder.
        elsewhere: The folders of those blobs that others donate.
        needs: The blobs that lie nowhere.
    """

    home: Path
    elsewhere: Mapping[str, Path] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()

    def of(self, sha256: str) -> Path:
        """Give the folder to read a blob from."""
        return self.elsewhere.get(sha256, self.home)


def locate(found: Admitted, donors: Sequence[Path]) -> Places:
    """Look for missing blobs in other folders, by name and size.

    Args:
        found: The bundle.
        donors: Folders of other sticks or bundles; each is asked in turn.

    Raises:
        StorageError: A donor is no bundle's folder.
    """
    elsewhere: dict[str, Path] = {}
    needs = found.needs
    for donor in donors:
        if not donor.is_dir():
            raise StorageError(f"{donor} is no folder", "Give the folder that holds a bundle.")
        if not (donor / "blobs").is_dir() and not (donor / ENVELOPE).is_file():
            raise StorageError(f"{donor} holds no bundle", "Give the folder that holds a bundle.")
        given = {need.sha256 for need in needs if _lies_in(donor, need)}
        elsewhere.update(dict.fromkeys(given, donor))
        needs = tuple(need for need in needs if need.sha256 not in given)
    return Places(found.folder, elsewhere, needs)


def _lies_in(folder: Path, need: Need) -> bool:
    try:
        found = blob_path(folder, need.sha256).lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == need.size
