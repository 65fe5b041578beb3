"""A bundle as one thing to hold: a folder and what can be done with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from haversack.base.progress import CancelToken, OnProgress, ignore_progress
from haversack.bundle import reader, taking
from haversack.bundle.admission import Admitted, Policy, admit
from haversack.bundle.sink import Sink
from haversack.trust.keyring import KeyRing


class Bundle:
    """A thin handle on a bundle's folder; nothing is read before it is asked for.

    Args:
        folder: Where the bundle lies.
    """

    def __init__(self, folder: str | Path) -> None:
        """Name the bundle's folder; whether one lies there is not looked at."""
        self.folder = Path(folder)

    def inspect(self, keyring: KeyRing, policy: Policy | None = None) -> reader.Inspection:
        """Say what it claims and what state it is in; see ``reader.inspect``."""
        return reader.inspect(self.folder, keyring, policy)

    def verify(
        self,
        keyring: KeyRing,
        policy: Policy | None = None,
        *,
        donors: Sequence[Path] = (),
        jobs: int | None = None,
        on_progress: OnProgress = ignore_progress,
        cancel: CancelToken | None = None,
    ) -> reader.Verified:
        """Check everything; see ``reader.verify``."""
        return reader.verify(
            self.folder,
            keyring,
            policy,
            donors=donors,
            jobs=jobs,
            on_progress=on_progress,
            cancel=cancel,
        )

    def admit(self, keyring: KeyRing, policy: Policy | None = None) -> Admitted:
        """Check all but the blobs, for browsing with ``reader.read_file``; see ``admit``."""
        return admit(self.folder, keyring, policy or Policy())

    def take_in(
        self,
        sink: Sink,
        keyring: KeyRing,
        policy: Policy | None = None,
        *,
        items: Collection[str] | None = None,
        donors: Sequence[Path] = (),
        at_hand: taking.AtHand | None = None,
        shelve: taking.Shelve | None = None,
        jobs: int | None = None,
        on_progress: OnProgress = ignore_progress,
        cancel: CancelToken | None = None,
    ) -> taking.TakenIn:
        """Check it while copying it into a store; see ``taking.take_in``."""
        return taking.take_in(
            self.folder,
            sink,
            keyring,
            policy,
            items=items,
            donors=donors,
            at_hand=at_hand or {},
            shelve=shelve,
            jobs=jobs,
            on_progress=on_progress,
            cancel=cancel,
        )
