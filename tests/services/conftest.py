"""What tests of baking share: a kitchen that trains nothing, and a small plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.services.bake.plan import Plan
from services.fake_kitchen import Kitchen, small_plan


@pytest.fixture
def kitchen(monkeypatch: pytest.MonkeyPatch) -> Kitchen:
    return Kitchen(monkeypatch)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return small_plan(tmp_path / "plan.json")
