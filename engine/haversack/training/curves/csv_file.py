"""Curves as one CSV file that only grows, so that a resumed run goes on where it stopped."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from haversack.base.files import storage_error

HEADER = ("step", "epoch", "name", "value")


class CsvCurves:
    """Appends one line for each value: step, epoch, name, value.

    Args:
        path: The file; made with its header if it is not there.
    """

    def __init__(self, path: Path) -> None:
        """Append to a file, which is made with its head where it is new."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", newline="", encoding="utf-8")
        except OSError as error:
            raise storage_error(error, path, "writing") from error
        self._writer = csv.writer(self._file)
        if self._file.tell() == 0:
            self._writer.writerow(HEADER)

    def record(self, values: Mapping[str, float], step: int, epoch: int) -> None:
        """Append the values of one step."""
        for name, value in values.items():
            self._writer.writerow((step, epoch, name, repr(value)))

    def flush(self) -> None:
        """Bring what was recorded to the disk."""
        try:
            self._file.flush()
        except OSError as error:
            raise storage_error(error, self._path, "writing") from error

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        self._file.close()
