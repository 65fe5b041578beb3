"""The folder that a set is written into, and names in it that no two pictures share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from haversack.data.errors import DataError

_UNSAFE = re.compile(r"[\s/\\:\0]+")


class Output:
    """A folder that fills.

    Args:
        folder: Where it is; empty.
        on_picture: Told after each picture; raises to stop.
    """

    def __init__(self, folder: Path, on_picture: Callable[[int], None]) -> None:
        """Begin with an empty folder; ``on_picture`` hears of each picture that was written."""
        self._folder = folder
        self._on_picture = on_picture
        self._stems: set[str] = set()
        self._last: Counter[str] = Counter()

    def name(self, source: str) -> tuple[str, str]:
        """Give a stem that is not given yet, and the ending, for a picture's source."""
        path = PurePosixPath(source)
        stem = wanted = _UNSAFE.sub("_", path.stem)[:150] or "picture"
        low = wanted.lower()
        while stem.lower() in self._stems:
            self._last[low] += 1
            stem = f"{wanted}_{self._last[low] + 1}"
        self._stems.add(stem.lower())
        return stem, path.suffix.lower()

    def picture(self, name: str, content: bytes) -> None:
        """Write a picture and tell it."""
        self.write(name, content)
        self._on_picture(1)

    def write(self, name: str, content: bytes | str) -> None:
        """Write a file by its path within the folder."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def unwritable(what: str, form: str) -> DataError:
    """Build the error for something that a format has no words for."""
    return DataError(f"{what} cannot be said in {form}", "Choose another --format.")
