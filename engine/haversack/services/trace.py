"""What a worker opened and whom it called, as the kernel saw it (strace).

Python's own audit hooks miss what native code opens, so the system calls are watched. Where
strace is not installed nothing is claimed.
"""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from haversack.base.resources import resource

_OPENED = re.compile(r'\bopen(?:at)?\((?:[^,"]*, )?"(/[^"]*)", [^)]*\) = \d+')
_CALLED = re.compile(r'(?:sin_addr=inet_addr\("|inet_pton\(AF_INET6, ")([0-9a-fA-F.:]+)"')
_SYSTEM = (
    *("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/opt"),
    *("/proc", "/sys", "/dev", "/var/cache/fontconfig"),
)


@dataclass(frozen=True, slots=True)
class Trace:
    """What one traced command did.

    Attributes:
        opened: Files it opened.
        called: Network addresses it named that are not loopback.
    """

    opened: frozenset[str]
    called: tuple[str, ...]


@cache
def tracer() -> str | None:
    """Give the path of strace, or None where it is not installed or may not trace."""
    program = shutil.which("strace")
    if program is None:
        return None
    try:
        tried = subprocess.run(  # noqa: S603 - strace as found, fixed words
            [program, "-f", "--seccomp-bpf", "-o", os.devnull, "true"],
            capture_output=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return program if tried.returncode == 0 else None


def trace_prefix(output: Path) -> tuple[str, ...]:
    """Give the words that add a command's trace to ``output``; none without strace."""
    program = tracer()
    if program is None:
        return ()
    calls = "trace=open,openat,connect,sendto,sendmsg,sendmmsg,bind"
    return (
        program,
        "-f",
        "-A",
        "-qq",
        "--seccomp-bpf",
        "-s",
        "256",
        "-e",
        calls,
        "-o",
        str(output),
    )


def read_trace(output: Path) -> Trace:
    """Read what `trace_prefix` made a command write."""
    opened: set[str] = set()
    called: list[str] = []
    with output.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if found := _OPENED.search(line):
                if "O_DIRECTORY" not in line:
                    opened.add(found[1])
            elif address := _CALLED.search(line):
                called.append(address[1])
    return Trace(frozenset(opened), tuple(a for a in called if not _is_loopback(a)))


def outside(opened: Sequence[str] | frozenset[str], inside: Sequence[Path]) -> list[str]:
    """Keep the opened files that belong neither to the system, Python, Haversack nor ``inside``."""
    homes = [*_SYSTEM, *(str(path.resolve()) for path in [*inside, *_installation()])]
    return sorted(name for name in opened if not any(_is_below(name, home) for home in homes))


def _installation() -> Iterator[Path]:
    yield from (Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[2])
    yield from (Path(place) for place in site.getsitepackages())
    yield resource("")


def _is_below(name: str, home: str) -> bool:
    return name == home or name.startswith(home.rstrip("/") + "/")


def _is_loopback(address: str) -> bool:
    return address.startswith("127.") or address in ("::1", "::ffff:127.0.0.1")
