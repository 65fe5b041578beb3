"""What the frozen app is made of, and under which licences, as the list of its parts states it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import load_strict
from haversack.base.errors import HaversackError
from haversack.base.files import read_bytes
from haversack.bundle.items import PackItem
from haversack.services.licences import NOT_STATED

LIST_TYPE = "application/vnd.cyclonedx+json"
_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A package or library that code is made of.

    Attributes:
        name: Its name, with its version where it has one.
        licence: As it states it.
        kind: ``code``.
        source: Where it comes from, as far as that counts for its licence: from others.
    """

    name: str
    licence: str
    kind: str = "code"
    source: str = ""


def parts_in(items: Iterable[PackItem]) -> tuple[Part, ...] | None:
    """Give the parts of an app that is packed; None where no list tells them."""
    for item in items:
        if item.media_type == LIST_TYPE:
            with item.open() as file:
                return _read(file.read(_LIMIT))
    return None


def parts_beside(file: Path) -> tuple[Part, ...] | None:
    """Give the parts of an app from its list; None where there is none that tells them."""
    try:
        return _read(read_bytes(file, _LIMIT))
    except HaversackError:
        return None


def _read(content: bytes) -> tuple[Part, ...] | None:
    try:
        parts = [_part(one) for one in load_strict(content, "the list", _LIMIT)["components"]]
    except (HaversackError, KeyError, TypeError, AttributeError):
        return None
    return tuple(parts) or None


def _part(component: Mapping[str, Any]) -> Part:
    stated = [
        one.get("expression") or one["license"].get("id") or one["license"]["name"]
        for one in component.get("licenses", ())
    ]
    name = " ".join(filter(None, (component["name"], component.get("version"))))
    return Part(name, "; ".join(stated) or NOT_STATED)
