"""Opening a bundle: what it claims, whether it holds, and taking it into a pantry."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken
from haversack.bundle.admission import Admitted, Decode, Policy
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Partial
from haversack.bundle.gathering import gather as put_aside
from haversack.bundle.gathering import let_go
from haversack.bundle.manifest import ManifestFile, decode_manifest
from haversack.bundle.reader import Inspection, Verified
from haversack.bundle.taking import AtHand
from haversack.pantry.pantry import Pantry
from haversack.services.carry.placing import place_code
from haversack.services.contents import holdings
from haversack.services.displaced import BROUGHT
from haversack.services.listen import Listener, ignore
from haversack.services.shelving import ShelfGoods, place_assets, place_documents, read_goods
from haversack.trust.keyring import KeyRing

__all__ = ["ManifestFile", "OpenReceipt", "Partial", "inspect", "open_bundle", "verify"]

GATHERED = Path("store", "gathered")
MOST_NAMED = 8
_NEXT = "Bring the next stick in the same way, with --gather."


@dataclass(frozen=True, slots=True)
class OpenReceipt:
    """What came into the pantry.

    Attributes:
        bundle: The bundle's name and counter.
        counter: Its counter.
        publisher: Who signed it, as pinned here.
        recipes: Names (or ids) of the recipes that came in.
        proved: Those of them that come with a signed attestation of a passed rehearsal.
        refused: Files that were put on no shelf, each with the reason.
        moved: What was here and has another name now, each in a line.
        volumes: Golden volumes that came in.
        code: Folders with the app or a runtime, put there to be run by a person.
        files: How many files.
        bytes: Their bytes.
        receipt: The file that records the opening.
    """

    bundle: str
    counter: int
    publisher: str
    recipes: tuple[str, ...]
    proved: tuple[str, ...]
    refused: tuple[str, ...]
    moved: tuple[str, ...]
    volumes: tuple[str, ...]
    code: tuple[Path, ...]
    files: int
    bytes: int
    receipt: Path


def inspect(
    folder: Path,
    keyring: KeyRing,
    allow_downgrade: str = "",
    decode: Decode = decode_manifest,
) -> Inspection:
    """Say what a bundle claims and in which state it is; checks signatures, reads no blobs.

    Args:
        folder: The bundle.
        keyring: The pinned publishers and the ratchet.
        allow_downgrade: Why an older bundle than the last one may be looked into.
        decode: What reads the manifest; ``services.apart.decode_apart`` holds up no window.
    """
    policy = Policy(allow_downgrade=allow_downgrade, decode=decode)
    return Bundle(folder).inspect(keyring, policy)


def verify(
    folder: Path,
    keyring: KeyRing,
    *,
    donors: Sequence[Path] = (),
    allow_downgrade: str = "",
    refuse_expired: bool = False,
    jobs: int | None = None,
    decode: Decode = decode_manifest,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Verified:
    """Check everything: signature, publisher, counter, and every byte.

    Args:
        folder: The bundle, or one stick of a set.
        keyring: The pinned publishers and the ratchet.
        donors: Other sticks of the set, or older bundles, for blobs that it lacks.
        allow_downgrade: Why an older bundle than the last one may be looked at.
        refuse_expired: Refuse where the publisher's root has expired, not only warn.
        jobs: Threads; None for one per core.
        decode: What reads the manifest, as for ``inspect``.
        on_event: Hears progress.
        cancel: Stops between pieces.

    Raises:
        Refused: It is not what it should be; ``state`` says in which way.
        Partial: Blobs are missing; they are named.
    """
    policy = Policy(refuse_expired, allow_downgrade, decode=decode)
    return Bundle(folder).verify(
        keyring, policy, donors=donors, jobs=jobs, on_progress=on_event, cancel=cancel
    )


def open_bundle(
    folder: Path,
    pantry: Pantry,
    keyring: KeyRing,
    *,
    items: Collection[str] | None = None,
    donors: Sequence[Path] = (),
    gather: bool = False,
    allow_downgrade: str = "",
    refuse_expired: bool = False,
    jobs: int | None = None,
    decode: Decode = decode_manifest,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> OpenReceipt:
    """Verify a bundle while copying it into the pantry's store, then put it on the shelves.

    Args:
        folder: The bundle.
        pantry: Where it goes.
        keyring: The pinned publishers and the ratchet.
        items: Logical paths, or beginnings of them such as ``recipes/``; None for everything.
        donors: Other sticks of the set, or older bundles, for blobs that it lacks. What the
            pantry has itself, or gathered before, is used without being named.
        gather: Where blobs are still missing, put those that are there aside in the pantry's
            folder, so that the next stick can be opened alone; no shelf sees them.
        allow_downgrade: Why an older bundle than the last one may be opened; recorded.
        refuse_expired: Refuse where the publisher's root has expired, not only warn.
        jobs: Threads; None for one per core.
        decode: What reads the manifest, as for ``inspect``.
        on_event: Hears progress.
        cancel: Stops between files.

    Raises:
        Refused: It is not what it should be; nothing of it enters the pantry.
        Partial: Blobs are missing.
        StorageError: The stick or the pantry's disk fails.
    """
    bundle, policy = Bundle(folder), Policy(refuse_expired, allow_downgrade, decode=decode)
    chosen = None if items is None else _chosen(bundle, keyring, policy, items)
    aside = pantry.path / GATHERED
    sources = (*donors, aside) if aside.is_dir() else tuple(donors)
    goods: list[ShelfGoods] = []
    code: list[Path] = []

    def shelve(found: Admitted, files: tuple[ManifestFile, ...]) -> None:
        goods.append(read_goods(files, pantry, found.chain))
        source = f"{BROUGHT}{found.statement.name} {found.statement.counter}"
        place_assets(goods[0], pantry, source)
        folders, misfits = place_code(files, pantry)
        code.extend(folders)
        goods[0].refused.extend(misfits)
        holding.close()  # a shelf of documents is written by one alone
        place_documents(goods[0], pantry, source)

    with contextlib.ExitStack() as holding:
        holding.enter_context(pantry.store.writing())
        try:
            taken = bundle.take_in(
                pantry.store,
                keyring,
                policy,
                items=chosen,
                donors=sources,
                at_hand=_at_hand(pantry),
                shelve=shelve,
                jobs=jobs,
                on_progress=on_event,
                cancel=cancel,
            )
        except Partial as lack:
            if not gather:
                raise
            found = bundle.admit(keyring, policy)
            put_aside(
                found,
                pantry.store,
                aside,
                donors=donors,
                jobs=jobs,
                on_progress=on_event,
                cancel=cancel,
            )
            raise lack.after("what is here was gathered", _NEXT) from None
    if aside.is_dir():
        let_go(taken.bundle, aside)
    statement, came = taken.bundle.statement, goods[0]
    return OpenReceipt(
        bundle=statement.name,
        counter=statement.counter,
        publisher=taken.bundle.chain.newest.publisher,
        recipes=tuple(recipe.name or recipe.id[:12] for recipe in came.recipes),
        proved=tuple(
            recipe.name or recipe.id[:12] for recipe in came.recipes if came.proves(recipe)
        ),
        refused=tuple(came.refused),
        moved=tuple(came.moved),
        volumes=tuple(came.volumes),
        code=tuple(code),
        files=len(taken.files),
        bytes=sum({file.sha256: file.size for file in taken.files}.values()),
        receipt=taken.receipt,
    )


def _at_hand(pantry: Pantry) -> AtHand:
    """Give what lies on the shelves and not in the store: documents and volumes."""
    return {
        sha256: item.open
        for sha256, item in holdings(pantry).items()
        if not pantry.store.has(sha256)
    }


def _chosen(
    bundle: Bundle, keyring: KeyRing, policy: Policy, items: Collection[str]
) -> tuple[str, ...]:
    paths = [file.path for file in bundle.admit(keyring, policy).manifest.files]
    for item in items:
        if not any(path.startswith(item) for path in paths):
            folders = sorted({f"{path.rpartition('/')[0]}/" for path in paths})
            raise UsageError(
                f"nothing in the bundle begins with {item!r}",
                f"Paths in it begin with {', '.join(folders[:MOST_NAMED])}; all of them: "
                "haversack verify BUNDLE --json",
            )
    return tuple(path for path in paths if any(path.startswith(item) for item in items))
