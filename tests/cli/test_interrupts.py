"""Ctrl-C at any moment, within a line too."""

from __future__ import annotations

import os
import subprocess
import sys
import time

SHOUTING = """
import os, signal, threading, time
from haversack.cli.session import Session

def interrupt():
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGINT)

session = Session()
with session.listening() as bars:
    threading.Thread(target=interrupt).start()
    for _ in range(40):
        bars.say("x" * 20_000)
assert session.cancel.is_cancelled
"""


def test_ctrl_c_while_a_line_is_held_up_is_no_fault() -> None:
    """Nobody reads at first: the pipe is full, and the interrupt comes within the write."""
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    shouting = subprocess.Popen(
        [sys.executable, "-c", SHOUTING], stderr=subprocess.PIPE, text=True, env=buffered
    )
    time.sleep(2)
    _, said = shouting.communicate(timeout=60)
    assert shouting.returncode == 0, said[-500:]
    assert "stopping at the next safe point" in said
