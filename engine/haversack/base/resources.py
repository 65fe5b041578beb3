"""Where the files shipped with Haversack lie: in a checkout, in a wheel, or in a frozen app."""

from __future__ import annotations

import sys
from pathlib import Path


def resource(relative: str) -> Path:
    """Give the path of a shipped file, such as ``"volumes/xval_det.parquet"``."""
    return _root() / relative


def _root() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / "resources"
    package = Path(__file__).resolve().parents[1]
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parents[1] / "resources"
