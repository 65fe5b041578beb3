"""Asking a worker one thing about its libraries, without a run."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from haversack.runs.environment import worker_command, worker_environment

PATIENCE = 120.0


def ask_worker(word: str) -> Any:
    """Start a worker with a word such as ``--report`` and give the JSON value that it tells.

    Raises:
        OSError, subprocess.SubprocessError, ValueError: It cannot be started, fails, takes too
            long, or tells something else.
    """
    asked = subprocess.run(  # noqa: S603 - our own worker
        [*worker_command(), word],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
        env=worker_environment(),
    )
    return json.loads(asked.stdout)
