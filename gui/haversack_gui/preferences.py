"""What the app remembers between starts: theme, window, last pantry and page, in one small file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from haversack.base.errors import HaversackError
from haversack.base.files import read_bytes, write_text

LIMIT = 64 * 1024


class Preferences(BaseModel):
    """The remembered values; unknown ones of a newer app are ignored."""

    model_config = ConfigDict(validate_assignment=True, extra="ignore")

    theme: Literal["light", "dark", "system"] = "system"
    pantry: str = ""
    recent: tuple[str, ...] = ()
    page: str = "pantry"
    geometry: str = ""

    def remember_pantry(self, path: Path) -> None:
        """Put a pantry first among the recent ones."""
        name = str(path)
        self.pantry = name
        self.recent = (name, *(other for other in self.recent if other != name))[:8]


def home() -> Path:
    """Give the folder for the app's own state: ``HAVERSACK_HOME`` or the platform's."""
    chosen = os.environ.get("HAVERSACK_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("haversack"))


def load(path: Path) -> Preferences:
    """Read the preferences; a missing or damaged file gives the defaults."""
    try:
        return Preferences.model_validate_json(read_bytes(path, LIMIT))
    except (HaversackError, ValidationError):
        return Preferences()


def save(path: Path, preferences: Preferences) -> None:
    """Write the preferences whole or not at all.

    Raises:
        StorageError: The disk is full or read-only.
    """
    write_text(path, preferences.model_dump_json(indent=1))
