"""Preflight of this machine: what it has, what is missing, whether the network is really absent."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import psutil
from pydantic import BaseModel, ConfigDict

from haversack.base.cores import usable_cores
from haversack.pantry.fetch.interfaces import devices_up
from haversack.runs.asking import ask_worker
from haversack.services.isolation import isolation
from haversack.services.machine import Machine, this_machine
from haversack.services.trace import tracer
from haversack.services.versions import environment_lock

Level = Literal["good", "note", "bad"]


class Finding(BaseModel):
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        level: good, note (works, but know this) or bad (mend this first).
        text: What was found, for a person.
        remedy: What to do about it; empty where nothing need be done.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    level: Level
    text: str
    remedy: str = ""


class DoctorReport(BaseModel):
    """Everything that was looked at, the machine in terms of packages, and the versions.

    Its JSON is what ``haversack pack --runtime`` reads.
    """

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]
    machine: Machine
    versions: dict[str, str]

    @property
    def healthy(self) -> bool:
        """Whether nothing bad was found."""
        return all(finding.level != "bad" for finding in self.findings)


def examine(folder: Path | None = None) -> DoctorReport:
    """Look at this machine; opens no connection.

    Args:
        folder: Where the pantry is or will be, for its disk; the current folder by default.
    """
    machine = this_machine()
    findings = (
        _python(),
        _processor(),
        _memory(),
        _disk(folder or Path.cwd()),
        _gpu(machine),
        *_libraries(machine),
        _clock(),
        _network(),
        _namespace(),
        _strace(),
    )
    return DoctorReport(findings=findings, machine=machine, versions=environment_lock())


def network_present() -> list[str]:
    """Name the network devices other than loopback that are up."""
    return devices_up()


def _python() -> Finding:
    text = f"Python {platform.python_version()} on {platform.platform()}"
    if sys.platform.startswith("linux"):
        text += f", glibc {platform.libc_ver()[1] or 'unknown'}"
    return Finding(name="system", level="good", text=text)


def _processor() -> Finding:
    return Finding(
        name="processor", level="good", text=f"{processor_name()}, {usable_cores()} usable"
    )


def processor_name() -> str:
    """Give the model of this machine's processor as the system names it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    text = f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free"
    if memory.available < 2 * 2**30:
        return Finding(name="memory", level="note", text=text, remedy="Close other programs.")
    return Finding(name="memory", level="good", text=text)


def _disk(folder: Path) -> Finding:
    place = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / 2**30:.1f} GiB free at {place}"
    if free < 2 * 2**30:
        return Finding(name="disk", level="bad", text=text, remedy="Free at least 2 GiB.")
    return Finding(name="disk", level="good", text=text)


def _gpu(machine: Machine) -> Finding:
    if machine.driver_trouble:
        text = f"the NVIDIA driver does not answer: {machine.driver_trouble}"
        return Finding(name="gpu", level="bad", text=text, remedy="Install the driver again.")
    if not machine.gpus:
        text = "no NVIDIA driver: models train on the processor"
        return Finding(name="gpu", level="note", text=text)
    named = [
        f"{gpu.name}, driver {gpu.driver}, {gpu.memory_mib or '?'} MiB" for gpu in machine.gpus
    ]
    return Finding(name="gpu", level="good", text=f"{'; '.join(named)}; CUDA {machine.cuda or '?'}")


def _libraries(machine: Machine) -> list[Finding]:
    """Ask a worker what torch and torchvision can do here; this process never imports them."""
    try:
        told = ask_worker("--report")
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        text = f"a worker cannot import its libraries: {error}"
        return [Finding(name="worker", level="bad", text=text, remedy="Install Haversack again.")]
    devices = ", ".join(told["devices"])
    found = [Finding(name="worker", level="good", text=f"torch {told['torch']} on {devices}")]
    found += _gpu_in_torch(machine, told)
    vision = f"torchvision {told['torchvision']}"
    if told["torchvision_guard"]:
        text = f"{vision} cannot load its compiled operators; the guard stands in for them"
        found.append(Finding(name="torchvision", level="note", text=text))
    else:
        found.append(Finding(name="torchvision", level="good", text=vision))
    return found


def _gpu_in_torch(machine: Machine, told: Mapping[str, Any]) -> list[Finding]:
    """Say why torch does not use the GPUs that the driver tells; nothing where it uses them."""
    remedy = f"Install a torch for CUDA {machine.cuda or 'of the driver'} or older."
    if told["gpu_trouble"]:
        text = f"torch cannot use the GPU: {told['gpu_trouble']}"
        remedy = f"Install a newer NVIDIA driver. Or: {remedy}"
    elif machine.gpus and not told["cuda"]:
        text = f"torch {told['torch']} is built for the processor alone and cannot use the GPU"
    elif machine.gpus and not told["gpus"]:
        text = f"torch, built for CUDA {told['cuda']}, sees no GPU"
        remedy = f"Look whether CUDA_VISIBLE_DEVICES hides it. Or: {remedy}"
    else:
        return []
    return [Finding(name="gpu in torch", level="note", text=text, remedy=remedy)]


def _clock() -> Finding:
    built = Path(__file__).stat().st_mtime
    text = time.strftime("%Y-%m-%d %H:%M %Z")
    if time.time() < built - 86_400:
        remedy = "Set the clock: signatures and receipts carry its time."
        return Finding(name="clock", level="bad", text=f"{text} lies in the past", remedy=remedy)
    return Finding(name="clock", level="good", text=text)


def _network() -> Finding:
    present = network_present()
    if present:
        return Finding(name="network", level="note", text=f"present: {', '.join(present)}")
    return Finding(name="network", level="good", text="absent: only loopback is up")


def _namespace() -> Finding:
    apart = isolation()
    if apart.possible:
        return Finding(name="rehearsal", level="good", text="a network namespace can be made")
    return Finding(
        name="rehearsal",
        level="note",
        text=f"rehearsals prove nothing here: {apart.why_not}",
        remedy="Run as root, or allow user namespaces.",
    )


def _strace() -> Finding:
    if tracer():
        return Finding(name="strace", level="good", text="opened files are recorded")
    text = "not installed: files that a dry run opens are not recorded"
    return Finding(name="strace", level="note", text=text, remedy="Install the package strace.")
