"""A sound bundle for every fault test, made once and copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.staging import Kit, copy_kit, make_kit


@pytest.fixture(scope="session")
def sound_kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return make_kit(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def kit(sound_kit: Kit, tmp_path: Path) -> Kit:
    return copy_kit(sound_kit, tmp_path)


@pytest.fixture
def memory_path(tmp_path: Path) -> Iterator[Path]:
    """Give a folder in memory where there is one: a killed process loses nothing there either."""
    if not os.access("/dev/shm", os.W_OK):  # noqa: S108 - it is the system's own
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
