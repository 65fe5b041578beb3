"""Assets and looks into folders for the tests of this room."""

from __future__ import annotations

import hashlib
from pathlib import Path

from haversack.pantry.fetch.call import Patience
from haversack.recipe.assets import Asset, Origin

QUICK = Patience(tries=3, first_wait=0.01, longest_wait=0.05, timeout=2.0)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def an_asset(content: bytes, uri: str, **changes: object) -> Asset:
    """An asset whose file is exactly what its address gives."""
    values: dict[str, object] = {
        "name": "datasets/sample",
        "kind": "dataset",
        "media_type": "application/octet-stream",
        "sha256": sha256(content),
        "size": len(content),
        "licence": "CC0-1.0",
        "origin": Origin(uri=uri, sha256=sha256(content)),
    }
    return Asset.model_validate({**values, **changes})


def files_under(folder: Path) -> list[str]:
    """What a pantry's store holds but for its lock."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    )
