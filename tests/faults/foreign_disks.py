"""Disks of other file systems, in a file each; a machine that cannot mount them skips by name."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class ExfatDisk:
    """An exFAT file system served by a program of its own, which can be made to hang."""

    def __init__(self, path: Path, device: str) -> None:
        self.path = path
        self._device = device

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let every access wait until the block ends."""
        server = self._server()
        os.kill(server, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(server, signal.SIGCONT)

    def _server(self) -> int:
        """Give the process that was started for this device."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"exfat" in words[0] and self._device.encode() in words:
                return int(folder.name)
        raise ProcessLookupError(f"nobody serves {self._device}")


@contextmanager
def exfat_disk(folder: Path, megabytes: int) -> Iterator[ExfatDisk]:
    """Give an exFAT disk."""
    need("losetup", "mkfs.exfat", "mount.exfat-fuse", "umount")
    with _device(folder, megabytes, "mkfs.exfat") as (device, path):
        _run("mount.exfat-fuse", device, str(path))
        try:
            yield ExfatDisk(path, device)
        finally:
            _unmount(path)


@contextmanager
def fat_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Give a FAT32 disk."""
    need("losetup", "mkfs.vfat", "mount", "umount")
    with _device(folder, megabytes, "mkfs.vfat", "-F", "32") as (device, path):
        _run("mount", "-t", "vfat", device, str(path))
        try:
            yield path
        finally:
            _unmount(path)


def need(*programs: str) -> None:
    """Skip where this machine cannot mount."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("mounting takes root on Linux")
    need_programs(*programs)


def need_programs(*programs: str) -> None:
    """Skip where one is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


@contextmanager
def _device(folder: Path, megabytes: int, *make: str) -> Iterator[tuple[str, Path]]:
    image, path = folder / "foreign.img", folder / "foreign"
    path.mkdir()
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    _run(*make, str(image))
    device = _run("losetup", "-f", "--show", str(image)).strip()
    try:
        yield device, path
    except subprocess.CalledProcessError as error:
        pytest.skip(f"{error.cmd[0]} cannot mount here: {error.stderr.strip()[:200]}")
    finally:
        subprocess.run(["losetup", "-d", device], check=False, capture_output=True)


def _unmount(path: Path) -> None:
    for _ in range(50):
        if subprocess.run(["umount", str(path)], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "-l", str(path)], check=False, capture_output=True)


def _run(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout
