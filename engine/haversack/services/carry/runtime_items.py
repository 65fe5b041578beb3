"""What ``haversack pack --runtime DOCTOR.json`` adds: wheels for that machine, an installer."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from haversack.base.errors import FileFormatError
from haversack.base.files import TEMP_MARK, write_text
from haversack.base.progress import CancelToken
from haversack.base.resources import constraints_file, resource, source_folder
from haversack.bundle.items import PackItem
from haversack.pantry.fetch.call import Call
from haversack.pantry.fetch.wheels import (
    WheelTags,
    build_wheel,
    download_wheels,
    resolve_wheels,
    run_installer,
)
from haversack.services.carry.app_items import file_item
from haversack.services.carry.installer import (
    REQUIREMENTS,
    SCRIPT,
    WHEELS,
    installer_text,
    requirements_text,
)
from haversack.services.carry.runtime_target import matches, read_machine, tags_of
from haversack.services.carry.wheel_set import (
    Wheel,
    cuda_of,
    environment_of,
    judge_cuda,
    lacking,
    read_wheel,
    stated_licence,
)
from haversack.services.listen import Listener, Said, ignore
from haversack.services.machine import Machine, this_machine

PACKAGE, EXTRAS = "haversack", ("gui", "plot")
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class RuntimePlan:
    """What a runtime would hold.

    Attributes:
        name: Of the set, such as ``haversack-0.1.0-linux-x86_64-py3.12-cuda13.0``.
        packages: Name, version and stated licence of every package.
        note: What a person should know about its torch; empty where nothing.
    """

    name: str
    packages: tuple[tuple[str, str, str], ...]
    note: str


def plan_runtime(
    doctor: Path, work: Path, on_event: Listener = ignore, cancel: CancelToken | None = None
) -> RuntimePlan:
    """Resolve a runtime without keeping a package; arguments and errors as ``runtime_items``."""
    machine = read_machine(doctor)
    tags = tags_of(machine)
    with tempfile.TemporaryDirectory(prefix=TEMP_MARK, dir=work) as temporary:
        folder, call = Path(temporary), Call(on_event, cancel)
        wanted = f"{_own_package(folder, folder, call)}[{','.join(EXTRAS)}]"
        told = resolve_wheels([wanted], constraints_file(), tags, folder, call)
    wheels = [_resolved(one["metadata"]) for one in told]
    note = judge_cuda(machine, cuda_of(wheels))
    packages = tuple(sorted((wheel.name, wheel.version, wheel.licence) for wheel in wheels))
    return RuntimePlan(_name(machine, tags, cuda_of(wheels)), packages, note)


@contextlib.contextmanager
def runtime_items(
    doctor: Path, work: Path, on_event: Listener = ignore, cancel: CancelToken | None = None
) -> Iterator[tuple[PackItem, ...]]:
    """Give the wheels for a machine and their installer, for the time of a packing.

    Where the machine is like this one, the installer is tried in a clean environment first.

    Args:
        doctor: What ``haversack doctor --json`` wrote on the field machine.
        work: A folder on the disk where the wheels can lie meanwhile: 1 GB, with CUDA 4 GB.
        on_event: Hears progress.
        cancel: Stops between steps.

    Raises:
        UsageError: No wheels can be chosen for that machine, or its driver is too old for them.
        FetchError: They cannot be had, or the trial failed.
        FileFormatError: The report is none, or the packages do not fit together.
        StorageError: The disk says no.
    """
    machine = read_machine(doctor)
    tags = tags_of(machine)
    with tempfile.TemporaryDirectory(prefix=TEMP_MARK, dir=work) as temporary:
        folder, call = Path(temporary), Call(on_event, cancel)
        wheels = _fetch(machine, tags, folder, call)
        cuda = cuda_of(wheels)
        if note := judge_cuda(machine, cuda):
            on_event(Said(note))
        write_text(folder / REQUIREMENTS, requirements_text(wheels))
        write_text(folder / SCRIPT, installer_text(_version(), tags.python))
        if matches(machine, this_machine()):
            on_event(Said("trying the installer in a clean environment"))
            run_installer(folder / SCRIPT, folder / "trial", folder, call)
        else:
            on_event(Said("the installer is not tried: this machine is not like that one"))
        yield _items(folder, wheels, _name(machine, tags, cuda))


def _fetch(machine: Machine, tags: WheelTags, folder: Path, call: Call) -> list[Wheel]:
    """Download until nothing lacks; pip leaves out what only the other machine needs."""
    into, constraints = folder / WHEELS, constraints_file()
    into.mkdir()
    wanted = [f"{_own_package(into, folder, call)}[{','.join(EXTRAS)}]"]
    environment = environment_of(machine, tags.python)
    for _ in range(_ROUNDS):
        download_wheels(wanted, constraints, tags, into, folder, call)
        wheels = [read_wheel(file) for file in sorted(into.glob("*.whl"))]
        absent = lacking(wheels, PACKAGE, EXTRAS, environment)
        if not absent:
            return wheels
        wanted += absent
    raise FileFormatError(
        f"the packages for that machine never fit together: {', '.join(absent)[:200]}",
        "Use a Python on the field machine for which Haversack is built.",
    )


def _own_package(into: Path, work: Path, call: Call) -> str:
    """Give the wheel of this Haversack: shipped, built from its sources, or by name."""
    shipped = sorted(resource("wheel").glob(f"{PACKAGE}-*.whl"))
    if shipped:
        return str(shipped[-1])
    source = source_folder()
    if source is not None:
        return str(build_wheel(source, into, work, call))
    return f"{PACKAGE}=={_version()}"


def _resolved(about: dict[str, Any]) -> Wheel:
    licence = stated_licence(
        about.get("license_expression", ""), about.get("license", ""), about.get("classifier", ())
    )
    name, version = about["name"].lower().replace("_", "-"), about["version"]
    return Wheel(name, version, tuple(about.get("requires_dist") or ()), licence)


def _name(machine: Machine, tags: WheelTags, cuda: str) -> str:
    torch = f"cuda{cuda}" if cuda else "cpu"
    place = f"{machine.system}-{machine.architecture}-py{tags.python}"
    return f"{PACKAGE}-{_version()}-{place}-{torch}"


def _version() -> str:
    return metadata.version(PACKAGE)


def _items(folder: Path, wheels: list[Wheel], name: str) -> tuple[PackItem, ...]:
    place = f"runtime/{name}/"
    texts = [
        file_item(folder / text, place, "code", kind, "Apache-2.0", "made by `haversack pack`")
        for text, kind in ((REQUIREMENTS, "text/plain"), (SCRIPT, "text/x-shellscript"))
    ]
    return (
        *texts,
        *(
            file_item(
                wheel.file,
                f"{place}{WHEELS}/",
                "code",
                "application/zip",
                wheel.licence,
                f"pypi:{wheel.name}=={wheel.version}",
            )
            for wheel in wheels
            if wheel.file is not None
        ),
    )
