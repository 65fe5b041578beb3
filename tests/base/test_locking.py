"""The lock between processes: told at once, and free again however its holder ended."""

from __future__ import annotations

import errno
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from haversack.base import locking
from haversack.base.files import StorageError
from haversack.base.locking import claimed, locked
from haversack.services.bake import oven

HOLDER = """
import subprocess, sys
from pathlib import Path
from haversack.base.locking import claimed
with claimed(Path(sys.argv[1])) as mine:
    child = subprocess.Popen([sys.executable, "-c", "input()"])
    print(mine, child.pid, flush=True)
    input()
"""


def test_a_claim_is_free_after_a_kill_though_a_child_of_its_holder_lives_on(tmp_path: Path) -> None:
    lock = tmp_path / "unit" / "claim"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        mine, child = holder.stdout.readline().split()
        with claimed(lock) as here:
            assert (mine, here) == ("True", False)
        holder.kill()
        holder.wait()
        assert psutil.Process(int(child)).is_running()
        with claimed(lock) as here:
            assert here


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    lock, order = tmp_path / "lock", list[str]()

    def other() -> None:
        with locked(lock):
            order.append("other")

    thread = threading.Thread(target=other)
    with locked(lock):
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join(30)
    assert order == ["first", "other"]


def test_a_lock_that_stays_taken_is_one_plain_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking, "_PATIENCE", 0.1)
    with (
        locked(tmp_path / "lock"),
        pytest.raises(StorageError, match="another program holds it"),
        locked(tmp_path / "lock"),
    ):
        pass


def test_a_file_system_without_locks_is_told_where_a_unit_of_a_bake_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locking, "_lock", refuse)
    with pytest.raises(StorageError, match="No locks available"), oven.claim(tmp_path / "unit"):
        pass
