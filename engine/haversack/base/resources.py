"""Where the files shipped with Haversack lie: in a checkout, in a wheel, or in a frozen app."""

from __future__ import annotations

import sys
from pathlib import Path


def resource(relative: str) -> Path:
    """Give the path of a shipped file, such as ``"volumes/xval_det.parquet"``."""
    return _root() / relative


def constraints_file() -> Path:
    """Give the file that pins every version that Haversack is built and tested with."""
    source = source_folder()
    return resource("constraints.txt") if source is None else source / "constraints.txt"


def source_folder() -> Path | None:
    """Give the checkout that this code runs from; None for a wheel or the frozen app."""
    folder = Path(__file__).resolve().parents[3]
    is_checkout = (folder / "pyproject.toml").is_file() and (folder / "constraints.txt").is_file()
    return folder if is_checkout and not hasattr(sys, "_MEIPASS") else None


def _root() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / "resources"
    package = Path(__file__).resolve().parents[1]
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parents[1] / "resources"
