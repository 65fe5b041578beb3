"""Sticks made of files: a real file system on a loop device that can be pulled and put back."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SHUT_DOWN = 0x8004587D
_WITHOUT_FLUSH = 2


class Stick:
    """An ext4 file system in a file, mounted."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self._image = folder / "stick.img"
        self.path = folder / "stick"
        self.path.mkdir()
        with self._image.open("wb") as file:
            file.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-m", "0", str(self._image))
        self._plug_in()

    def yank(self) -> None:
        """Make every further access fail, as when the stick is pulled; nothing is flushed."""
        import fcntl  # noqa: TID251 - no lock; only where loop devices are

        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUT_DOWN, struct.pack("I", _WITHOUT_FLUSH))
        finally:
            os.close(descriptor)

    def replug(self) -> None:
        """Put it back: what had reached it is there, after the journal was replayed."""
        self._pull_out()
        self._plug_in()

    def remount(self, path: Path) -> None:
        """Let it vanish from its place and turn up at another."""
        _run("umount", "-l", str(self.path))
        path.mkdir()
        self.path = path
        self._mount()

    def flip(self, content: bytes) -> None:
        """Change one byte of what lies on it, below the file system."""
        self._pull_out()
        image = self._image.read_bytes()
        at = image.index(content) + len(content) // 2
        with self._image.open("r+b") as file:
            file.seek(at)
            file.write(bytes([image[at] ^ 1]))
        self._plug_in()

    def cut_off(self, megabytes: int) -> None:
        """Lose everything behind the first so many megabytes, and what memory still held."""
        self.replug()
        with self._image.open("r+b") as file:
            file.truncate(megabytes << 20)

    def read_only(self) -> None:
        """Throw the little switch."""
        _run("mount", "-o", "remount,ro", str(self.path))

    def remove(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=False, capture_output=True)
        subprocess.run(["losetup", "-d", self._device], check=False, capture_output=True)

    def _pull_out(self) -> None:
        """Flush what can be flushed and let the device go.

        A mount namespace that another test made meanwhile keeps the file system alive behind the
        unmounting, so neither the flushing nor the next mount may depend on its end.
        """
        subprocess.run(["sync", "-f", str(self.path)], check=False, capture_output=True)
        _run("umount", str(self.path))
        subprocess.run(["losetup", "-d", self._device], check=False, capture_output=True)

    def _plug_in(self) -> None:
        self._device = _run("losetup", "-f", "--show", str(self._image)).strip()
        self._mount()

    def _mount(self) -> None:
        _run("mount", self._device, str(self.path))


@contextmanager
def plugged_in(folder: Path, megabytes: int) -> Iterator[Stick]:
    """Give a stick; skips, with the reason, where this machine cannot make one."""
    _need("losetup", "mount", "mkfs.ext4")
    try:
        stick = Stick(folder, megabytes)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device can be mounted here: {error.stderr.strip()[:200]}")
    try:
        yield stick
    finally:
        stick.remove()


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Give a folder on a disk of its own of that size; skips where none can be mounted."""
    _need("mount")
    path = folder / "small"
    path.mkdir()
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(path))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no tmpfs can be mounted here: {error.stderr.strip()[:200]}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=False, capture_output=True)


def _need(*programs: str) -> None:
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("mounting takes root on Linux")
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def _run(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout
