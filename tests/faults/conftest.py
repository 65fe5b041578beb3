"""A sound bundle for every fault test, made once and copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.staging import Kit, copy_kit, make_kit, memory_folder


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Give a folder in memory, where fsync does not set the pace."""
    with memory_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def sound_kit() -> Iterator[Kit]:
    with memory_folder() as folder:
        yield make_kit(folder)


@pytest.fixture
def kit(sound_kit: Kit, tmp_path: Path) -> Kit:
    return copy_kit(sound_kit, tmp_path)
