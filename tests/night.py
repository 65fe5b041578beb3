"""What takes minutes runs at night: ``make nightly`` sets the profile."""

from __future__ import annotations

import os

import pytest

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
at_night = pytest.mark.skipif(not NIGHTLY, reason="takes minutes: `make nightly` runs it")
