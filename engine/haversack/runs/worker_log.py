"""``worker.log``: what a worker wrote to stderr, bounded on disk, its end kept for errors."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from pathlib import Path
from typing import BinaryIO

WORKER_LOG_NAME = "worker.log"
MAX_LOG_BYTES = 16 << 20
TAIL_BYTES = 4096
_CHUNK = 1 << 16


class WorkerLog:
    """Drains a stream into the run's log so that the worker never waits for a reader."""

    def __init__(self, source: BinaryIO, run_dir: Path, limit: int = MAX_LOG_BYTES) -> None:
        """Drain ``source`` in a thread; the file holds ``limit`` bytes at most."""
        self._source = source
        self._path = run_dir / WORKER_LOG_NAME
        self._left = limit
        self._tail: deque[bytes] = deque(maxlen=TAIL_BYTES // 16)
        self._thread = threading.Thread(target=self._drain, name="haversack-stderr", daemon=True)
        self._thread.start()

    def tail(self, seconds: float = 1.0) -> str:
        """Give the last lines, at most 4 KiB; wait so long for the stream's end."""
        self._thread.join(seconds)
        text = b"".join(tuple(self._tail))[-TAIL_BYTES:].decode("utf-8", "replace")
        return text.strip()

    def _drain(self) -> None:
        file: BinaryIO | None = None
        with contextlib.suppress(OSError):
            file = self._path.open("ab", buffering=0)
        with contextlib.suppress(OSError, ValueError), self._source:
            while line := self._source.readline(_CHUNK):
                self._tail.append(line[-TAIL_BYTES:])
                if file is not None and self._left > 0:
                    self._keep(file, line)
        if file is not None:
            file.close()

    def _keep(self, file: BinaryIO, line: bytes) -> None:
        self._left -= len(line)
        if self._left <= 0:
            line = b"[the rest of this log was left out: it is too long]\n"
        with contextlib.suppress(OSError):  # a full disk must not stop the draining
            file.write(line)
