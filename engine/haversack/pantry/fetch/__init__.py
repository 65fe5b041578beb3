"""Fetching: the only room that opens connections or starts clients that do (pip, npm).

`fetch_asset` and `fetch_origin` are what the rest of the product calls.
"""

from __future__ import annotations

from haversack.pantry.fetch.call import Call, Patience
from haversack.pantry.fetch.fetching import fetch_asset, fetch_origin

__all__ = ["Call", "Patience", "fetch_asset", "fetch_origin"]
