"""What this machine is, as a measurement has to say it."""

from __future__ import annotations

import contextlib
import platform
from importlib import metadata
from pathlib import Path

import onnxruntime
import psutil
import torch

from haversack.base.cores import usable_cores

_CORES = Path("/sys/devices/system/cpu")
_GOVERNOR = _CORES / "cpu0/cpufreq/scaling_governor"
_THROTTLES = "cpu[0-9]*/thermal_throttle/core_throttle_count"
_LIBRARIES = (
    "haversack",
    "torch",
    "torchvision",
    "lightning",
    "timm",
    "transformers",
    "onnx",
    "numpy",
)
_TENSORRT = (
    "tensorrt",
    "tensorrt-cu13",
    "tensorrt-cu12",
    "tensorrt-cu13-libs",
    "tensorrt-cu12-libs",
)
"""Packages that bring TensorRT; one that came otherwise does not tell its version."""


def processor_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Give the processor's model name."""
    try:
        for line in cpuinfo.read_text().splitlines():
            if line.lower().startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def frequency_hz() -> float | None:
    """Give the present mean clock of the cores, or None where the machine does not tell."""
    found = psutil.cpu_freq()
    return float(found.current) * 1e6 if found is not None and found.current > 0 else None


def governor() -> str | None:
    """Give the power mode of the first core, or None where the machine does not tell."""
    try:
        return _GOVERNOR.read_text().strip()
    except OSError:
        return None


def temperature() -> float | None:
    """Give the highest temperature of any sensor in °C, or None where there is none."""
    if not hasattr(psutil, "sensors_temperatures"):
        return None
    read = psutil.sensors_temperatures()
    found = [float(sensor.current) for sensors in read.values() for sensor in sensors]
    return max(found, default=None)


def throttle_count(root: Path = _CORES) -> int | None:
    """Give how often cores were slowed for their heat so far; None where nobody counts."""
    try:
        counts = [int(path.read_text()) for path in sorted(root.glob(_THROTTLES))]
    except (OSError, ValueError):
        return None
    return sum(counts) if counts else None


def describe_machine(gpu: int | None = None) -> dict[str, object]:
    """Give processor, cores, memory, system and the versions of everything that counts.

    Args:
        gpu: The GPU that is measured; None for the processor.
    """
    hardware = f"{processor_name()}, {usable_cores()} threads"
    versions = _installed(_LIBRARIES)
    versions["onnxruntime"] = onnxruntime.__version__  # its package has one of several names
    if gpu is not None:
        hardware = f"{torch.cuda.get_device_name(gpu)}; {hardware}"
        versions["cuda"] = str(torch.version.cuda)
        number = torch.backends.cudnn.version()  # type: ignore[no-untyped-call] # torch leaves it
        versions |= cudnn_version(number)
        brought = _installed(_TENSORRT)
        if brought:
            versions["tensorrt"] = next(iter(brought.values()))
    return {
        "hardware": hardware,
        "cores": usable_cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
    }


def cudnn_version(number: int | None) -> dict[str, str]:
    """Give cuDNN's version from torch's number, such as 91002 or, before 9, 8902."""
    if number is None:
        return {}
    major, rest = divmod(number, 10_000 if number >= 90_000 else 1_000)
    return {"cudnn": f"{major}.{rest // 100}.{rest % 100}"}


def _installed(packages: tuple[str, ...]) -> dict[str, str]:
    """Give the versions of those packages that are installed; none is imported for it."""
    found = {}
    for name in packages:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found
