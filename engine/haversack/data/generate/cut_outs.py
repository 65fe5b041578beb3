"""Photo cut-outs: pictures with alpha out of Tux Paint's stamps, as Debian packages them.

The package is 161 MB, most of it sounds. What is kept is a plain tar of the pictures that scenes
are composed from, byte for byte, and the package's own statement of copyright and licence.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from PIL import Image

from haversack.base.digests import sha256_bytes
from haversack.base.files import write_bytes
from haversack.data.errors import DataError
from haversack.data.generate.plain_tar import plain_tar
from haversack.data.readers.debian import package_files
from haversack.data.readers.members import TarMembers
from haversack.data.split import split_stratified

CUT_OUTS = "cut-outs"
"""What an asset calls this conversion."""

KINDS = {
    "animals": "animal",
    "food": "food",
    "hobbies/music": "instrument",
    "household": "household",
    "plants": "plant",
    "vehicles": "vehicle",
}
CLASSES = tuple(sorted(KINDS.values()))
VISIBLE = 128
_STAMPS = "usr/share/tuxpaint/stamps/"
_COPYRIGHT = "usr/share/doc/tuxpaint-stamps-default/copyright"
_DRAWN = {"cartoon", "toys", "plastic"}
_NUMBERED = re.compile(r"[-_]\d+$")
_LARGEST = 4 << 20
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class CutOuts:
    """Cut-outs with a class each.

    Attributes:
        pictures: ``(height, width, 4)`` uint8 each, cut to what is visible, at most 256 long.
        labels: ``(n,)`` indices into `CLASSES`.
        names: Their paths.
    """

    pictures: tuple[npt.NDArray[np.uint8], ...]
    labels: npt.NDArray[np.int64]
    names: tuple[str, ...]

    def take(self, rows: npt.NDArray[np.int64]) -> CutOuts:
        """Give the cut-outs at some indices."""
        chosen = rows.tolist()
        return CutOuts(
            tuple(self.pictures[row] for row in chosen),
            self.labels[rows],
            tuple(self.names[row] for row in chosen),
        )


def convert_package(source: Path, target: Path) -> dict[str, object]:
    """Write the tar of cut-outs of a package; equal packages give equal bytes.

    Returns:
        ``sha256``, ``size`` and the number of ``members`` of the written file.

    Raises:
        DataError: It is no such package.
    """
    found = dict(package_files(source, _is_wanted, _LARGEST))
    if _COPYRIGHT not in found or len(found) < 2:
        raise DataError(f"{source.name} holds no stamps of Tux Paint", "Fetch the dataset again.")
    members = sorted((name.removeprefix(_STAMPS), content) for name, content in found.items())
    content = plain_tar(members)
    write_bytes(target, content)
    return {"sha256": sha256_bytes(content), "size": len(content), "members": len(members)}


def read_cut_outs(path: Path) -> CutOuts:
    """Read the tar of cut-outs.

    Raises:
        DataError: It is damaged, or holds none.
    """
    members = TarMembers(path)
    names = [name for name in members.names() if name.endswith(".png")]
    pictures = tuple(_decoded(members.read(name), name) for name in names)
    if not pictures:
        raise DataError(f"{path.name} holds no cut-outs", "Fetch the dataset again.")
    labels = [CLASSES.index(_kind(name)) for name in names]
    return CutOuts(pictures, np.asarray(labels, np.int64), tuple(names))


def split_by_object(cut_outs: CutOuts, fraction: float = 0.25) -> tuple[CutOuts, CutOuts]:
    """Split so that several pictures of one thing are on one side, and each class is on both.

    Raises:
        DataError: A class has no two objects.
    """
    objects = [_NUMBERED.sub("", name.removesuffix(".png")) for name in cut_outs.names]
    firsts = np.unique(np.asarray(objects), return_index=True)[1]
    _, chosen = split_stratified(cut_outs.labels[firsts], fraction)
    held = {objects[first] for first in firsts[chosen].tolist()}
    is_held = np.asarray([thing in held for thing in objects])
    parts = cut_outs.take(np.flatnonzero(~is_held)), cut_outs.take(np.flatnonzero(is_held))
    if any(len(np.unique(part.labels)) < len(CLASSES) for part in parts):
        raise DataError("the cut-outs lack a class", "Fetch the dataset again.")
    return parts


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name.removeprefix(_STAMPS))
    is_photo = path.suffix == ".png" and not _DRAWN & set(path.parts)
    return name == _COPYRIGHT or (
        name.startswith(_STAMPS)
        and is_photo
        and not path.stem.endswith("_mirror")
        and any(path.is_relative_to(folder) for folder in KINDS)
    )


def _kind(name: str) -> str:
    path = PurePosixPath(name)
    for folder, kind in KINDS.items():
        if path.is_relative_to(folder):
            return kind
    raise DataError(f"{name[:100]} is of no kind that is known", "Fetch the dataset again.")


def _decoded(content: bytes, name: str) -> npt.NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as opened:
            picture = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{name[:100]} cannot be read: {error}", "Fetch the dataset again."
        ) from error
    picture.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    pixels = np.asarray(picture)
    rows, columns = np.nonzero(pixels[..., 3] >= VISIBLE)
    if not rows.size:
        raise DataError(f"{name[:100]} shows nothing", "Fetch the dataset again.")
    return pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].copy()
