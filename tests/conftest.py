"""What every test starts from: no screen, a home of its own, no deadline on a busy machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("default", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a new folder for keys and settings, so that no test touches those of a person."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HAVERSACK_HOME", str(home))
    monkeypatch.delenv("HAVERSACK_PANTRY", raising=False)
    return home
