"""Versions of what a run stands on, for reports and attestations."""

from __future__ import annotations

import platform
from importlib import metadata

_WATCHED = (
    "haversack",
    "torch",
    "torchvision",
    "lightning",
    "timm",
    "torchmetrics",
    "onnx",
    "onnxruntime",
    "onnxruntime-gpu",
    "safetensors",
    "numpy",
)


def environment_lock() -> dict[str, str]:
    """Give name -> version of Python, the system and the libraries that decide a result."""
    found = {"python": platform.python_version(), "system": platform.platform()}
    for name in _WATCHED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
