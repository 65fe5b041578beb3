"""The preflight of a machine, on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.services.doctor import examine


@pytest.mark.torch
def test_the_worker_tells_what_its_libraries_are(tmp_path: Path) -> None:
    report = examine(tmp_path)
    found = {finding.name: finding for finding in report.findings}
    assert found["worker"].level == "good", found["worker"].text
    assert "torch" in found["worker"].text
    assert found["torchvision"].level in ("good", "note")
    assert {"system", "processor", "memory", "disk", "gpu", "clock", "network"} <= set(found)
