"""A place without a network for a worker: a namespace where one can be made, and what it proves.

The proof is the kernel's: `unshare --net` gives a process a network of its own that leads
nowhere. In the same breath the pantry is mounted read-only and the home is an empty folder.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Isolation:
    """How a command is run apart from the network on this machine.

    Attributes:
        unshare: The command that makes the namespaces; empty where none can be made.
        why_not: Why none can be made, in words; empty where it can.
    """

    unshare: tuple[str, ...]
    why_not: str = ""

    @property
    def possible(self) -> bool:
        """Whether a namespace can be made here."""
        return bool(self.unshare)

    def prefix(self, read_only: Sequence[Path] = ()) -> tuple[str, ...]:
        """Give the words to put before a command so that it runs without a network.

        Args:
            read_only: Folders that the command may read but not change.
        """
        steps = [
            f"mount --bind {p} {p} && mount -o remount,bind,ro {p}" for p in _quoted(read_only)
        ]
        script = " && ".join([*steps, 'exec "$@"'])
        return (*self.unshare, "sh", "-c", script, "sh")


@cache
def isolation() -> Isolation:
    """Find out, once, how this machine can run a command without a network."""
    if not sys.platform.startswith("linux"):
        return Isolation((), "network namespaces exist on Linux only")
    program = shutil.which("unshare")
    if program is None:
        return Isolation((), "the program `unshare` (package util-linux) is not installed")
    flags = "--net --mount" if os.geteuid() == 0 else "--map-root-user --net --mount"
    words = (program, *flags.split())
    why = _try(words)
    return Isolation((), why) if why else Isolation(words)


def network_devices(prefix: Sequence[str]) -> list[str]:
    """List the network devices that a command sees when it is run with ``prefix``.

    Empty where nobody can tell.
    """
    try:
        table = subprocess.run(  # noqa: S603 - fixed words, or unshare as found
            [*prefix, "cat", "/proc/net/dev"],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.partition(":")[0].strip() for line in table.splitlines() if ":" in line]


def _try(words: Sequence[str]) -> str:
    try:
        tried = subprocess.run(  # noqa: S603 - fixed words, or unshare as found
            [*words, "sh", "-c", "mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp"],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if tried.returncode == 0 else (tried.stderr.strip() or "unshare was refused")


def _quoted(folders: Sequence[Path]) -> list[str]:
    return [shlex.quote(str(folder.resolve())) for folder in folders]
