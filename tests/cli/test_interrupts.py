"""Ctrl-C at any moment, within a line too."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.bundle.layout import ENVELOPE
from haversack.cli.bars import Bars
from haversack.cli.session import STOPPING
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture
from haversack.services.listen import Heard
from services.kits import PASSPHRASE, keyring, light_recipe

SHOUTING = """
import os, signal, threading, time
from haversack.cli.session import Session

def interrupt():
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGINT)
    os.write(1, b"interrupted")

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
        [sys.executable, "-c", SHOUTING],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=buffered,
    )  # fmt: skip
    assert shouting.stdout is not None
    assert shouting.stdout.read(len("interrupted"))
    _, said = shouting.communicate(timeout=60)
    assert shouting.returncode == 0, said[-500:]
    assert "stopping at the next safe point" in said


INTERRUPTED_WHILE_LOADING = """
import os, signal, sys
from haversack.__main__ import main

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "haversack.cli.app":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
sys.argv = ["haversack", "pack", "OUT", "--key", "team"]
raise SystemExit(main())
"""


def test_ctrl_c_while_a_command_is_loaded_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_LOADING],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 130, done.stderr
    assert done.stderr.splitlines() == ["error: interrupted", "  Nothing was begun."]


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let Ctrl-C come with the nth piece of progress of what is called next; 0 for never."""
    show, say = Bars.__call__, Bars.say
    heard_of_it = threading.Event()

    def saying(bars: Bars, text: str) -> None:
        say(bars, text)
        if text == STOPPING:
            heard_of_it.set()

    def interrupt_at(moment: int) -> None:
        seen = itertools.count(1)

        def interrupting(bars: Bars, heard: Heard) -> None:
            show(bars, heard)
            if next(seen) == moment:
                os.kill(os.getpid(), signal.SIGINT)
                assert heard_of_it.wait(60)
                heard_of_it.clear()

        monkeypatch.setattr(Bars, "__call__", interrupting)

    monkeypatch.setattr(Bars, "say", saying)
    return interrupt_at


@pytest.fixture
def pack(pantry: Pantry, home: Path, tmp_path: Path) -> tuple[str, ...]:
    """Give the words that pack a recipe onto a stick, with a key that opens quickly."""
    recipe = light_recipe(pantry)
    capture(recipe.assets(), pantry)
    pantry.recipes.save(recipe)
    keyring(home).new("packer", PASSPHRASE, "test kitchen")
    (tmp_path / "secret").write_text(PASSPHRASE)
    return (
        *("pack", str(tmp_path / "KIT"), "--key", "packer", "--jobs", "1"),
        *("--passphrase-file", str(tmp_path / "secret")),
    )


def half_written(folder: Path) -> list[Path]:
    return [*folder.rglob(".hvtmp-*"), *folder.rglob("*.part")]


def test_ctrl_c_while_packing_seals_nothing_and_packing_again_goes_to_the_end(
    call: Call, pack: tuple[str, ...], tmp_path: Path, interrupt: Callable[[int], None]
) -> None:
    stick = tmp_path / "KIT"
    for moment in (1, 2, 3):
        interrupt(moment)
        told = call(*pack)
        assert told.code == 130, told.err
        assert "error: stopped as asked" in told.err and "Traceback" not in told.err
        assert half_written(tmp_path) == []
        assert not (stick / ENVELOPE).exists()
        interrupt(0)
        assert call(*pack).code == 0
        assert (stick / ENVELOPE).exists()
        shutil.rmtree(stick)


def test_ctrl_c_while_opening_leaves_whole_files_and_opening_again_goes_to_the_end(
    call: Call, pack: tuple[str, ...], tmp_path: Path, interrupt: Callable[[int], None]
) -> None:
    fingerprint = call(*pack, "--json").json["fingerprint"]
    assert call("keys", "trust", str(tmp_path / "KIT"), "--fingerprint", fingerprint).code == 0
    opening = ("open", str(tmp_path / "KIT"), "--pantry", str(tmp_path / "field"), "--jobs", "1")
    interrupt(1)
    told = call(*opening)
    assert told.code == 130, told.err
    assert "error: stopped as asked" in told.err and "Traceback" not in told.err
    assert half_written(tmp_path) == []
    interrupt(0)
    assert call(*opening).code == 0
    assert [recipe.state for recipe in Pantry.open(tmp_path / "field").recipes.list()] == ["ready"]
