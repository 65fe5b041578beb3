"""MNIST and Fashion-MNIST out of the packages that carry them: one gzipped tar each.

Sources: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits" (IDX files);
H. Xiao, K. Rasul, R. Vollgraf 2017, "Fashion-MNIST", arXiv:1708.07747 (here as JSON).
"""

from __future__ import annotations

import struct
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from haversack.base.files import storage_error
from haversack.data.errors import DataError
from haversack.data.sample import Sample
from haversack.data.split import split_stratified

EDGE = 28
DIGITS = tuple(str(digit) for digit in range(10))
CLOTHES = (
    "T-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
_LARGEST = 64 << 20
_HINT = "Fetch the dataset again."
Greys = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


class _Clothes(msgspec.Struct):
    data: list[list[int]]


class GreyPictures:
    """Grey pictures with a class each.

    Args:
        greys: ``(n, height, width)`` uint8.
        labels: ``(n,)`` indices into the classes.
        classes: Their names.
    """

    def __init__(self, greys: Greys, labels: Labels, classes: tuple[str, ...]) -> None:
        """Show grey pictures ``(n, h, w)`` with one class number each."""
        self._greys = greys
        self.labels = labels
        self.classes = classes

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self.labels)

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        image = np.repeat(self._greys[index][..., None], 3, axis=2)
        label = int(self.labels[index])
        return Sample(image, label, f"{self.classes[label]} {index}")


def read_mnist(path: Path) -> dict[str, GreyPictures]:
    """Read both splits of MNIST.

    Raises:
        DataError: The package is damaged or is another one.
    """
    names = {"train": "train", "val": "t10k"}
    parts = ("images-idx3", "labels-idx1")
    found = _members(path, [f"package/data/{n}-{p}-ubyte" for n in names.values() for p in parts])
    splits = {}
    for split, name in names.items():
        greys, labels = (_idx(found[f"package/data/{name}-{part}-ubyte"]) for part in parts)
        wrong = greys.ndim != 3 or labels.ndim != 1 or len(greys) != len(labels)
        if wrong or labels.max(initial=0) > 9:
            raise DataError(f"{path.name} is not MNIST", _HINT)
        splits[split] = GreyPictures(greys, labels.astype(np.int64), DIGITS)
    return splits


def read_fashion_mnist(
    path: Path, validation_fraction: float, seed: int = 0
) -> dict[str, GreyPictures]:
    """Read Fashion-MNIST and split it by class.

    Args:
        path: The package.
        validation_fraction: Share of each class that is for validation.
        seed: Seed of the split.

    Raises:
        DataError: The package is damaged or is another one.
    """
    names = [f"package/src/clothes/{number}.json" for number in range(len(CLOTHES))]
    found = _members(path, names)
    kinds = [_clothes(found[name], path.name) for name in names]
    greys = np.concatenate(kinds)
    labels = np.repeat(np.arange(len(kinds)), [len(kind) for kind in kinds]).astype(np.int64)
    chosen = split_stratified(labels, validation_fraction, seed)
    return {
        split: GreyPictures(greys[rows], labels[rows], CLOTHES)
        for split, rows in zip(("train", "val"), chosen, strict=True)
    }


def _clothes(content: bytes, package: str) -> Greys:
    try:
        rows = msgspec.json.decode(content, type=_Clothes).data
        pictures = np.asarray([row for row in rows if row], np.uint8)  # two of 70,002 are empty
        return pictures.reshape(-1, EDGE, EDGE)
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
        raise DataError(f"{package} is not Fashion-MNIST: {error}", _HINT) from error


def _idx(content: bytes) -> Greys:
    """Read an IDX file of bytes: two zeros, 8, the number of edges, the edges, the values."""
    try:
        zero, kind, edges = struct.unpack_from(">HBB", content)
        shape = struct.unpack_from(f">{edges}I", content, 4)
        if zero or kind != 8:
            raise ValueError("no IDX file of bytes")
        return np.frombuffer(content, np.uint8, offset=4 + 4 * edges).reshape(shape)
    except (struct.error, ValueError) as error:
        raise DataError(f"the dataset cannot be read: {error}", _HINT) from error


def _members(path: Path, names: list[str]) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r|gz") as tar:
            for entry in tar:
                if entry.name in names and entry.isreg() and entry.size <= _LARGEST:
                    file = tar.extractfile(entry)
                    found[entry.name] = b"" if file is None else file.read()
    except (tarfile.TarError, zlib.error, EOFError) as error:
        raise DataError(f"{path.name} cannot be unpacked: {error}", _HINT) from error
    except OSError as error:
        raise storage_error(error, path, "reading") from error
    missing = sorted(set(names) - set(found))
    if missing:
        raise DataError(f"{path.name} holds no {missing[0]}", _HINT)
    return found
