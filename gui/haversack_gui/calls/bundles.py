"""The calls of the pack and open pages: keys, contents, packing, looking, checking, taking."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haversack_gui import words
from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.jobs import Changed, Told

if TYPE_CHECKING:
    from haversack.services.keys import KeyRing


@dataclass(frozen=True, slots=True)
class Key:
    """A key of one's own: its name, the name others see, its fingerprint in words."""

    name: str
    publisher: str
    words: str


@dataclass(frozen=True, slots=True)
class Content:
    """A file of a bundle as it is listed; ``title`` is what a person calls it."""

    title: str
    path: str
    kind: str
    size: int
    licence: str
    source: str


@dataclass(frozen=True, slots=True)
class PackPlan:
    """What would be packed.

    Attributes:
        contents: The files.
        total: Their bytes, each digest once.
    """

    contents: tuple[Content, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Target:
    """A folder to write to: its free bytes, and whether it can be written to."""

    folder: Path
    free: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What a bundle says of itself, and how far that can be believed.

    Attributes:
        folder: Where it lies.
        state: ``signed``, or why it is refused.
        message: One line on that.
        hint: What to do.
        name: The bundle's name; empty where nothing can be read.
        counter: Its counter.
        created: When it was signed, by the publisher's clock.
        publisher: The name that the publisher gives itself.
        fingerprint: The fingerprint of its first root.
        words: The same as words.
        pinned_words: The words of the publisher of that name that is pinned here; empty for none.
        trusted: Whether exactly this publisher is pinned here.
        seen: The highest counter opened here before; 0 for none.
        contents: Its files; empty unless it is signed or partial.
        total: Bytes that it claims.
        recipes: Names of the recipes that it claims.
        warnings: Lines for a person.
    """

    folder: Path
    state: str
    message: str
    hint: str
    name: str
    counter: int
    created: str
    publisher: str
    fingerprint: str
    words: str
    pinned_words: str
    trusted: bool
    contents: tuple[Content, ...]
    total: int
    recipes: tuple[str, ...]
    warnings: tuple[str, ...]


HINTS = {
    "signed": "Each byte is checked when you press Check every byte, or while it is taken in.",
    "untrusted": "If that is whom you expect, compare the words below with what the publisher "
    "told you. Then trust it.",
}
"""What to do in the app, where the engine's own hint is meant for the command line."""


def keys(home: Path) -> list[Key]:
    """List one's own keys."""
    return [Key(info.name, info.publisher, info.words) for info in _ring(home).list()]


def new_key(home: Path, name: str, passphrase: str, told: Told) -> Changed:
    """Make a key."""
    told.cancel.raise_if_cancelled()
    info = _ring(home).new(name, passphrase)
    return Changed(frozenset({"keys"}), info.name, f"The key {info.name} is made.")


def export_publisher(home: Path, name: str, target: Path) -> Path:
    """Write the file by which other machines can trust a key's publisher."""
    return _ring(home).export(name, target)


def plan(pantry: OpenPantry, recipes: tuple[str, ...]) -> PackPlan:
    """Say what a bundle of these recipes would hold; nothing is written."""
    if not recipes:
        return PackPlan((), 0)
    from haversack.services.pack import plan as plan_pack

    selection = plan_pack(pantry.engine, recipes)
    known = {recipe.id: recipe.name for recipe in selection.recipes}
    contents = tuple(
        Content(
            _title(item.logical_path, item.kind, known),
            item.logical_path,
            item.kind,
            item.size,
            item.licence,
            item.source,
        )
        for item in selection.items
    )
    return PackPlan(contents, selection.total_bytes)


def target(folder: Path) -> Target:
    """Say how much room there is where a bundle would be written."""
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Target(folder, None, error.strerror or str(error))
    return Target(folder, free, "")


def pack(
    pantry: OpenPantry,
    home: Path,
    out: Path,
    key: str,
    passphrase: str,
    name: str,
    recipes: tuple[str, ...],
    told: Told,
) -> Changed:
    """Write a signed bundle."""
    from haversack.services.pack import pack as write

    receipt = write(
        pantry.engine,
        out,
        _ring(home),
        key,
        passphrase,
        name=name,
        recipes=recipes,
        on_event=told.on_event,
        cancel=told.cancel,
    )
    lines = (
        f"{receipt.name}, counter {receipt.counter}, signed by {receipt.publisher}",
        f"{words.count(receipt.files, 'file', 'files')}, {words.size(receipt.bytes)}; "
        f"{words.size(receipt.bytes_written)} written now"
        + (f", {receipt.blobs_reused} blobs lay there already" if receipt.blobs_reused else ""),
        "Read back from the disk before it was signed."
        if receipt.read_back
        else "Not read back from the disk: check it on the machine that opens it.",
        f"Fingerprint {receipt.fingerprint[:16]}…",
        f"In {receipt.folder}",
    )
    return Changed(frozenset({"bundles", "keys"}), lines, f"Packed {receipt.name} to {out}.")


def look(folder: Path, home: Path) -> Looked:
    """Say what a bundle claims and in which state it is; none of its files is read."""
    from haversack.services.unpack import inspect

    ring = _ring(home)
    found = inspect(folder, ring)
    claims = found.claims
    known = {recipe.id: recipe.name for recipe in claims.recipes} if claims else {}
    same_name = [info.words for info in ring.publishers() if info.publisher == found.publisher]
    return Looked(
        folder=folder,
        state=found.state,
        message=found.message,
        hint=HINTS.get(found.state, found.hint),
        name=claims.name if claims else "",
        counter=claims.counter if claims else 0,
        created=claims.created if claims else "",
        publisher=found.publisher,
        fingerprint=found.fingerprint,
        words=found.words,
        pinned_words=found.words if found.trusted else (same_name[0] if same_name else ""),
        trusted=found.trusted,
        contents=tuple(
            Content(
                _title(file.path, file.kind, known),
                file.path,
                file.kind,
                file.size,
                file.licence,
                file.source,
            )
            for file in found.files
        ),
        total=claims.totals.bytes if claims else 0,
        recipes=tuple(recipe.name or recipe.id[:8] for recipe in claims.recipes) if claims else (),
        warnings=found.warnings,
    )


def trust(folder: Path, home: Path, fingerprint: str, told: Told) -> Changed:
    """Pin the publisher of a bundle, if it still is the one that was shown."""
    told.cancel.raise_if_cancelled()
    info = _ring(home).trust(folder, fingerprint)
    return Changed(
        frozenset({"publishers"}), info.publisher, f"{info.publisher} is trusted from now on."
    )


def verify(folder: Path, home: Path, told: Told) -> Changed:
    """Check every byte; nothing is written."""
    from haversack.services.unpack import verify as check

    found = check(folder, _ring(home), on_event=told.on_event, cancel=told.cancel)
    said = (
        f"Everything in {found.statement.name} is right: "
        f"{words.count(len(found.files), 'file', 'files')}, {words.size(found.bytes)} read."
    )
    return Changed(frozenset(), said, said)


def take_in(
    folder: Path, pantry: OpenPantry, home: Path, items: tuple[str, ...] | None, told: Told
) -> Changed:
    """Verify a bundle while copying it into the pantry, and put it on the shelves."""
    from haversack.services.unpack import open_bundle

    receipt = open_bundle(
        folder,
        pantry.engine,
        _ring(home),
        items=items,
        on_event=told.on_event,
        cancel=told.cancel,
    )
    recipes = ", ".join(receipt.recipes) or "no recipe"
    refused = f" Not readable here: {'; '.join(receipt.refused)}." if receipt.refused else ""
    said = f"Taken in from {receipt.publisher}: {recipes}; {words.size(receipt.bytes)}.{refused}"
    topics = frozenset({"recipes", "assets", "volumes", "attestations", "source"})
    return Changed(topics, receipt.publisher, said)


def _title(path: str, kind: str, recipes: dict[str, str]) -> str:
    stem = path.rpartition("/")[2].partition(".")[0]
    if kind in ("recipe", "attestation"):
        return recipes.get(stem) or stem[:12]
    return path.rpartition("/")[2]


def _ring(home: Path) -> KeyRing:
    from haversack.services.keys import open_keyring

    return open_keyring(home)
