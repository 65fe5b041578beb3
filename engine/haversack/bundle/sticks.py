"""A bundle on several sticks: each bears the same envelope and manifest and a run of the blobs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from haversack.base.counting import counted
from haversack.base.errors import HaversackError
from haversack.bundle.admission import Admitted, read_envelope
from haversack.bundle.donors import Places
from haversack.bundle.errors import Partial
from haversack.bundle.layout import blob_name, blob_path
from haversack.bundle.listing import list_bundle
from haversack.bundle.manifest import Manifest
from haversack.bundle.statement import decode_statement


def runs(manifest: Manifest) -> Iterator[tuple[str, ...]]:
    """Give the blobs of each stick of a set, in order."""
    blobs = iter(manifest.blobs)
    for count in manifest.sticks:
        yield tuple(islice(blobs, count))


def partial(found: Admitted, places: Places, donors: Sequence[Path] = ()) -> Partial:
    """Give the error for a bundle that still needs blobs: which sticks lack, what did not help.

    Args:
        found: The bundle.
        places: What was found where; it has needs.
        donors: The folders that were asked.
    """
    first = blob_name(places.needs[0].sha256)
    others = {donor: _other_bundle(found, donor) for donor in donors}
    ours = [donor for donor in donors if not others[donor]]
    about, hint = _about_sticks(found, places, ours)
    for donor, other in others.items():
        if other:
            hint = f"{donor} is of another bundle: {other}, not {_called(found)}."
    return Partial(places.needs, first, about, hint)


def _about_sticks(found: Admitted, places: Places, others: Sequence[Path]) -> tuple[str, str]:
    """Say which stick this is and which lack.

    Returns:
        That, and what to do; both empty where the bundle is on one stick.
    """
    if not found.manifest.sticks:
        return "", ""
    lacking = {need.sha256 for need in places.needs}
    here, twice, gone = [], [], []
    for number, run in enumerate(runs(found.manifest), 1):
        times = sum(_lies_in(folder, run) for folder in others)
        if _lies_in(found.folder, run):
            here.append(number)
            twice += [number] if times else []
        elif not times and not lacking.isdisjoint(run):
            gone.append(number)
    total = len(found.manifest.sticks)
    about = (
        f"this is stick {_and(here)} of {total}" if here else f"it has {counted(total, 'stick')}"
    )
    if twice:
        about += f", and it was given twice ({_and(twice)})"
    if not gone:
        return about, ""
    return (
        f"{about}, and {'sticks' if len(gone) > 1 else 'stick'} {_and(gone)} "
        f"{'are' if len(gone) > 1 else 'is'} missing",
        "Name the others with --with FOLDER, or bring one after the other with --gather.",
    )


def _lies_in(folder: Path, run: tuple[str, ...]) -> bool:
    return any(blob_path(folder, sha256).is_file() for sha256 in run[:1] + run[-1:])


def _and(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _called(found: Admitted) -> str:
    return f"{found.statement.name} number {found.statement.counter}"


def _other_bundle(found: Admitted, folder: Path) -> str:
    """Say which bundle lies in a folder; empty where it is this one, or none that can be read."""
    with contextlib.suppress(HaversackError):
        envelope = read_envelope(folder, list_bundle(folder, blobs=False))
        if envelope.payload_sha256 != found.payload_sha256:
            other = decode_statement(envelope.payload)
            return f"{other.name} number {other.counter}"
    return ""
