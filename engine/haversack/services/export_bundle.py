"""Exporting a bundle in a form that other tools read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haversack.base.progress import CancelToken
from haversack.bundle.oci import Exported, export_oci
from haversack.services.listen import Listener, ignore
from haversack.trust.keyring import KeyRing


def export_bundle(
    folder: Path,
    out: Path,
    keyring: KeyRing,
    *,
    donors: Sequence[Path] = (),
    jobs: int | None = None,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Exported:
    """Check a bundle while copying it into an OCI image layout; arguments as for opening.

    Raises:
        Refused: It is not what it should be.
        Partial: Blobs are missing.
        UsageError: ``out`` is not empty.
    """
    return export_oci(
        folder, out, keyring, donors=donors, jobs=jobs, on_progress=on_event, cancel=cancel
    )
