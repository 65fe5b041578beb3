"""Shipped files are found in a checkout, in a wheel and in the frozen app."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haversack.base.resources import resource

ROOT = Path(__file__).resolve().parents[2]


def test_a_checkout_reads_its_own_resources() -> None:
    assert resource("volumes/v.parquet") == ROOT / "resources/volumes/v.parquet"


def test_the_frozen_app_reads_what_was_frozen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource("volumes/v.parquet") == tmp_path / "resources/volumes/v.parquet"
