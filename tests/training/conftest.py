"""A desk for each test, and energy that is measured in a moment where a counter can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from training_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a desk in a folder of its own."""
    return Desk(tmp_path)


@pytest.fixture
def short_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch the device for a moment only, where it counts its energy."""
    monkeypatch.setattr("haversack.training.measuring.measure.ENERGY_SECONDS", 0.2)
