"""Where keys, trust, preferences and what is remembered between calls lie."""

from __future__ import annotations

import os
from pathlib import Path


def own_home() -> Path:
    """Give the folder for a person's own state: HAVERSACK_HOME, or the platform's own."""
    chosen = os.environ.get("HAVERSACK_HOME")
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_data_path("haversack", appauthor=False)
