"""The calls of the open page: looking at a bundle, checking it, taking it in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from haversack_gui import words
from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.calls.trust import keyring
from haversack_gui.jobs import Changed, Told
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.unpack import ManifestFile


@dataclass(frozen=True, slots=True)
class Content:
    """A file of a bundle as it is listed.

    Attributes:
        title: What a person calls it.
        path: Its path in the bundle.
        kind: ``recipe``, ``weights``, ``dataset`` and so on.
        size: Bytes.
        licence: SPDX identifier; empty where it has none.
        source: Where it came from.
        left_out: Whether a delta names it without carrying it.
    """

    title: str
    path: str
    kind: str
    size: int
    licence: str
    source: str
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """Which bundle is looked at, and what a person decided about it.

    Attributes:
        folder: Where it lies.
        others: Other sticks of its set, or older bundles that have what it lacks.
        downgrade: Why an older one than the last may be opened; empty where it may not.
    """

    folder: Path
    others: tuple[Path, ...] = ()
    downgrade: str = ""


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
        age: The same as an age, such as ``"3 days ago"``.
        publisher: The name that the publisher gives itself.
        fingerprint: The fingerprint of its first root.
        words: The same as words.
        pinned_words: The words of the publisher of that name that is pinned here; empty for none.
        pinned_fingerprint: The same as digits.
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
    age: str
    publisher: str
    fingerprint: str
    words: str
    pinned_words: str
    pinned_fingerprint: str
    trusted: bool
    seen: int
    contents: tuple[Content, ...]
    total: int
    recipes: tuple[str, ...]
    warnings: tuple[str, ...]


_TAKEN = frozenset({"recipes", "assets", "volumes", "attestations", "source"})
_SUFFIXES = {"weights": ".safetensors", "volume": ".parquet"}
"""Ends of names that tell no more than the kind does."""
HINTS = {
    "signed": "Each byte is checked when you press Check every byte, or while it is taken in.",
    "untrusted": "If that is whom you expect, compare the words below with what the publisher "
    "told you. Then trust it.",
    "partial": "Add the other sticks of the set, or keep what is on this one and bring the next.",
    "rollback": "Ask the publisher for the newest one. It can be opened all the same, with a "
    "reason that is recorded.",
}
"""What to do in the app, where the engine's own hint is meant for the command line."""


def look(bundle: Bundle, home: Path) -> Looked:
    """Say what a bundle claims and in which state it is; none of its files is read."""
    from haversack.services.apart import decode_apart
    from haversack.services.unpack import inspect

    ring = keyring(home)
    found = inspect(bundle.folder, ring, bundle.downgrade, decode_apart)
    claims = found.claims
    known = {recipe.id: recipe.name for recipe in claims.recipes} if claims else {}
    same_name = [
        (info.words, info.fingerprint)
        for info in ring.publishers()
        if info.publisher == found.publisher
    ]
    pinned = (found.words, found.fingerprint) if found.trusted else (*same_name, ("", ""))[0]
    seen = ring.ratchet.seen(found.fingerprint, claims.name) if claims else None
    return Looked(
        folder=bundle.folder,
        state=found.state,
        message=found.message,
        hint=HINTS.get(found.state, found.hint),
        name=claims.name if claims else "",
        counter=claims.counter if claims else 0,
        created=claims.created if claims else "",
        age=_age(claims.created) if claims else "",
        publisher=found.publisher,
        fingerprint=found.fingerprint,
        words=found.words,
        pinned_words=pinned[0],
        pinned_fingerprint=pinned[1],
        trusted=found.trusted,
        seen=seen.counter if seen is not None else 0,
        contents=contents_of(found.files, known),
        total=claims.totals.bytes if claims else 0,
        recipes=tuple(recipe.name or recipe.id[:8] for recipe in claims.recipes) if claims else (),
        warnings=found.warnings,
    )


def contents_of(files: Iterable[ManifestFile], recipes: dict[str, str]) -> tuple[Content, ...]:
    """List files by kind, then by path; ``recipes`` gives the names of recipes by their ids."""
    made = [
        Content(
            title_of(file.path, file.kind, recipes),
            file.path,
            file.kind,
            file.size,
            file.licence,
            file.source,
        )
        for file in files
    ]
    return tuple(sorted(made, key=lambda content: content.kind))


def verify(bundle: Bundle, home: Path, told: Told) -> Changed:
    """Check every byte; nothing is written."""
    from haversack.services.apart import decode_apart
    from haversack.services.unpack import verify as check

    found = check(
        bundle.folder,
        keyring(home),
        donors=bundle.others,
        allow_downgrade=bundle.downgrade,
        decode=decode_apart,
        on_event=told.on_event,
        cancel=told.cancel,
    )
    said = (
        f"Everything in {found.statement.name} is right: "
        f"{words.count(len(found.files), 'file', 'files')}, {words.size(found.bytes)} read."
    )
    return Changed(frozenset(), said, said)


def take_in(
    bundle: Bundle, pantry: OpenPantry, home: Path, items: tuple[str, ...] | None, told: Told
) -> Changed:
    """Verify a bundle while copying it into the pantry, and put it on the shelves."""
    from haversack.services.apart import decode_apart
    from haversack.services.unpack import open_bundle

    receipt = open_bundle(
        bundle.folder,
        pantry.engine,
        keyring(home),
        items=items,
        donors=bundle.others,
        allow_downgrade=bundle.downgrade,
        decode=decode_apart,
        on_event=told.on_event,
        cancel=told.cancel,
    )
    recipes = ", ".join(receipt.recipes) or tr("no recipe")
    refused = f" Not readable here: {'; '.join(receipt.refused)}." if receipt.refused else ""
    moved = "".join(f" {line[0].upper()}{line[1:]}." for line in receipt.moved)
    size = words.size(receipt.bytes)
    said = f"Taken in from {receipt.publisher}: {recipes}; {size}.{refused}{moved}"
    return Changed(_TAKEN, receipt.publisher, said)


def gather(bundle: Bundle, pantry: OpenPantry, home: Path, told: Told) -> Changed:
    """Keep what this stick has until the others of its set were opened too.

    Gives the publisher where that was the last one that lacked; None where others still lack.
    """
    from haversack.services.apart import decode_apart
    from haversack.services.unpack import Partial, open_bundle

    try:
        receipt = open_bundle(
            bundle.folder,
            pantry.engine,
            keyring(home),
            donors=bundle.others,
            gather=True,
            allow_downgrade=bundle.downgrade,
            decode=decode_apart,
            on_event=told.on_event,
            cancel=told.cancel,
        )
    except Partial as lack:
        said = tr("What is on this stick is kept. Bring the next one. ({lack})").format(
            lack=lack.message
        )
        return Changed(frozenset(), None, said)
    recipes = ", ".join(receipt.recipes) or tr("no recipe")
    said = f"Taken in from {receipt.publisher}: {recipes}; {words.size(receipt.bytes)}."
    return Changed(_TAKEN, receipt.publisher, said)


def title_of(path: str, kind: str, recipes: dict[str, str]) -> str:
    """Give what a person calls a file of a bundle."""
    stem = path.rpartition("/")[2].partition(".")[0]
    if kind in ("recipe", "attestation"):
        return recipes.get(stem) or stem[:12]
    if path.endswith(".card.json"):
        return tr("{name}, its card").format(name=stem)
    return path.rpartition("/")[2].removesuffix(_SUFFIXES.get(kind, ""))


def _age(created: str) -> str:
    try:
        then = datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return ""
    seconds = (datetime.now(UTC) - then).total_seconds()
    if seconds < 0:
        return tr("in the future by this machine's clock")
    if seconds < 2 * 86_400:
        return tr("{time} ago").format(time=words.duration(seconds))
    return tr("{days} days ago").format(days=int(seconds // 86_400))
