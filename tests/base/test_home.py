"""One folder for a person's own state, whichever part of Haversack asks and whatever the system."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from haversack.cli import which_pantry
from haversack.trust.keyring import KeyRing


def test_the_current_pantry_is_remembered_beside_the_keys_where_folders_bear_an_authors_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_on_windows(name: str, appauthor: str | bool | None = None) -> Path:
        author = appauthor or name
        return tmp_path / name if appauthor is False else tmp_path / str(author) / name

    monkeypatch.delenv("HAVERSACK_HOME")
    monkeypatch.setattr(platformdirs, "user_data_path", as_on_windows)
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *words: str(as_on_windows(*words)))
    which_pantry.remember(tmp_path / "pantry")
    assert [path.name for path in KeyRing().home.iterdir()] == ["current-pantry.json"]
