"""Packing recipes of a pantry, with all they need, into a signed bundle."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken
from haversack.bundle.have import HaveList
from haversack.bundle.items import Contents, PackReceipt
from haversack.bundle.writer import PackOptions
from haversack.bundle.writer import pack as write_bundle
from haversack.pantry.pantry import Pantry
from haversack.services.attesting import sign_attestations
from haversack.services.carry.app_items import AppPlan, app_items
from haversack.services.carry.app_items import plan_app as app_plan
from haversack.services.carry.runtime_items import RuntimePlan, plan_runtime, runtime_items
from haversack.services.contents import Selection, select
from haversack.services.listen import Listener, ignore
from haversack.trust.keyring import KeyRing


@dataclass(frozen=True, slots=True)
class Code:
    """Which code a bundle carries beside recipes; it takes a key that may sign code.

    Attributes:
        app: Whether the frozen app goes in.
        app_from: Its folder or archive; None for the one that runs now.
        runtime: What ``haversack doctor --json`` wrote on the field machine, for the wheels that
            it needs; None for no runtime.
    """

    app: bool = False
    app_from: Path | None = None
    runtime: Path | None = None

    @property
    def has_app(self) -> bool:
        """Whether the app goes in."""
        return self.app or self.app_from is not None

    @property
    def wanted(self) -> bool:
        """Whether any code goes in."""
        return self.has_app or self.runtime is not None


NO_CODE = Code()


@contextlib.contextmanager
def gathered(
    pantry: Pantry,
    recipes: tuple[str, ...] | None = None,
    code: Code = NO_CODE,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Iterator[Selection]:
    """Give what a bundle holds, code too, ready to be written; it lasts as long as the block.

    Raises:
        UsageError: No recipe is ready, there is no frozen app, or no wheels fit that machine.
        FetchError: The packages of a runtime cannot be had.
        MissingAssets: A recipe has not been prepared.
        StorageError: A disk says no.
    """
    chosen = select(pantry, recipes, may_be_empty=code.wanted)
    items = list(chosen.items)
    with contextlib.ExitStack() as made:
        if code.has_app:
            items += made.enter_context(app_items(code.app_from, pantry.path, on_event, cancel))
        if code.runtime is not None:
            items += made.enter_context(runtime_items(code.runtime, pantry.path, on_event, cancel))
        yield replace(chosen, items=tuple(items))


def plan(pantry: Pantry, recipes: tuple[str, ...] | None = None, code: Code = NO_CODE) -> Selection:
    """Say what a bundle would hold beside code, with sizes and licences; nothing is written."""
    return select(pantry, recipes, may_be_empty=code.wanted)


def plan_app(code: Code) -> AppPlan | None:
    """Look at the app that a bundle would hold; None for none.

    Raises:
        UsageError: There is no frozen app.
    """
    return app_plan(code.app_from) if code.has_app else None


def plan_code(
    pantry: Pantry, code: Code, on_event: Listener = ignore, cancel: CancelToken | None = None
) -> RuntimePlan | None:
    """Resolve the runtime that a bundle would hold; nothing of it is kept. None for none.

    Raises:
        UsageError: No wheels can be chosen for that machine.
        FetchError: They cannot be had.
    """
    if code.runtime is None:
        return None
    return plan_runtime(code.runtime, pantry.path, on_event, cancel)


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
    code: Code = NO_CODE,
    chosen: Selection | None = None,
    stick: int | None = None,
    jobs: int | None = None,
    read_back: bool = True,
    last_counter: int | None = None,
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
        since: What the receiver has; that is named and not carried.
        code: The app or a runtime to carry.
        chosen: What ``gathered`` gave, to write just that; None to gather it now.
        stick: Bytes of one stick; the bundle is spread over as many as it takes, each a folder
            in ``out``. None for one folder.
        jobs: Threads; None for one per core, four at most.
        read_back: Read everything back from the device before signing; the receipt says it.
        last_counter: The last number that another workstation gave this bundle; None where
            this one alone packs it.
        on_event: Hears progress.
        cancel: Stops between files.

    Raises:
        UsageError: ``out`` is the pantry or lies within it, or the counter is none.
        WrongPassphrase: The key does not open.
        TrustError: Code is to be carried and the key may not sign it.
        FetchError: The packages of a runtime cannot be had.
        MissingAssets: A recipe has not been prepared.
        StorageError: The disk is too small, read-only or failing; said before anything is written.
        PackError: A file is not what it says, such as weights that are not safetensors.
    """
    refuse_the_pantry(out, pantry)
    carries = code.wanted if chosen is None else chosen.has_code
    signer = keyring.unlock(key, passphrase, code=carries)
    options = PackOptions(
        read_back=read_back,
        leave_out=frozenset(since.files if since is not None else ()),
        stick=stick,
        jobs=jobs,
    )
    with contextlib.ExitStack() as made:
        if chosen is None:
            chosen = made.enter_context(gathered(pantry, recipes, code, on_event, cancel))
        contents = Contents(name or out.name, chosen.recipes, chosen.volumes)
        if last_counter is not None:
            keyring.raise_counter(key, contents.name, last_counter)
        receipt = write_bundle(
            sign_attestations(chosen.items, signer),
            out,
            signer,
            contents,
            options,
            on_progress=on_event,
            cancel=cancel,
        )
    keyring.last_run.note(datetime.now(UTC))
    return receipt


def refuse_the_pantry(out: Path, pantry: Pantry) -> None:
    """Raise ``UsageError`` where a bundle would lie in the pantry that it is made from."""
    target, home = out.expanduser().resolve(), pantry.path.resolve()
    if target == home or home in target.parents:
        raise UsageError(
            f"{out} lies in the pantry {pantry.path}", "Give a folder outside it, such as a stick."
        )
