"""Haversack: pack recipes where there is a network, cook where there is none.

The public names are loaded when they are first used, so that ``import haversack`` costs little.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haversack import create, helpers, offline
    from haversack.bundle.bundle import Bundle
    from haversack.pantry.pantry import Pantry
    from haversack.recipe.tree import Recipe
    from haversack.services.api import evaluate, train
    from haversack.trust.keyring import KeyRing
    from haversack.volume.volume import Volume

__all__ = [
    "Bundle",
    "KeyRing",
    "Pantry",
    "Recipe",
    "Volume",
    "create",
    "evaluate",
    "helpers",
    "offline",
    "train",
]

_HOMES = {
    "Bundle": "haversack.bundle.bundle",
    "KeyRing": "haversack.trust.keyring",
    "Pantry": "haversack.pantry.pantry",
    "Recipe": "haversack.recipe.tree",
    "Volume": "haversack.volume.volume",
    "evaluate": "haversack.services.api",
    "train": "haversack.services.api",
}
_MODULES = ("create", "helpers", "offline")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(f"haversack.{name}")
    raise AttributeError(f"module 'haversack' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
