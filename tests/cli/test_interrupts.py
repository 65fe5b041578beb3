"""Ctrl-C at any moment, in the middle of a line too."""

from __future__ import annotations

import subprocess
import sys

SHOUTING = """
import os, signal, threading, time
from haversack.cli.session import Session

def interrupt():
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGINT)

session = Session()
with session.listening() as bars:
    threading.Thread(target=interrupt).start()
    until = time.monotonic() + 0.8
    while time.monotonic() < until:
        bars.say("x" * 200)
assert session.cancel.is_cancelled
"""


def test_ctrl_c_while_a_line_is_printed_is_no_fault() -> None:
    for _ in range(5):
        command = [sys.executable, "-c", SHOUTING]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-500:]
        assert "stopping at the next safe point" in done.stderr
