"""A desk for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from training_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a desk in a folder of its own."""
    return Desk(tmp_path)
