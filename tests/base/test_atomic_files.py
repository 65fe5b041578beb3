"""A file is whole or not there: whatever stops the writer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from haversack.base.errors import EXIT_FAILED
from haversack.base.files import (
    TEMP_MARK,
    StorageError,
    WriteOut,
    atomic_writer,
    read_bytes,
    storage_error,
    write_bytes,
    write_text,
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that holds 256 KiB and not more."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a tmpfs needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.bin"
    write_bytes(path, b"\0\xff" * 1000)
    assert path.read_bytes() == b"\0\xff" * 1000
    assert list(path.parent.iterdir()) == [path]


def test_text_is_written_as_utf_8_with_its_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "t", "é\r\n漢\n")
    assert (tmp_path / "t").read_bytes() == "é\r\n漢\n".encode()


def test_an_error_while_writing_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_bytes(path, b"old")
    with pytest.raises(ZeroDivisionError), atomic_writer(path) as file:
        file.write(b"half")
        file.flush()
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_not_seen_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with atomic_writer(path) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"half"


@pytest.mark.root
def test_a_full_disk_keeps_the_old_file_and_leaves_nothing(small_disk: Path) -> None:
    path = small_disk / "f"
    write_bytes(path, b"old")
    with pytest.raises(StorageError) as caught:
        write_bytes(path, b"x" * 1_000_000)
    assert "the disk is full" in caught.value.message
    assert str(path) in caught.value.message
    assert "Free some space" in caught.value.hint
    assert caught.value.exit_code == EXIT_FAILED
    assert path.read_bytes() == b"old"
    assert list(small_disk.iterdir()) == [path]
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.root
def test_a_read_only_disk_is_named(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageError, match="the disk is read-only"):
        write_bytes(small_disk / "f", b"x")


def test_a_folder_in_the_way_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "f" / "g").mkdir(parents=True)
    with pytest.raises(StorageError):
        write_bytes(tmp_path / "f", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_a_file_where_a_folder_should_be_is_an_error_in_words(tmp_path: Path) -> None:
    write_bytes(tmp_path / "f", b"x")
    with pytest.raises(StorageError):
        write_bytes(tmp_path / "f" / "g", b"x")
    assert (tmp_path / "f").read_bytes() == b"x"


WRITER = """
import sys
from pathlib import Path
from haversack.base.files import write_bytes
path = Path(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    number = (number + 1) % 256
    write_bytes(path, bytes([number]) * 300_000)
"""


def test_a_killed_writer_never_leaves_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    for delay in (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.07):
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(delay)
        child.kill()
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()
        if path.exists():
            content = path.read_bytes()
            assert content == content[:1] * 300_000
    assert path.exists(), "no writer ever finished a file: the test shows nothing"
    assert all(p == path or p.name.startswith(TEMP_MARK) for p in tmp_path.iterdir())


def test_two_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    code = WRITER.replace("while True", "for _ in range(30)")
    children = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(2)]
    assert [child.wait() for child in children] == [0, 0]
    content = path.read_bytes()
    assert content == content[:1] * 300_000
    assert list(tmp_path.iterdir()) == [path]


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_bytes(path, b"x" * 10)
    assert read_bytes(path, 10) == b"x" * 10
    with pytest.raises(StorageError, match="larger than 9 bytes"):
        read_bytes(path, 9)


def test_reading_what_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        read_bytes(tmp_path / "absent", 10)


def test_an_error_nobody_foresaw_is_still_one_line() -> None:
    error = storage_error(OSError(os.EX_OSERR, "odd"), Path("f"), "writing")
    assert error.message == "writing f: odd"
    assert error.hint


def test_a_long_file_reaches_its_device_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(
        os, "fdatasync", lambda descriptor: sent.append(os.fstat(descriptor).st_size)
    )
    told: list[int] = []
    with (tmp_path / "long").open("wb") as file:
        note = WriteOut(file, told.append)
        for _ in range(70):
            file.write(bytes(1 << 20))
            note(1 << 20)
    assert sent == [32 << 20, 64 << 20]
    assert sum(told) == 70 << 20
