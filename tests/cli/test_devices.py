"""What ``--devices`` means."""

from __future__ import annotations

import pytest
import typer

from haversack.cli.devices import parse_devices


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("auto", ("auto", 1)),
        ("cuda:3", ("cuda:3", 1)),
        ("2", ("auto", 2)),
        ("cpux2", ("cpu", 2)),
        ("cudax16", ("cuda", 16)),
    ],
)
def test_a_device_or_a_number_of_processes_is_understood(text: str, meant: object) -> None:
    assert parse_devices(text) == meant


@pytest.mark.parametrize("text", ["0", "gpu", "cuda:1x2", "cpux", "2x", "-1", ""])
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="none of"):
        parse_devices(text)
