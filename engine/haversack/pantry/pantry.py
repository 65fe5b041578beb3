"""A pantry: one folder with everything that recipes need, all of it local."""

from __future__ import annotations

from pathlib import Path

from haversack.base.errors import IntegrityError
from haversack.base.files import storage_error
from haversack.base.progress import Meter, OnProgress, ignore_progress
from haversack.catalog import shipped
from haversack.pantry import manifest
from haversack.pantry.assets import AssetShelf
from haversack.pantry.attestations import AttestationShelf
from haversack.pantry.documents import Documents
from haversack.pantry.errors import NotAPantryError
from haversack.pantry.recipes import RecipeShelf
from haversack.pantry.store import Store
from haversack.pantry.volumes import VolumeShelf
from haversack.recipe.registry import Registry

IN_FLIGHT_SECONDS = 3600.0


class Pantry:
    """The shelves of one pantry folder. Use ``build`` or ``open``.

    Attributes:
        path: The folder, absolute.
        registry: The ingredients that recipes here are made of.
        store: Files by digest.
        assets: What each file is, where it came from, under which licence.
        recipes: Recipes by name and id.
        volumes: Golden volumes by name.
        attestations: What was proved about each recipe.
        runs_folder: Where runs are kept.
    """

    def __init__(self, path: Path, registry: Registry) -> None:
        """Look at a folder that is a pantry already."""
        self.path = path
        self.registry = registry
        self.store = Store(path / "store")
        self.assets = AssetShelf(path / "assets", self.store)
        self.recipes = RecipeShelf(path / "recipes", path, registry, self.store, self.assets)
        self.volumes = VolumeShelf(path / "volumes", self.store)
        self.attestations = AttestationShelf(path / "attestations")
        self.runs_folder = path / "runs"

    @classmethod
    def build(
        cls,
        path: str | Path,
        force_rebuild: bool = False,
        registry: Registry | None = None,
        on_progress: OnProgress = ignore_progress,
    ) -> Pantry:
        """Make a pantry, or open the one that is there; doing it twice changes nothing.

        Args:
            path: The folder; made when it is not there.
            force_rebuild: Read every file again and drop what is damaged, put unreadable
                records aside as ``*.damaged``, clear what killed processes left, and write
                ``pantry.json`` anew where it is damaged. Sound files, recipes and runs stay.
            registry: The ingredients; None for the shipped ones.
            on_progress: Hears how far reading again has come.

        Raises:
            NotAPantryError: The folder holds something else.
            PantryTooNewError: A newer Haversack made it.
            StorageError: The disk is full, read-only or failing.
        """
        folder = _absolute(path)
        if not _is_made(folder, force_rebuild):
            _make_folder(folder)
            with Store(folder / "store").alone():
                if not _is_made(folder, force_rebuild):
                    manifest.create(folder)
        pantry = cls(folder, registry or shipped.registry())
        if force_rebuild:
            pantry._rebuild(on_progress)
        return pantry

    @classmethod
    def open(cls, path: str | Path, registry: Registry | None = None) -> Pantry:
        """Open a pantry; a read-only one too.

        Raises:
            NotAPantryError: The folder is none.
            PantryTooNewError: A newer Haversack made it.
        """
        folder = _absolute(path)
        manifest.check(folder)
        return cls(folder, registry or shipped.registry())

    def collect_garbage(self, spare_younger_than: float = IN_FLIGHT_SECONDS) -> list[str]:
        """Remove files that no asset record names, unfinished downloads and other leftovers.

        Args:
            spare_younger_than: Seconds; younger files stay, because a preparation that runs
                elsewhere may be about to record them.

        Returns:
            The digests of the files that were removed.
        """
        with self.store.alone():
            keep = {record.asset.sha256 for record in self.assets.list()}
            removed = self.store.collect_garbage(keep, spare_younger_than)
            self.store.downloads.clear()
            for documents in self._documents():
                documents.remove_leftovers()
        return removed

    def _rebuild(self, on_progress: OnProgress) -> None:
        with self.store.alone():
            for documents in self._documents():
                documents.remove_leftovers()
                documents.put_aside_damaged()
            digests = list(self.store.digests())
            total = sum(map(self.store.size, digests))
            meter = Meter("reading every file again", total, on_progress)
            for sha256 in digests:
                try:
                    self.store.verify(sha256, meter.advance)
                except IntegrityError:
                    self.store.discard(sha256)

    def _documents(self) -> tuple[Documents, ...]:
        shelves = (self.assets, self.recipes, self.volumes, self.attestations)
        return tuple(shelf.documents for shelf in shelves)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, folder, "making the folder") from error


def _is_made(folder: Path, force: bool) -> bool:
    """Say whether the folder is a sound pantry; raise where none may be made there."""
    if not (folder / manifest.FILE).exists():
        if manifest.is_claimed(folder):
            raise NotAPantryError(
                f"{folder} holds something else", "Name an empty folder or one that is a pantry."
            )
        return False
    try:
        manifest.check(folder)
    except NotAPantryError:
        if not force or not (folder / "store").is_dir():
            raise
        return False
    return True


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()
