"""The kitchen on a GPU: steps, loading, training beside timm, energy. Run: make bench-kitchen.

What the worker adds to a step on a GPU has to hold. Without a GPU one line says so.
``--device cpu`` runs the same at a small size, to see that it runs: its figures say nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the libraries are imported

from haversack.training import torchvision_guard

torchvision_guard.install()

import torch  # noqa: E402 - after the guard

from kitchen_bench import device_report  # noqa: E402 - after the guard
from kitchen_bench.device_training import Scale  # noqa: E402 - after the guard
from kitchen_bench.recipes import LITE, SMALL, Size  # noqa: E402 - after the guard

LEFT_OUT = (
    "left out: this machine has no GPU (torch.cuda.is_available() is false). On one that has, this "
    "measures steps in float32, bf16, channels_last and compiled, loading, training beside timm's, "
    "and energy for each picture"
)
LARGE = Scale(Size(LITE, 224, 128), steps=60, warm_up=20, workers=0)
SMALL_ONE = Scale(Size(SMALL, 32, 4), steps=2, warm_up=1, workers=0)


def main() -> int:
    """Measure what the machine has; exit with 1 where a GPU's steps cost more than they may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "")
    parser.add_argument("--timm-script", type=Path, default=os.environ.get("TIMM_TRAIN_SCRIPT"))
    parser.add_argument("--batch-size", type=int, default=LARGE.size.batch)
    parser.add_argument("--workers", type=int, default=max(1, len(os.sched_getaffinity(0)) - 1))
    parser.add_argument("--seconds", type=float, default=30.0, help="for each figure of energy")
    given, _ = parser.parse_known_args()  # `make` gives all scripts of a bench the same words
    if not given.device:
        print(LEFT_OUT)
        return 0
    device, scale, seconds = torch.device(given.device), SMALL_ONE, 0.5
    if device.type == "cuda":
        device = torch.device("cuda", device.index or 0)
        torch.cuda.set_device(device)
        size = Size(LARGE.size.architecture, LARGE.size.edge, given.batch_size)
        scale = Scale(size, LARGE.steps, LARGE.warm_up, given.workers)
        seconds = given.seconds
        print(f"{torch.cuda.get_device_name(device)}, CUDA {torch.version.cuda}, ", end="")
    print(f"torch {torch.__version__}, {platform.platform()}, {given.workers} loader processes")
    held = True
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as folder:
        for line in device_report.lines(device, scale, Path(folder), given.timm_script, seconds):
            print(line, flush=True)
            held &= not line.endswith(device_report.MISSED)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
