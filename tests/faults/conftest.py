"""A sound bundle for every fault test, made once and copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.staging import Kit, copy_kit, make_kit


@pytest.fixture(scope="session")
def sound_kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return make_kit(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def kit(sound_kit: Kit, tmp_path: Path) -> Kit:
    return copy_kit(sound_kit, tmp_path)
