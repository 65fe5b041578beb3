"""Ctrl-C at any moment, within a line too."""

from __future__ import annotations

import subprocess
import sys

SHOUTING = """
import os, signal, threading, time
from haversack.cli.session import Session

def interrupt():
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.2)
    print("interrupted", flush=True)

session = Session()
with session.listening() as bars:
    threading.Thread(target=interrupt).start()
    for _ in range(40):
        bars.say("x" * 20_000)
assert session.cancel.is_cancelled
"""


def test_ctrl_c_while_a_line_is_held_up_is_no_fault() -> None:
    """Nobody reads at first: the pipe is full, and the interrupt comes within the write."""
    shouting = subprocess.Popen(
        [sys.executable, "-c", SHOUTING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert shouting.stdout is not None
    assert shouting.stdout.readline() == "interrupted\n"
    _, said = shouting.communicate(timeout=60)
    assert shouting.returncode == 0, said[-500:]
    assert "stopping at the next safe point" in said
