"""What this machine is: its device in words, and whether any network link is up."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from haversack.base.counting import counted


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts for the top bar.

    Attributes:
        device: One short line, such as ``"CPU, 8 cores"`` or the GPU's name.
        details: A sentence more, for the tooltip.
        network: Whether an interface other than loopback is up.
        links: The names of those interfaces.
    """

    device: str
    details: str
    network: bool
    links: tuple[str, ...]


def look_around() -> Machine:
    """Read the machine's facts. Starts nothing and opens no connection."""
    import psutil

    links = tuple(
        sorted(
            name
            for name, state in psutil.net_if_stats().items()
            if state.isup and not _is_loopback(name)
        )
    )
    memory = psutil.virtual_memory().total / 1e9
    many = counted(os.cpu_count() or 1, "core")
    gpus = _nvidia_gpus()
    details = f"{_cpu_model()}, {many}, {memory:.0f} GB of memory"
    if gpus:
        return Machine(gpus[0], f"{', '.join(gpus)}; {details}", bool(links), links)
    return Machine(f"CPU, {many}", f"{details}; no NVIDIA GPU found", bool(links), links)


def _is_loopback(name: str) -> bool:
    return name == "lo" or name.lower().startswith("loopback")


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _nvidia_gpus() -> list[str]:
    folder = Path("/proc/driver/nvidia/gpus")
    found: list[str] = []
    if folder.is_dir():
        for gpu in sorted(folder.iterdir()):
            try:
                lines = (gpu / "information").read_text(encoding="utf-8").splitlines()
            except OSError:
                continue
            found += [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]
    return found
