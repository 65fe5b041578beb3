"""Wheels for another machine through the user's own pip: which index is asked is its configuration.

Source distributions are refused throughout: to resolve one, pip would run its code.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import load_strict
from haversack.base.files import read_bytes, storage_error
from haversack.pantry.errors import FetchError
from haversack.pantry.fetch.call import Call
from haversack.pantry.fetch.clients import NO_SPACE, explain, pip_command
from haversack.pantry.fetch.process import Outcome, run_client

_REPORT_LIMIT = 64 << 20
_NEWS = re.compile(r"(?:Collecting|Downloading|Processing|Saved) (\S+)")


@dataclass(frozen=True, slots=True)
class WheelTags:
    """Which wheels run on a machine, in pip's words.

    Attributes:
        python: Such as ``3.12``.
        implementation: ``cp``.
        platforms: Platform tags, the best first.
    """

    python: str
    implementation: str
    platforms: tuple[str, ...]

    def options(self) -> list[str]:
        """Give the options that tell pip."""
        chosen = ["--python-version", self.python, "--implementation", self.implementation]
        for platform in self.platforms:
            chosen += ["--platform", platform]
        return chosen


def build_wheel(source: Path, into: Path, work: Path, call: Call) -> Path:
    """Build the wheel of a source folder of ours, without its dependencies; give the file.

    Raises:
        FetchError: No pip, or the build failed.
    """
    command = [*pip_command(), "wheel", "--no-deps", *_QUIET, "--wheel-dir", str(into), str(source)]
    _run(command, work, call, "building the wheel", str(source))
    found = sorted(into.glob("haversack-*.whl"))
    if not found:
        raise FetchError("pip built no wheel", "Run `pip wheel` by hand to see why.", "bad archive")
    return found[-1]


def download_wheels(
    requirements: Sequence[str],
    constraints: Path,
    tags: WheelTags,
    into: Path,
    work: Path,
    call: Call,
) -> None:
    """Download requirements and all they need for a machine that need not be this one.

    Args:
        requirements: As on pip's command line; a wheel's path with extras is one.
        constraints: Pins the versions.
        tags: What runs there.
        into: The folder; what lies there already is used.
        work: A folder for pip to run in.
        call: Whom to tell and when to stop.

    Raises:
        FetchError: No pip, no network, or something has no wheel for that machine.
        StorageError: The disk is full.
    """
    command = [*pip_command(), "download", "--only-binary=:all:", *_QUIET, *tags.options()]
    command += ["--constraint", str(constraints), "--dest", str(into), *requirements]
    _run(command, work, call, "fetching packages", "the packages")


def resolve_wheels(
    requirements: Sequence[str], constraints: Path, tags: WheelTags, work: Path, call: Call
) -> list[dict[str, Any]]:
    """Say what ``download_wheels`` would choose; give pip's report on each, nothing is kept.

    Errors as ``download_wheels``.
    """
    report = work / "report.json"
    command = [*pip_command(), "install", "--dry-run", "--ignore-installed", *_QUIET]
    command += ["--only-binary=:all:", "--target", str(work / "nowhere"), *tags.options()]
    command += ["--report", str(report), "--constraint", str(constraints), *requirements]
    _run(command, work, call, "resolving packages", "the packages")
    document = load_strict(read_bytes(report, _REPORT_LIMIT), report.name, _REPORT_LIMIT)
    return list(document["install"])


def run_installer(script: Path, target: Path, work: Path, call: Call) -> None:
    """Run the offline installer of a set of wheels with this machine's Python.

    Raises:
        FetchError: It failed; its last words are told.
    """
    python = sys.executable
    if getattr(sys, "frozen", False):
        python = shutil.which("python3") or "python3"
    environment = {**os.environ, "PYTHON": python}
    command = ["/bin/sh", str(script), str(target)]
    meter = call.meter("testing the installer", None)
    outcome = run_client(
        command, work, environment, lambda _: meter.advance(0), lambda: meter.advance(0)
    )
    if outcome.status != 0:
        said = next((line for line in reversed(outcome.lines) if line.strip()), "")
        raise FetchError(
            f"the offline installer failed when it was tried here: {said[:300]}",
            "The set is not whole; tell the developers what it says.",
            "client failed",
        )


_QUIET = ["--no-input", "--disable-pip-version-check", "--progress-bar=off"]


def _run(command: list[str], work: Path, call: Call, phase: str, place: str) -> Outcome:
    meter = call.meter(phase, None)

    def on_line(line: str) -> None:
        if _NEWS.match(line.strip()):
            meter.unit = "packages"
            meter.advance(1)

    outcome = run_client(command, work, dict(os.environ), on_line, lambda: meter.advance(0))
    if outcome.status != 0 and NO_SPACE.search("\n".join(outcome.lines)):
        raise storage_error(OSError(errno.ENOSPC, "full"), work, "pip, writing")
    if outcome.status != 0:
        raise explain(outcome, place, "pip")
    return outcome
