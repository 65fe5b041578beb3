"""From what ``haversack doctor --json`` told of a machine to the wheels that run there. Pure."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from haversack.base.canonical_json import load_strict
from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import read_bytes
from haversack.pantry.fetch.wheels import WheelTags
from haversack.services.machine import Machine

LEAST_PYTHON = (3, 11)
_LIMIT = 1 << 20
_OLDEST_GLIBC = {"x86_64": 5, "aarch64": 17}
_ALIASES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_WINDOWS = {"AMD64": "win_amd64", "ARM64": "win_arm64"}


def read_machine(file: Path) -> Machine:
    """Read the machine out of a report of ``haversack doctor --json``.

    Raises:
        FileFormatError: It is no such report.
        StorageError: It cannot be read.
    """
    document = load_strict(read_bytes(file, _LIMIT), file.name, _LIMIT)
    try:
        return Machine.model_validate(document["machine"])
    except (ValidationError, KeyError, TypeError) as error:
        raise FileFormatError(
            f"{file} is not a report of `haversack doctor --json`",
            "Run `haversack doctor --json > DOCTOR.json` on the field machine and bring that file.",
        ) from error


def python_of(machine: Machine) -> str:
    """Give the version of the machine's own Python, which the wheels will be installed for.

    Raises:
        UsageError: It has none, or one that is too old.
    """
    found = machine.system_python if machine.frozen else machine.python
    if not found:
        raise UsageError(
            "the field machine has no Python, which a runtime of wheels needs",
            "Carry the frozen app with --app instead, or install Python there.",
        )
    if tuple(int(part) for part in found.split(".")) < LEAST_PYTHON:
        raise UsageError(
            f"the field machine has Python {found}; Haversack needs 3.11 or newer",
            "Install a newer Python there, or carry the frozen app with --app.",
        )
    return found


def tags_of(machine: Machine) -> WheelTags:
    """Give which wheels run on a machine.

    Raises:
        UsageError: No wheels can be chosen for such a machine.
    """
    if machine.implementation != "cpython":
        raise UsageError(
            f"there are no wheels for {machine.implementation}", "Install CPython there."
        )
    return WheelTags(python_of(machine), "cp", _platforms(machine))


def _platforms(machine: Machine) -> tuple[str, ...]:
    architecture = machine.architecture
    if machine.system == "win32" and architecture in _WINDOWS:
        return (_WINDOWS[architecture],)
    if machine.system != "linux" or architecture not in _OLDEST_GLIBC:
        raise UsageError(
            f"no runtime can be chosen for {machine.system} on {architecture}",
            "Linux on x86_64 or aarch64 and Windows are known.",
        )
    if not machine.glibc.startswith("2."):
        raise UsageError(
            "the field machine's C library is not glibc, for which the wheels are made",
            "Use a distribution with glibc, such as Debian, Ubuntu or RHEL.",
        )
    tags: list[str] = []
    for minor in range(int(machine.glibc[2:]), _OLDEST_GLIBC[architecture] - 1, -1):
        tags.append(f"manylinux_2_{minor}_{architecture}")
        if minor in _ALIASES:
            tags.append(f"{_ALIASES[minor]}_{architecture}")
    return (*tags, f"linux_{architecture}")


def matches(machine: Machine, here: Machine) -> bool:
    """Say whether what runs on ``machine`` can be tried ``here``."""
    same = ("system", "architecture", "implementation")
    if any(getattr(machine, one) != getattr(here, one) for one in same):
        return False
    python = here.system_python if here.frozen else here.python
    return python == python_of(machine) and _numbers(machine.glibc) <= _numbers(here.glibc)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")) if version else ()
