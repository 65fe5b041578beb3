"""How many cases the properties of the Pareto mathematics are tried on."""

from __future__ import annotations

import os

CASES = int(os.environ.get("HAVERSACK_CASES", "500"))
