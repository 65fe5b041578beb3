from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from haversack.runs.spec import RunKind, RunSpec

PREAMBLE = """
import os, signal, sys, time
from haversack.runs.events import *
from haversack.runs.worker_channel import open_channel
channel = open_channel()
send = channel.sink.send
send(Started(kind=channel.spec.kind, recipe_id="r1", device="cpu", pid=os.getpid(), threads=1))
"""
GOOD_END = """
send(Finished(result={"ok": True}))
channel.sink.close()
"""


@pytest.fixture
def spec(tmp_path: Path) -> RunSpec:
    return RunSpec(kind=RunKind.TRAIN, run_id="run-1", run_dir=tmp_path / "runs" / "run-1")


@pytest.fixture
def worker() -> Callable[[str], list[str]]:
    """Give the command of a small worker that speaks the real channel and then runs a body."""

    def command(body: str, end: str = GOOD_END) -> list[str]:
        return [sys.executable, "-c", PREAMBLE + textwrap.dedent(body) + end]

    return command
