"""Opening a bundle: what it claims, whether it holds, and taking it into a pantry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken
from haversack.bundle.admission import Policy
from haversack.bundle.bundle import Bundle
from haversack.bundle.reader import Inspection, Verified
from haversack.pantry.pantry import Pantry
from haversack.services.listen import Listener, ignore
from haversack.services.shelving import place_assets, place_documents, read_goods
from haversack.trust.keyring import KeyRing


@dataclass(frozen=True, slots=True)
class OpenReceipt:
    """What came into the pantry.

    Attributes:
        bundle: The bundle's name and counter.
        counter: Its counter.
        publisher: Who signed it, as pinned here.
        recipes: Names (or ids) of the recipes that came in.
        refused: Files that were put on no shelf, each with the reason.
        volumes: Golden volumes that came in.
        files: How many files.
        bytes: Their bytes.
        receipt: The file that records the opening.
    """

    bundle: str
    counter: int
    publisher: str
    recipes: tuple[str, ...]
    refused: tuple[str, ...]
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
        goods = read_goods(taken.files, pantry)
        place_assets(goods, pantry, f"bundle {statement.name} {statement.counter}")
    place_documents(goods, pantry)
    return OpenReceipt(
        bundle=statement.name,
        counter=statement.counter,
        publisher=taken.bundle.chain.newest.publisher,
        recipes=tuple(recipe.name or recipe.id[:12] for recipe in goods.recipes),
        refused=tuple(goods.refused),
        volumes=tuple(goods.volumes),
        files=len(taken.files),
        bytes=sum({file.sha256: file.size for file in taken.files}.values()),
        receipt=taken.receipt,
    )


def _chosen(
    bundle: Bundle, keyring: KeyRing, policy: Policy, items: Collection[str]
) -> tuple[str, ...]:
    paths = [file.path for file in bundle.admit(keyring, policy).manifest.files]
    for item in items:
        if not any(path.startswith(item) for path in paths):
            raise UsageError(
                f"nothing in the bundle begins with {item!r}", "See `haversack inspect BUNDLE`."
            )
    return tuple(path for path in paths if any(path.startswith(item) for item in items))
