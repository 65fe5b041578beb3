"""Reading what is large in a process apart, so that a window goes on meanwhile."""

from __future__ import annotations

import subprocess

from haversack.bundle.manifest import Manifest, decode_manifest
from haversack.bundle.portions import from_lines
from haversack.runs.environment import own_command, worker_environment

LARGE = 5_000_000
"""Bytes of JSON from which on reading it would hold up the other threads of a process."""


def decode_apart(content: bytes, file: str) -> Manifest:
    """Read a manifest as ``decode_manifest`` does; a large one in a process of its own.

    Where no process can be started, or it ends before its time, the manifest is read here.

    Args:
        content: Its bytes, whose digest was checked before.
        file: Its name, for errors.

    Raises:
        Invalid: It breaks a rule of the format.
    """
    if len(content) <= LARGE:
        return decode_manifest(content, file)
    try:
        return _asked(content, file)
    except (OSError, ValueError):
        return decode_manifest(content, file)


def _asked(content: bytes, file: str) -> Manifest:
    with subprocess.Popen(
        [*own_command("decoder"), file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=worker_environment(),
    ) as child:
        assert child.stdin is not None and child.stdout is not None  # noqa: S101 - both were asked for
        with child.stdin:
            child.stdin.write(content)
        return from_lines(child.stdout)
