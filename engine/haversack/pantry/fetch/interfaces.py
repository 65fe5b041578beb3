"""Whether this machine has a network at all, asked of the machine and of nothing else."""

from __future__ import annotations

import re

import psutil

_LOOPBACK = re.compile(r"lo\d*|loopback.*", re.IGNORECASE)


def network_is_up() -> bool:
    """Say whether any network device but loopback is up; without one a retry is wasted time."""
    devices = psutil.net_if_stats().items()
    return any(stats.isup and not _LOOPBACK.fullmatch(name) for name, stats in devices)
