"""The shelf of golden volumes: a Parquet file and its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from haversack.base.digests import is_sha256, sha256_bytes, sha256_file
from haversack.base.errors import FileFormatError, IntegrityError
from haversack.base.files import StorageError, storage_error, write_bytes
from haversack.pantry.documents import Documents, file_stem
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.store import Store
from haversack.pantry.streams import check_digest


class VolumeShelf:
    """Golden volumes of one pantry by name.

    Args:
        folder: Where the files and the records lie.
        store: Whose lock keeps two writers apart.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        """Keep cards in a folder, of volumes in a store."""
        self.documents = Documents(folder, "the volume record", self._check)
        self._store = store

    def put(self, name: str, parquet: bytes, card: dict[str, Any], brought_by: str = "") -> None:
        """Keep a volume; one of the same name is replaced.

        The record is written after the file and names its digest, so a reader sees the old
        volume or the new one and never a mixture.

        Args:
            name: What it is called, such as ``xval_det``.
            parquet: The bytes of the Parquet file.
            card: What a person must know of it: JSON values.
            brought_by: The bundle that it came with, or the like; empty where it was made or
                imported here.

        Raises:
            UsageError: The name cannot be used.
            FileFormatError: The card is not JSON.
            StorageError: The disk is full, read-only or failing.
        """
        stem, sha256 = file_stem(name), sha256_bytes(parquet)
        with self._store.alone():
            write_bytes(self._file(stem, sha256), parquet)
            record = {"name": name, "sha256": sha256, "card": card}
            self.documents.put(stem, record | ({"brought_by": brought_by} if brought_by else {}))
            self._remove_files(stem, but=sha256)

    def list(self) -> list[str]:
        """Give the names, sorted."""
        return sorted(_field(stem, record, "name") for stem, record in self.documents.items())

    def path(self, name: str) -> Path:
        """Give the path of a volume's Parquet file after checking its bytes.

        Raises:
            NotInPantryError: There is no volume of that name.
            IntegrityError: The file is damaged.
            StorageError: It cannot be read.
        """
        stem, record = self._get(name)
        try:
            return self._checked_file(stem, record)
        except IntegrityError as error:
            raise IntegrityError(
                f"the golden volume {name!r} is damaged: {error.message}", error.hint
            ) from error

    def size(self, name: str) -> int | None:
        """Give the bytes of a volume's Parquet file; None where it is gone.

        Raises:
            NotInPantryError: There is no volume of that name.
        """
        stem, record = self._get(name)
        try:
            return self._file(stem, _field(stem, record, "sha256")).stat().st_size
        except OSError:
            return None

    def card(self, name: str) -> dict[str, Any]:
        """Give a volume's card.

        Raises:
            NotInPantryError: There is no volume of that name.
        """
        stem, record = self._get(name)
        card = record.get("card")
        if not isinstance(card, dict):
            raise _damaged(stem)
        return card

    def brought_by(self, name: str) -> str:
        """Give what a volume came with; empty where it was made or imported here.

        Raises:
            NotInPantryError: There is no volume of that name.
        """
        return str(self._get(name)[1].get("brought_by", ""))

    def remove(self, name: str) -> None:
        """Remove a volume."""
        with self._store.alone():
            stem, _ = self._get(name)
            self.documents.remove(stem)
            self._remove_files(stem, but="")

    def _checked_file(self, stem: str, record: dict[str, Any]) -> Path:
        sha256 = _field(stem, record, "sha256")
        if not is_sha256(sha256):
            raise _damaged(stem)
        path = self._file(stem, sha256)
        check_digest(sha256_file(path), sha256, path.name)
        return path

    def _check(self, stem: str, record: dict[str, Any]) -> None:
        try:
            self._checked_file(stem, record)
        except (IntegrityError, StorageError) as error:
            raise _damaged(stem) from error
        if stem != file_stem(_field(stem, record, "name")) or "card" not in record:
            raise _damaged(stem)

    def _file(self, stem: str, sha256: str) -> Path:
        return self.documents.folder / f"{stem}.{sha256[:16]}.parquet"

    def _remove_files(self, stem: str, but: str) -> None:
        keep = self._file(stem, but)
        for path in self.documents.folder.glob(f"{stem}.*.parquet"):
            if path != keep:
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise storage_error(error, path, "removing") from error

    def _get(self, name: str) -> tuple[str, dict[str, Any]]:
        stem = file_stem(name)
        record = self.documents.get(stem)
        if record is None:
            known = ", ".join(self.list()) or "none"
            raise NotInPantryError(
                f"the pantry holds no volume {name!r}", f"It holds: {known}. Setup fetches more."
            )
        return stem, record


def _field(stem: str, record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise _damaged(stem)
    return value


def _damaged(stem: str) -> FileFormatError:
    return FileFormatError(
        f"the volume record {stem} does not hold what it should",
        "Put it aside and get those that are shipped: haversack setup PANTRY --rebuild.",
    )
