"""Packing recipes of a pantry, with all they need, into a signed bundle."""

from __future__ import annotations

from pathlib import Path

from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken
from haversack.bundle.have import HaveList
from haversack.bundle.items import Contents, PackReceipt
from haversack.bundle.writer import PackOptions
from haversack.bundle.writer import pack as write_bundle
from haversack.pantry.pantry import Pantry
from haversack.services.attesting import sign_attestations
from haversack.services.contents import Selection, select
from haversack.services.listen import Listener, ignore
from haversack.trust.keyring import KeyRing


def plan(pantry: Pantry, recipes: tuple[str, ...] | None = None) -> Selection:
    """Say what a bundle would hold, with sizes and licences, before anything is written."""
    return select(pantry, recipes)


def pack(
    pantry: Pantry,
    out: Path,
    keyring: KeyRing,
    key: str,
    passphrase: str,
    *,
    name: str | None = None,
    recipes: tuple[str, ...] | None = None,
    since: HaveList | None = None,
    stick: int | None = None,
    jobs: int | None = None,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> PackReceipt:
    """Write a signed bundle; killed at any moment and started again it goes on.

    Args:
        pantry: Where the recipes and their assets lie.
        out: The bundle's folder, usually on a stick.
        keyring: Where the key is.
        key: Its name.
        passphrase: Opens it.
        name: The bundle's name; by default the folder's.
        recipes: Names or ids; by default every recipe that is ready offline.
        since: What the field machine has; that is named and not carried.
        stick: Bytes of one stick; the bundle is spread over as many as it takes, each a folder
            in ``out``. None for one folder.
        jobs: Threads; None for one per core, four at most.
        on_event: Hears progress.
        cancel: Stops between files.

    Raises:
        UsageError: ``out`` is the pantry or lies within it.
        WrongPassphrase: The key does not open.
        MissingAssets: A recipe has not been prepared.
        StorageError: The disk is too small, read-only or failing; said before anything is written.
        PackError: A file is not what it says, such as weights that are not safetensors.
    """
    _refuse_the_pantry(out, pantry)
    signer = keyring.unlock(key, passphrase)
    chosen = select(pantry, recipes)
    contents = Contents(name or out.name, chosen.recipes, chosen.volumes)
    options = PackOptions(
        leave_out=frozenset(since.files if since is not None else ()), stick=stick, jobs=jobs
    )
    return write_bundle(
        sign_attestations(chosen.items, signer),
        out,
        signer,
        contents,
        options,
        on_progress=on_event,
        cancel=cancel,
    )


def _refuse_the_pantry(out: Path, pantry: Pantry) -> None:
    target, home = out.expanduser().resolve(), pantry.path.resolve()
    if target == home or home in target.parents:
        raise UsageError(
            f"{out} lies in the pantry {pantry.path}", "Give a folder outside it, such as a stick."
        )
