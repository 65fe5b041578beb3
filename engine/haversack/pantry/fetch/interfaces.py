"""Which network devices this machine has, asked of the machine and of nothing else."""

from __future__ import annotations

import psutil

_INTERNET = ("AF_INET", "AF_INET6")


def devices_up() -> list[str]:
    """Name the network devices other than loopback that are up; empty: there is no network."""
    stats = psutil.net_if_stats()
    return sorted(name for name, stat in stats.items() if stat.isup and not _is_loopback(name))


def _is_loopback(name: str) -> bool:
    addresses = psutil.net_if_addrs().get(name, [])
    inet = [a.address for a in addresses if a.family.name in _INTERNET]
    return name == "lo" or (bool(inet) and all(a.startswith(("127.", "::1")) for a in inet))
