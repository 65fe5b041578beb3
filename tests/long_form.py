"""Tests too long for every run: they run at night, when `HAVERSACK_CASES` asks for many cases."""

from __future__ import annotations

import os

LONG_FORM = bool(os.environ.get("HAVERSACK_CASES"))
