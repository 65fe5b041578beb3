"""The shelf of assets: what each file is, its licence, where and when it was fetched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haversack.base.errors import FileFormatError
from haversack.pantry.documents import Documents, file_stem
from haversack.pantry.errors import NotInPantryError, PantryError
from haversack.pantry.store import Store
from haversack.recipe.assets import Asset


class Fetched(BaseModel):
    """Where the bytes of an asset came from, and when.

    Attributes:
        fetched_from: The place: an address, a package, a path, a bundle.
        fetched_at: UTC, ISO 8601.
        raw_sha256: Digest of the fetched file, before any conversion.
        converted_apart: Whether the worker that converted it had no network; None where nothing
            was converted here, or an earlier version did not note it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fetched_from: str
    fetched_at: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    raw_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    converted_apart: bool | None = None


class AssetRecord(BaseModel):
    """An asset that the pantry keeps.

    Attributes:
        asset: What the catalogue or the bundle says about it, licence and source included.
        fetched: Where and when its bytes were fetched.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: Asset
    fetched: Fetched

    @property
    def fetched_from(self) -> str:
        """Where the bytes came from."""
        return self.fetched.fetched_from

    @property
    def fetched_at(self) -> str:
        """When they were fetched: UTC, ISO 8601."""
        return self.fetched.fetched_at

    @property
    def raw_sha256(self) -> str:
        """Digest of the fetched file, before any conversion."""
        return self.fetched.raw_sha256


class AssetShelf:
    """Records of the assets in a store, one for each name.

    Args:
        folder: Where the records lie.
        store: Where the files lie.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        """Keep records in a folder, of files in a store."""
        self.documents = Documents(folder, "the asset record", _parse)
        self._store = store

    def put(self, asset: Asset, fetched: Fetched, file: Path | None = None) -> AssetRecord:
        """Record an asset, after taking in its file where one is given, as one step.

        Args:
            asset: What is kept; a record of the same name is replaced.
            fetched: Where its bytes came from.
            file: The finished file; None where the store has it already.

        Raises:
            NotInPantryError: No file was given and the store has none of that digest.
            IntegrityError: The given file has another digest; nothing was kept.
            PantryError: The file is not as long as the asset says.
            StorageError: The disk is full, read-only or failing.
        """
        stem = file_stem(asset.name)
        record = AssetRecord(asset=asset, fetched=fetched)
        with self._store.writing():
            if file is not None:
                self._store.take_file(file, asset.sha256)
            size = self._store.size(asset.sha256)
            if size != asset.size:
                raise PantryError(
                    f"{asset.name} has {size} bytes where {asset.size} were expected",
                    "The catalogue's entry for it is wrong; report this.",
                )
            self.documents.put(stem, record.model_dump(mode="json", exclude_none=True))
        return record

    def get(self, name: str) -> AssetRecord:
        """Give the record of a name.

        Raises:
            NotInPantryError: There is none.
            FileFormatError: The record is damaged.
        """
        found = self._find(name)
        if found is None:
            raise NotInPantryError(
                f"the pantry holds no asset {name!r}",
                "Prepare the recipe that needs it while there is a network, or open its bundle.",
            )
        return found

    def list(self) -> list[AssetRecord]:
        """Give every record, by name."""
        found = [_parse(stem, document) for stem, document in self.documents.items()]
        return sorted(found, key=lambda record: record.asset.name)

    def is_ready(self, asset: Asset) -> bool:
        """Say whether exactly this asset is kept, whole by its length; its bytes are not read."""
        found = self._find(asset.name)
        if found is None or found.asset.sha256 != asset.sha256:
            return False
        return self._store.has(asset.sha256) and self._store.size(asset.sha256) == asset.size

    def remove(self, name: str) -> None:
        """Forget an asset; its bytes go with the next garbage collection."""
        self.get(name)
        self.documents.remove(file_stem(name))

    def _find(self, name: str) -> AssetRecord | None:
        stem = file_stem(name)
        document = self.documents.get(stem)
        return None if document is None else _parse(stem, document)


def _parse(stem: str, document: dict[str, Any]) -> AssetRecord:
    try:
        return AssetRecord.model_validate(document)
    except ValidationError as error:
        raise FileFormatError(
            f"the asset record {stem} does not hold what it should",
            "Put it aside (haversack setup PANTRY --rebuild), then prepare its recipe again.",
        ) from error
