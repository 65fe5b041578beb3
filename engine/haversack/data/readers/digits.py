"""The handwritten digits of scikit-learn: 1,797 pictures of 8 x 8 in one compressed table."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haversack.base.files import storage_error
from haversack.data.errors import DataError
from haversack.data.sample import Sample
from haversack.data.split import split_stratified

CLASSES = tuple("0123456789")
EDGE = 8
MAX_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Digits as they are stored.

    Attributes:
        ink: ``(n, 8, 8)`` float32 in 0..1.
        labels: ``(n,)`` int64 in 0..9.
    """

    ink: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]

    def take(self, indices: npt.NDArray[np.int64]) -> Glyphs:
        """Give the glyphs at some indices."""
        return Glyphs(self.ink[indices], self.labels[indices])


def read_glyphs(path: Path) -> Glyphs:
    """Read ``digits.csv.gz``: 64 values of 0..16 and the label in each row.

    Raises:
        DataError: The file is not that table.
    """
    hint = "Fetch the dataset again."
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise DataError(f"{path.name} is larger than the digits are", hint)
        if not content.strip():
            raise DataError(f"{path.name} is not the table of digits: it is empty", hint)
        table = np.loadtxt(io.BytesIO(content), delimiter=",", dtype=np.float64, ndmin=2)
    except (gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
        raise DataError(f"{path.name} is not the table of digits: {error}", hint) from error
    except OSError as error:
        raise storage_error(error, path, "reading") from error
    if table.shape[1] != EDGE * EDGE + 1 or not np.all((table >= 0) & (table <= 16)):
        raise DataError(f"{path.name} is not the table of digits: shape {table.shape}", hint)
    labels = table[:, -1].astype(np.int64)
    if labels.max(initial=0) > 9:
        raise DataError(f"{path.name} has labels beyond 9", hint)
    return Glyphs((table[:, :-1].reshape(-1, EDGE, EDGE) / 16).astype(np.float32), labels)


class DigitsDataset:
    """Digits for classification: ``(8, 8, 3)`` pictures, white ink on black."""

    classes = CLASSES

    def __init__(self, glyphs: Glyphs) -> None:
        """Show these glyphs."""
        self._glyphs = glyphs

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """The digit of each picture."""
        return self._glyphs.labels

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self._glyphs.labels)

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        grey = np.round(self._glyphs.ink[index] * 255).astype(np.uint8)
        image = np.repeat(grey[..., None], 3, axis=2)
        return Sample(image, int(self._glyphs.labels[index]), f"digit {index}")


def read_digits(
    path: Path, validation_fraction: float = 0.25, seed: int = 0
) -> dict[str, DigitsDataset]:
    """Read the digits as ``train`` and ``val``.

    Args:
        path: ``digits.csv.gz`` of scikit-learn.
        validation_fraction: Share of each class that is for validation.
        seed: Seed of the split.
    """
    glyphs = read_glyphs(path)
    train, val = split_stratified(glyphs.labels, validation_fraction, seed)
    return {"train": DigitsDataset(glyphs.take(train)), "val": DigitsDataset(glyphs.take(val))}
