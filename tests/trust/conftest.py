"""A folder in memory for every test, where fsync does not set the pace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.staging import memory_folder


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Give an empty folder."""
    with memory_folder() as folder:
        yield folder
