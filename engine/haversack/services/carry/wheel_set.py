"""A set of wheels: what each says of itself, whether all are there, what CUDA they need."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from haversack.base.errors import FileFormatError, UsageError
from haversack.bundle.manifest import MOST_TEXT
from haversack.services.licences import NOT_STATED
from haversack.services.machine import Machine

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_METADATA_LIMIT = 4 << 20
_CUDA = re.compile(r"nvidia-cuda-runtime(-cu\d+)?")
_SHORT = 80
"""Longer fields hold whole texts."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """What a package says of itself.

    Attributes:
        name: Its name, normalised.
        version: Its version.
        requires: What it needs, as it spells it.
        licence: An expression or a few words.
        file: Where its wheel lies; None where it was only resolved.
    """

    name: str
    version: str
    requires: tuple[str, ...]
    licence: str = NOT_STATED
    file: Path | None = None


def read_wheel(file: Path) -> Wheel:
    """Read a wheel's own description.

    Raises:
        FileFormatError: It is no wheel.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            (entry,) = [one for one in archive.infolist() if _METADATA.fullmatch(one.filename)]
            with archive.open(entry) as stream:
                about, _ = parse_email(stream.read(_METADATA_LIMIT))
        name, version = canonicalize_name(about["name"]), about["version"]
    except (zipfile.BadZipFile, ValueError, KeyError) as error:
        raise FileFormatError(f"{file.name} is not a wheel", "Fetch it again.") from error
    licence = stated_licence(
        about.get("license_expression", ""), about.get("license", ""), about.get("classifiers", ())
    )
    return Wheel(name, version, tuple(about.get("requires_dist", ())), licence, file)


def stated_licence(expression: str, field: str, classifiers: Iterable[str]) -> str:
    """Give the licence that a package states of itself, by what its metadata says in three places.

    Libraries inside a package may have others, which only its texts tell.
    """
    if expression:
        return expression[:MOST_TEXT]
    if field and len(field) < _SHORT and field.isprintable():
        return field
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    return "; ".join(named)[:MOST_TEXT] or NOT_STATED


def environment_of(machine: Machine, python: str) -> dict[str, str]:
    """Give the values by which requirements are judged on a machine."""
    systems = {"linux": ("Linux", "posix"), "win32": ("Windows", "nt")}
    system, os_name = systems[machine.system]
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": os_name,
        "platform_machine": machine.architecture,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": machine.system,
    }


def lacking(
    wheels: Iterable[Wheel], root: str, extras: Sequence[str], environment: Mapping[str, str]
) -> tuple[str, ...]:
    """Follow every requirement from a package on; give those that the set does not meet.

    pip judges requirements by the machine that it runs on; this judges them by the other one.

    Args:
        wheels: The set.
        root: The package to begin with.
        extras: Its extras.
        environment: The values of the machine that it is for.
    """
    known = {wheel.name: wheel for wheel in wheels}
    todo: list[tuple[str, frozenset[str]]] = [(canonicalize_name(root), frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    absent: set[str] = set()
    while todo:
        name, wanted = at = todo.pop()
        if at in seen or name not in known:
            continue
        seen.add(at)
        for text in known[name].requires:
            needed = _applies(text, wanted, environment)
            if needed is None:
                continue
            other = canonicalize_name(needed.name)
            if not _met(needed, known.get(other)):
                needed.marker = None
                absent.add(str(needed))
            todo.append((other, frozenset(needed.extras)))
    return tuple(sorted(absent))


def _applies(
    text: str, extras: Iterable[str], environment: Mapping[str, str]
) -> Requirement | None:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise FileFormatError(f"a package asks for {text[:80]!r}", "Tell its authors.") from error
    marker = requirement.marker
    if marker is None or any(
        marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)
    ):
        return requirement
    return None


def _met(needed: Requirement, wheel: Wheel | None) -> bool:
    return wheel is not None and needed.specifier.contains(Version(wheel.version), prereleases=True)


def cuda_of(wheels: Iterable[Wheel]) -> str:
    """Give the CUDA version that a set brings, such as ``13.0``; empty where it brings none."""
    for wheel in wheels:
        if _CUDA.fullmatch(wheel.name):
            return ".".join(wheel.version.split(".")[:2])
    return ""


def judge_cuda(machine: Machine, cuda: str) -> str:
    """Compare the CUDA of a set with what a machine's driver serves; give a note or nothing.

    Raises:
        UsageError: The driver is too old for it.
    """
    index = "pip takes torch from where its own configuration says (PIP_INDEX_URL, pip.conf)"
    if machine.gpus and not cuda:
        return f"this torch is for the processor alone, and the field machine has a GPU: {index}"
    if cuda and not machine.gpus:
        return f"this torch brings CUDA {cuda}, and the field machine has no GPU: {index}"
    if cuda and machine.cuda and int(cuda.split(".")[0]) > int(machine.cuda.split(".")[0]):
        raise UsageError(
            f"this torch needs a driver for CUDA {cuda}; the field machine's serves {machine.cuda}",
            f"Install a newer driver there, or choose another torch: {index}.",
        )
    return ""
