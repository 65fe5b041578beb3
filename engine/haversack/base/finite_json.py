"""Values for a JSON file, which has no word for NaN and the infinities: null, and what it was."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

KEY = "not_measured"
"""Where a document keeps the reasons for what is null, by dotted path."""


def with_reasons(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a document without NaN and infinities.

    Null stands in their place, and ``not_measured`` says of each what it was. Reasons that the
    document has there already are kept.
    """
    found: dict[str, str] = {}
    plain: dict[str, Any] = _plain(document, "", found)
    return {**plain, KEY: {**(plain.get(KEY) or {}), **found}} if found else plain


def _plain(value: Any, path: str, found: dict[str, str]) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        found[path] = f"is no finite number ({value})"
        return None
    if isinstance(value, Mapping):
        return {key: _plain(one, _below(path, key), found) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, _below(path, place), found) for place, one in enumerate(value)]
    return value


def _below(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)
