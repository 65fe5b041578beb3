"""Curves as one CSV file that only grows; a resumed run goes on behind its checkpoint's lines."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

from haversack.base.files import storage_error

HEADER = ("step", "epoch", "name", "value")


class CsvCurves:
    """Appends one line for each value: step, epoch, name, value.

    Args:
        path: The file; made with its header if it is not there.
        after: The step of the checkpoint that a run goes on from; lines that were written after
            it, by a worker that was killed, are taken out, for those steps come again.
    """

    def __init__(self, path: Path, after: int | None = None) -> None:
        """Append to a file, which is made with its head where it is new."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if after is not None and path.exists():
                os.truncate(path, _length_until(path, after))
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


def _length_until(path: Path, step: int) -> int:
    """Give the length in bytes of the lines that were written before a step's checkpoint.

    Of that very step a name counts once: where gradients are added up over batches, files that
    earlier versions began have the next step's first batches under the number of the one before.
    """
    length, told = 0, set()
    with path.open("rb") as file:
        for line in file:
            fields = line.split(b",")
            is_whole = line.endswith(b"\n") and len(fields) == len(HEADER)
            if length and not (is_whole and fields[0].isdigit() and int(fields[0]) <= step):
                break
            if is_whole and fields[0] == str(step).encode():
                if fields[2] in told:
                    break
                told.add(fields[2])
            length += len(line)
    return length
