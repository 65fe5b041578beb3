"""Running a client as a child process that can be stopped, with what it printed kept."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from haversack.pantry.errors import FetchError

KEPT_LINES = 400
_TICK = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a client ended.

    Attributes:
        status: Its exit status.
        lines: The last lines that it printed.
    """

    status: int
    lines: tuple[str, ...]


def run_client(
    command: list[str],
    folder: Path,
    environment: dict[str, str],
    on_line: Callable[[str], None],
    on_tick: Callable[[], None],
) -> Outcome:
    """Run a client to its end; when a callable raises, the client is stopped first.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        environment: Its environment.
        on_line: Told each line of its output.
        on_tick: Called about ten times a second.

    Raises:
        FetchError: It cannot be started.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - pip or npm, with words of this package
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=sys.platform != "win32",
        )
    except OSError as error:
        message = f"{Path(command[0]).name} cannot be started: {error.strerror or error}"
        raise FetchError(message, "Check how it is installed.", "missing client") from error
    kept: deque[str] = deque(maxlen=KEPT_LINES)
    try:
        for line in _lines(process, on_tick):
            kept.append(line)
            on_line(line)
        return Outcome(process.wait(), tuple(kept))
    finally:
        _stop(process)


def _lines(process: subprocess.Popen[str], on_tick: Callable[[], None]) -> Iterator[str]:
    arrived: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_pump, args=(process.stdout, arrived), daemon=True)
    reader.start()
    while True:
        try:
            line = arrived.get(timeout=_TICK)
        except queue.Empty:
            on_tick()
            continue
        if line is None:
            return
        yield line.rstrip("\r\n")


def _pump(output: IO[str] | None, arrived: queue.Queue[str | None]) -> None:
    if output is not None:
        with contextlib.suppress(ValueError, OSError):
            for line in output:
                arrived.put(line)
    arrived.put(None)


def _stop(process: subprocess.Popen[str]) -> None:
    """End the client and its children if they still run, and close the pipe."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
