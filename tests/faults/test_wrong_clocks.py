"""Fault 55: the whole program under a wrong clock of libfaketime: 1970, 2099, leaping."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from faults.staging import Kit, assert_whole

pytestmark = pytest.mark.skipif(
    shutil.which("faketime") is None, reason="libfaketime is not installed (Debian: faketime)"
)


def test_fault_55_at_1970_the_clock_is_called_wrong_and_the_bundle_comes_in(
    kit: Kit, tmp_path: Path
) -> None:
    found = _under("@1970-01-02 00:00:00", kit, "verify")
    assert found["state"] == "verified"
    assert any("clock is wrong" in line and "1970" in line for line in found["warnings"])
    taken = _under("@1970-01-02 00:00:00", kit, "open", "--pantry", str(tmp_path / "pantry"))
    assert taken["bundle"] == "field-kit"
    (receipt,) = kit.field.receipts.list()
    assert receipt["opened_at"].startswith("1970")
    assert any("clock is wrong" in line for line in receipt["warnings"])
    assert_whole(kit)


def test_fault_55_at_2099_it_is_expired_which_is_told_or_refused_as_the_policy_says(
    kit: Kit,
) -> None:
    found = _under("@2099-01-01 00:00:00", kit, "verify")
    assert found["state"] == "verified"
    assert any("expired" in line for line in found["warnings"])
    refused = _under("@2099-01-01 00:00:00", kit, "verify", "--refuse-expired", code=3)
    assert refused["state"] == "expired"


def test_fault_55_a_clock_that_leaps_years_while_it_runs_changes_no_verdict(
    kit: Kit, tmp_path: Path
) -> None:
    leaping = "@2030-01-01 00:00:00 x100000000"
    assert _under(leaping, kit, "verify")["state"] == "verified"
    _under(leaping, kit, "open", "--pantry", str(tmp_path / "pantry"))
    assert [one["bundle"] for one in kit.field.receipts.list()] == ["field-kit"]
    late = kit.bundle.verify(kit.field)
    assert any("clock is wrong" in line for line in late.warnings), "it was later here before"


def _under(clock: str, kit: Kit, verb: str, *options: str, code: int = 0) -> dict[str, Any]:
    command = [sys.executable, "-m", "haversack", verb, str(kit.folder), *options, "--json"]
    done = subprocess.run(
        ["faketime", "-f", clock, *command],
        env={**os.environ, "HAVERSACK_HOME": str(kit.field.home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
