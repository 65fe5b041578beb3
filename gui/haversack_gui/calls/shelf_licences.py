"""Licences of what lies on a shelf, in the words that the lists of bundles use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haversack.services.shelves import ShelfItem

_KINDS = {"recipes": "needs", "volumes": "volume"}


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    licence: str
    source: str


def in_words(kind: str, licence: str, source: str = "") -> str:
    """Give a licence for a person; ``not stated``, or ``own``, where none is stated."""
    from haversack.services.licences import licence_in_words

    return licence_in_words(_Part(kind, licence, source))


def licence_of(item: ShelfItem) -> str:
    """Give the licence of a thing on a shelf; for a recipe, those of the files that it needs."""
    recipe = item.shelf == "recipes"
    if item.state == "damaged" or (recipe and not item.licence):
        return "—"
    kind = _KINDS.get(item.shelf, "asset")
    stated = item.licence.split(", ") if recipe else [item.licence]
    return ", ".join(dict.fromkeys(in_words(kind, one, item.source) for one in stated))
