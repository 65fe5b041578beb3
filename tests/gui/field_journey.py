"""The field operator's journey; started by test_journeys.py in a process without a network."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gui_desk import Desk
from gui_journeys import work_in_the_field
from haversack.services.doctor import network_present


def test_the_field_operator_trains_from_a_stick_without_a_network(
    open_desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick, told = Path(os.environ["JOURNEY_STICK"]), os.environ["JOURNEY_WORDS"]
    assert not network_present(), "a network is up"
    desk = open_desk()
    assert desk.window.top_bar.network.text() == "Network off"
    work_in_the_field(desk, tmp_path / "field", stick, told, monkeypatch)
