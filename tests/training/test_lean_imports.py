"""A worker starts without the libraries that torchmetrics would load for nothing."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from haversack.training import lean_imports, torchvision_guard
torchvision_guard.install()
lean_imports.install()
lean_imports.install()
import haversack.training.tasks.classification
import haversack.training.tasks.detection
import haversack.training.tasks.segmentation
import lightning
print(*sys.modules)
"""


def test_lightning_and_the_metrics_load_no_libraries_for_text_sound_or_plots() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert {"lightning.pytorch", "torchmetrics.detection"} <= loaded
    assert {"transformers", "matplotlib", "scipy.signal"}.isdisjoint(loaded)
