"""The calls of the pack page: what a bundle would hold, the disk it goes to, and writing it."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haversack.base.errors import HaversackError
from haversack_gui import words
from haversack_gui.calls.bundles import Content, title_of
from haversack_gui.calls.licences import say_licences
from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.calls.trust import keyring
from haversack_gui.jobs import Changed, Told
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.pack import Code

STICKS = ((0, "One folder"), (4, "Sticks of 4 GB"), (8, "Sticks of 8 GB"), (32, "Sticks of 32 GB"))
FULLNESS = 0.93
"""How much of a stick's nominal size is counted on; the rest is the file system's own."""

FILE_SYSTEMS = {
    "vfat": "FAT32: files up to 4 GB; the bundle's are 256 MB at most, so they fit",
    "msdos": "FAT: files up to 2 GB; the bundle's are 256 MB at most, so they fit",
    "exfat": "exFAT: any size of file",
    "ntfs": "NTFS: any size of file",
    "ntfs3": "NTFS: any size of file",
    "fuseblk": "NTFS or exFAT: any size of file",
}


@dataclass(frozen=True, slots=True)
class CodeWish:
    """Which code is to be packed.

    Attributes:
        app: Whether the app is.
        app_from: Its frozen folder or archive; None for the program that runs now.
        runtime: The report of a machine whose wheels are; None for no wheels.
    """

    app: bool = False
    app_from: Path | None = None
    runtime: Path | None = None

    @property
    def wanted(self) -> bool:
        """Whether any code is."""
        return self.app or self.runtime is not None

    def as_code(self) -> Code:
        """Give it as the engine takes it."""
        from haversack.services.pack import Code

        return Code(self.app, self.app_from, self.runtime)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be packed.

    Attributes:
        recipes: Ids of recipes.
        name: The bundle's name.
        since: A have-list; what it names is left out. None for a whole bundle.
        stick: Bytes of one stick of a set; None for one folder.
        code: The app or wheels beside the recipes.
    """

    recipes: tuple[str, ...]
    name: str
    since: Path | None = None
    stick: int | None = None
    code: CodeWish = CodeWish()


@dataclass(frozen=True, slots=True)
class PackPlan:
    """What would be packed.

    Attributes:
        contents: The files; those that are left out are marked so.
        total: Their bytes, each digest once.
        left_out: Bytes that the receiver has already.
        sticks: Bytes on each stick; one entry where all goes into one folder.
        problem: Why it cannot be packed so; empty where it can.
        licences: The licences inside, and what some of them may forbid; empty where all is own.
        cautions: The latter with every file, for a tooltip.
    """

    contents: tuple[Content, ...]
    total: int
    left_out: int = 0
    sticks: tuple[int, ...] = ()
    problem: str = ""
    licences: str = ""
    cautions: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The disk that would be written to.

    Attributes:
        folder: The folder.
        free: Its free bytes; None where that cannot be told.
        about: The file system and its limits.
        there: What lies there already, in words; empty for nothing.
        problem: Why it will not do; empty where it will.
    """

    folder: Path
    free: int | None
    about: str
    there: str
    problem: str


def can_carry_itself() -> bool:
    """Say whether the program that runs now is the frozen app, which can be packed as it is."""
    return bool(getattr(sys, "frozen", False))


def stick_bytes(gigabytes: int) -> int | None:
    """Give the bytes that one stick of a set may carry; None for one folder."""
    return int(gigabytes * 1e9 * FULLNESS) if gigabytes else None


def plan(pantry: OpenPantry, wish: Wish) -> PackPlan:
    """Say what would be written; nothing is."""
    from haversack.services.apart import read_have_list_apart
    from haversack.services.foresee import foresee
    from haversack.services.pack import plan_app

    wheels = wish.code.runtime is not None
    try:
        app = plan_app(wish.code.as_code())
        if not wish.recipes:
            licences, cautions = say_licences((), app, wheels)
            return PackPlan((), 0, licences=licences, cautions=cautions)
        since = read_have_list_apart(wish.since) if wish.since is not None else None
        seen = foresee(pantry.engine, wish.name or "bundle", wish.recipes, since, wish.stick)
    except HaversackError as error:
        return PackPlan((), 0, problem=" ".join(words.error(error)))
    known = {recipe.id: recipe.name for recipe in seen.selection.recipes}
    contents = tuple(
        Content(
            title_of(item.logical_path, item.kind, known),
            item.logical_path,
            item.kind,
            item.size,
            item.licence,
            item.source,
            left_out=item.sha256 in seen.left_out,
        )
        for item in seen.selection.items
    )
    licences, cautions = say_licences(contents, app, wheels)
    return PackPlan(
        contents,
        seen.selection.total_bytes,
        seen.bytes_left_out,
        seen.sticks,
        licences=licences,
        cautions=cautions,
    )


def target(folder: Path, sticks: bool) -> Target:
    """Look at the disk that would be written to, and at what lies there."""
    from haversack.services.foresee import bytes_there

    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    about = _file_system(place)
    try:
        free = shutil.disk_usage(place).free
        lie_there = 0 if sticks else bytes_there(folder)
    except OSError as error:
        return Target(folder, None, about, "", error.strerror or str(error))
    except HaversackError as error:
        return Target(folder, None, about, "", " ".join(words.error(error)))
    there = ""
    if lie_there:
        size = words.size(lie_there)
        there = tr("{size} of a bundle lie there; what can be used again stays.").format(size=size)
    return Target(folder, free, about, there, "")


def pack(
    pantry: OpenPantry, home: Path, out: Path, key: str, passphrase: str, wish: Wish, told: Told
) -> Changed:
    """Write a signed bundle; gives the lines of the receipt."""
    from haversack.services.apart import read_have_list_apart
    from haversack.services.pack import pack as write

    receipt = write(
        pantry.engine,
        out,
        keyring(home),
        key,
        passphrase,
        name=wish.name,
        recipes=wish.recipes,
        since=read_have_list_apart(wish.since) if wish.since is not None else None,
        stick=wish.stick,
        code=wish.code.as_code(),
        on_event=told.on_event,
        cancel=told.cancel,
    )
    reused = words.count(receipt.blobs_reused, "blob", "blobs")
    lines = [
        f"{receipt.name}, counter {receipt.counter}, signed by {receipt.publisher}",
        f"{words.count(receipt.files, 'file', 'files')}, {words.size(receipt.bytes)}; "
        f"{words.size(receipt.bytes_written)} written now"
        + (f", {reused} lay there already" if receipt.blobs_reused else ""),
        "Read back from the disk before it was signed."
        if receipt.read_back
        else "Not read back from the disk: check it on the machine that opens it.",
    ]
    if receipt.blobs_left_out:
        left = words.size(receipt.bytes_left_out)
        lines.append(f"{left} left out: the receiver has them.")
    lines.append(f"Fingerprint {receipt.fingerprint[:16]}…")
    lines.append(f"In {receipt.folder}")
    lines += [f"Stick {number}: {folder.name}" for number, folder in enumerate(receipt.sticks, 1)]
    said = f"Packed {receipt.name} to {out}."
    return Changed(frozenset({"bundles", "keys"}), tuple(lines), said)


def _file_system(place: Path) -> str:
    import psutil

    mounts = {part.mountpoint: part.fstype for part in psutil.disk_partitions(all=True)}
    parents = [str(place), *(str(parent) for parent in place.parents)]
    kind = next((mounts[one] for one in parents if one in mounts), "")
    return FILE_SYSTEMS.get(kind.lower(), tr("{kind}: any size of file").format(kind=kind or "?"))
