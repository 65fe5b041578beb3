"""Opening a bundle: what it claims, whether it holds, and taking it into a pantry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from haversack.base.canonical_json import load_strict
from haversack.base.progress import CancelToken
from haversack.bundle.admission import Policy
from haversack.bundle.bundle import Bundle
from haversack.bundle.manifest import ManifestFile
from haversack.bundle.reader import Inspection, Verified
from haversack.pantry.assets import Fetched
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset
from haversack.recipe.errors import RecipeError
from haversack.recipe.sppr import from_sppr
from haversack.recipe.tree import Recipe
from haversack.services.contents import suffix_of
from haversack.services.listen import Listener, ignore
from haversack.trust.keyring import KeyRing
from haversack.volume.card import Card

_DOCUMENT_LIMIT = 16 << 20


@dataclass(frozen=True, slots=True)
class OpenReceipt:
    """What came into the pantry.

    Attributes:
        bundle: The bundle's name and counter.
        counter: Its counter.
        publisher: Who signed it, as pinned here.
        recipes: Names (or ids) of the recipes that came in.
        refused_recipes: Recipes that this installation cannot read, each with the reason.
        volumes: Golden volumes that came in.
        files: How many files.
        bytes: Their bytes.
        receipt: The file that records the opening.
    """

    bundle: str
    counter: int
    publisher: str
    recipes: tuple[str, ...]
    refused_recipes: tuple[str, ...]
    volumes: tuple[str, ...]
    files: int
    bytes: int
    receipt: Path


def inspect(folder: Path, keyring: KeyRing) -> Inspection:
    """Say what a bundle claims and in which state it is; checks signatures, reads no blobs."""
    return Bundle(folder).inspect(keyring)


def verify(
    folder: Path,
    keyring: KeyRing,
    *,
    allow_downgrade: str = "",
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Verified:
    """Check everything: signature, publisher, counter, and every byte.

    Raises:
        Refused: It is not what it should be; ``state`` says in which way.
        Partial: Blobs are missing; they are named.
    """
    policy = Policy(allow_downgrade=allow_downgrade)
    return Bundle(folder).verify(keyring, policy, on_progress=on_event, cancel=cancel)


def open_bundle(
    folder: Path,
    pantry: Pantry,
    keyring: KeyRing,
    *,
    items: Collection[str] | None = None,
    allow_downgrade: str = "",
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> OpenReceipt:
    """Verify a bundle while copying it into the pantry's store, then put it on the shelves.

    Args:
        folder: The bundle.
        pantry: Where it goes.
        keyring: The pinned publishers and the ratchet.
        items: Logical paths, or beginnings of them such as ``recipes/``; None for everything.
        allow_downgrade: Why an older bundle than the last one may be opened; recorded.
        on_event: Hears progress.
        cancel: Stops between files.

    Raises:
        Refused: It is not what it should be; nothing of it enters the pantry.
        Partial: Blobs are missing.
        StorageError: The stick or the pantry's disk fails.
    """
    bundle, policy = Bundle(folder), Policy(allow_downgrade=allow_downgrade)
    chosen = None if items is None else _chosen(bundle, keyring, policy, items)
    with pantry.store.writing():
        taken = bundle.take_in(
            pantry.store, keyring, policy, items=chosen, on_progress=on_event, cancel=cancel
        )
        statement = taken.bundle.statement
        shelf = _Shelves(pantry, f"bundle {statement.name} {statement.counter}")
        documents = {file.path: file for file in taken.files}
        shelf.put_recipes(documents)
    shelf.put_volumes(documents)
    shelf.save_recipes(documents)
    return OpenReceipt(
        bundle=statement.name,
        counter=statement.counter,
        publisher=taken.bundle.chain.newest.publisher,
        recipes=tuple(recipe.name or recipe.id[:12] for recipe in shelf.recipes),
        refused_recipes=tuple(shelf.refused),
        volumes=tuple(shelf.volumes),
        files=len(taken.files),
        bytes=sum({file.sha256: file.size for file in taken.files}.values()),
        receipt=taken.receipt,
    )


def _chosen(
    bundle: Bundle, keyring: KeyRing, policy: Policy, items: Collection[str]
) -> tuple[str, ...]:
    paths = [file.path for file in bundle.admit(keyring, policy).manifest.files]
    return tuple(path for path in paths if any(path.startswith(item) for item in items))


class _Shelves:
    """Puts what was taken into the store onto the pantry's shelves."""

    def __init__(self, pantry: Pantry, source: str) -> None:
        self._pantry, self._source = pantry, source
        self.recipes: list[Recipe] = []
        self.refused: list[str] = []
        self.volumes: list[str] = []

    def put_recipes(self, files: dict[str, ManifestFile]) -> None:
        """Read the recipes and record the assets that they name and that came along."""
        for path, file in files.items():
            if file.kind != "recipe":
                continue
            text = self._pantry.store.read(file.sha256).decode("utf-8", "replace")
            try:
                recipe = from_sppr(text, self._pantry.registry)
            except RecipeError as error:
                self.refused.append(f"{path}: {error.message}")
                continue
            self.recipes.append(recipe)
            for asset in recipe.assets():
                self._put_asset(asset, files)

    def _put_asset(self, asset: Asset, files: dict[str, ManifestFile]) -> None:
        found = files.get(f"assets/{asset.name}{suffix_of(asset)}")
        if found is not None and found.sha256 == asset.sha256:
            source = Fetched(fetched_from=self._source, raw_sha256=asset.sha256)
            self._pantry.assets.put(asset, source)

    def put_volumes(self, files: dict[str, ManifestFile]) -> None:
        """Put each golden volume whose card came along and names its digest."""
        for path, file in files.items():
            card_file = files.get(path.removesuffix(".parquet") + ".card.json")
            if file.kind != "volume" or not path.endswith(".parquet") or card_file is None:
                continue
            card = Card.parse(self._pantry.store.read(card_file.sha256))
            name = Path(path).stem
            content = self._pantry.store.read(file.sha256)
            self._pantry.volumes.put(name, content, card.as_dict())
            self.volumes.append(name)

    def save_recipes(self, files: dict[str, ManifestFile]) -> None:
        """Keep the recipes and what was proved of them."""
        for recipe in self.recipes:
            self._pantry.recipes.save(recipe)
            attested = files.get(f"attestations/{recipe.id}.json")
            if attested is not None:
                content = self._pantry.store.read(attested.sha256)
                document = load_strict(content, attested.path, _DOCUMENT_LIMIT)
                self._pantry.attestations.put(recipe.id, document)
