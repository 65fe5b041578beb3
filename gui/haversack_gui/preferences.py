"""What the app remembers between starts: theme, window, last pantry and page, in one small file.

Read before the window is shown, so it imports little.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import load_strict
from haversack.base.errors import HaversackError
from haversack.base.files import read_bytes, write_text

LIMIT = 64 * 1024
THEMES = ("light", "dark", "system")
MOST_RECENT = 8


@dataclass
class Preferences:
    """The remembered values.

    Attributes:
        theme: One of ``THEMES``.
        pantry: The folder of the pantry that was open last.
        recent: The folders of the last pantries, the newest first.
        page: The page that was shown last.
        geometry: Where the window was, as Qt writes it, in hexadecimal digits.
    """

    theme: str = "system"
    pantry: str = ""
    recent: tuple[str, ...] = ()
    page: str = "pantry"
    geometry: str = ""

    def remember_pantry(self, path: Path) -> None:
        """Put a pantry first among the recent ones."""
        name = str(path)
        self.pantry = name
        self.recent = (name, *(other for other in self.recent if other != name))[:MOST_RECENT]


def load(path: Path) -> Preferences:
    """Read the preferences; a missing or damaged file gives the defaults.

    Values of a newer app that are not known here are ignored.
    """
    try:
        document = load_strict(read_bytes(path, LIMIT), path.name, LIMIT)
    except HaversackError:
        return Preferences()
    found = _checked(document) if isinstance(document, dict) else None
    return found or Preferences()


def save(path: Path, preferences: Preferences) -> None:
    """Write the preferences whole or not at all.

    Raises:
        StorageError: The disk is full or read-only.
    """
    write_text(path, json.dumps(asdict(preferences), indent=1, allow_nan=False))


def _checked(document: dict[str, Any]) -> Preferences | None:
    given = {name: document[name] for name in asdict(Preferences()) if name in document}
    recent = given.pop("recent", [])
    texts = [*given.values(), *(recent if isinstance(recent, list) else [None])]
    if not all(isinstance(text, str) for text in texts):
        return None
    found = Preferences(**given, recent=tuple(recent[:MOST_RECENT]))
    return found if found.theme in THEMES else None
