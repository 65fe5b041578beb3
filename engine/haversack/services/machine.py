"""What this machine is, in the terms that choose a runtime for it: Python, glibc, driver, GPU."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys

from pydantic import BaseModel, ConfigDict, Field

_QUERY = "name,driver_version,memory.total,compute_cap"
_CUDA = re.compile(r"CUDA (?:UMD )?Version:\s*(\d+\.\d+)")


class Gpu(BaseModel):
    """One NVIDIA GPU as its driver tells it.

    Attributes:
        name: Model.
        driver: Version of the driver.
        memory_mib: Memory in MiB; None where the driver does not say.
        compute: Compute capability, such as ``9.0``; empty where the driver does not say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=200)
    driver: str = Field(max_length=60)
    memory_mib: int | None = None
    compute: str = Field(default="", max_length=20)


class Machine(BaseModel):
    """What decides which packages and which torch run here.

    Attributes:
        system: ``linux``, ``darwin`` or ``win32``.
        architecture: ``x86_64``, ``aarch64`` ...
        python: Major and minor version, such as ``3.11``.
        implementation: ``cpython``.
        glibc: Version of the C library; empty where it is another.
        cuda: Newest CUDA version that the driver serves; empty without a driver.
        gpus: The GPUs.
        frozen: Whether the frozen app told it, which carries its own Python.
        system_python: Version of the machine's own ``python3``, which the frozen app looks for;
            empty where there is none or where it was not looked for.
        driver_trouble: Why the driver did not answer; empty where it did or where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str = Field(pattern=r"^[a-z0-9]{1,20}$")
    architecture: str = Field(pattern=r"^[A-Za-z0-9_]{1,20}$")
    python: str = Field(pattern=r"^[0-9]{1,2}\.[0-9]{1,3}$")
    implementation: str = Field(pattern=r"^[a-z]{1,20}$")
    glibc: str = Field(default="", pattern=r"^([0-9]{1,2}\.[0-9]{1,3})?$")
    cuda: str = Field(default="", pattern=r"^([0-9]{1,2}\.[0-9]{1,3})?$")
    gpus: tuple[Gpu, ...] = Field(default=(), max_length=64)
    frozen: bool = False
    system_python: str = Field(default="", pattern=r"^([0-9]{1,2}\.[0-9]{1,3})?$")
    driver_trouble: str = ""


def this_machine() -> Machine:
    """Look at this machine; starts ``nvidia-smi`` and, when frozen, ``python3``, nothing else."""
    frozen = bool(getattr(sys, "frozen", False))
    cuda, gpus, trouble = _nvidia()
    library, version = platform.libc_ver()
    return Machine(
        system=sys.platform,
        architecture=platform.machine(),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        implementation=sys.implementation.name,
        glibc=".".join(version.split(".")[:2]) if library == "glibc" else "",
        cuda=cuda,
        gpus=gpus,
        frozen=frozen,
        system_python=_system_python() if frozen else "",
        driver_trouble=trouble,
    )


def gpus_in(listing: str) -> tuple[Gpu, ...]:
    """Read what ``nvidia-smi --query-gpu`` prints: one line of four values for each GPU."""
    found = []
    for line in listing.splitlines():
        values = [value.strip() for value in line.split(",")]
        if len(values) == 4:
            name, driver, memory, compute = values
            number = re.match(r"\d+", memory)
            found.append(
                Gpu(
                    name=name,
                    driver=driver,
                    memory_mib=int(number[0]) if number else None,
                    compute=compute if re.fullmatch(r"\d+\.\d+", compute) else "",
                )
            )
    return tuple(found)


def _system_python() -> str:
    program = shutil.which("python3")
    if program is None:
        return ""
    try:
        told = _ask([program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.strip() if re.fullmatch(r"\d{1,2}\.\d{1,3}\s*", told) else ""


def _nvidia() -> tuple[str, tuple[Gpu, ...], str]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return "", (), ""
    try:
        listing = _ask([program, f"--query-gpu={_QUERY}", "--format=csv,noheader"])
        overview = _ask([program])
    except (OSError, subprocess.SubprocessError) as error:
        return "", (), str(error)
    cuda = _CUDA.search(overview)
    return cuda[1] if cuda else "", gpus_in(listing), ""


def _ask(command: list[str]) -> str:
    return subprocess.run(  # noqa: S603 - fixed words
        command, capture_output=True, text=True, check=True, timeout=20
    ).stdout
