"""What goes wrong in the field: the app stays, and says what to do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.sticks import plugged_in, small_disk
from gui_desk import Desk
from haversack.bundle.layout import ENVELOPE
from haversack.pantry import lock
from haversack.pantry.lock import FileLock
from haversack.services.keys import open_keyring
from haversack.services.pack import pack
from haversack.services.shelves import Pantry, open_or_build
from haversack_gui.jobs import Told

OpenDesk = Callable[..., Desk]
SECRET = "correct horse battery"
SLEEPER = (
    "import sys, time; from haversack.runs.events import *; sys.stdin.buffer.readline()\n"
    "import os; sys.stdout.buffer.write(encode_event(Started(kind='train', pid=os.getpid())))\n"
    "sys.stdout.buffer.write(encode_event(Measured(values={'train/loss': 0.5}, step=3)))\n"
    "sys.stdout.buffer.flush(); time.sleep(600)"
)
HOLDER = (
    "import sys; from pathlib import Path; from haversack.services.shelves import open_or_build\n"
    "with open_or_build(Path(sys.argv[1])).store.alone():\n"
    "    print('held', flush=True); sys.stdin.read()"
)


def still_works(desk: Desk) -> None:
    """The app answers: pages are shown, and the shelves are read."""
    shelf = desk.go_to("pantry")
    assert shelf.model.rows, "the pantry is listed"


def test_a_worker_that_is_killed_is_told_with_what_to_do(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "train")
    queue = desk.window.workspace.queue
    queue._command = lambda: [sys.executable, "-c", SLEEPER]  # a worker that never ends
    desk.choose(desk.page.recipe, "Tiny digits")
    desk.click(desk.page.start)
    desk.wait(lambda: bool(queue.running) and queue.states[queue.running].step == 3)
    run_id = queue.running
    os.kill(queue.states[run_id].pid, signal.SIGKILL)
    desk.wait(lambda: not queue.running)
    desk.settle()
    assert desk.page.view.status.text() == "Worker lost"
    assert "SIGKILL" in desk.page.view.error.text()
    assert "memory short" in desk.page.view.error.text()
    assert desk.page.view.error.text().count("checkpoint") == 1  # there is none to go on from
    assert queue.states[run_id].curves["train/loss"] == ((3, 0.5),)
    assert desk.window.notice.isVisible()
    still_works(desk)


@pytest.mark.root
def test_a_stick_that_is_pulled_while_it_is_checked_is_told_and_checked_again_when_it_is_back(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plugged_in(tmp_path, 8) as stick:
        _pack(pantry, stick.path / "KIT", tmp_path)
        stick.replug()
        desk = open_desk(pantry, "open", bundle=stick.path / "KIT")
        assert desk.page.state.text() == "Signed by a trusted publisher"
        _at_the_first_progress(monkeypatch, stick.yank)
        desk.click(desk.page.verify)
        desk.settle()
        assert desk.window.notice.isVisible()
        assert "device failed" in desk.window.notice.message.text()
        assert desk.window.notice.hint.text()
        still_works(desk)
        monkeypatch.undo()
        stick.replug()
        desk.go_to("open")
        desk.click(desk.page.verify)
        desk.settle()
        assert desk.page.state.text() == "Verified: every byte is right"
        desk.close()


@pytest.mark.root
def test_a_disk_that_fills_up_while_packing_leaves_no_bundle_and_says_so(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_keyring(tmp_path / "home").new("field-team", SECRET)
    with small_disk(tmp_path, 4096) as disk:
        desk = open_desk(pantry, "pack")
        page = desk.page
        desk.type_into(page.folder, str(disk / "KIT"))
        desk.settle()
        desk.type_into(page.passphrase, SECRET)
        _at_the_first_progress(monkeypatch, lambda: _fill(disk / "ballast"))
        desk.click(page.pack)
        desk.settle()
        assert "full" in desk.window.notice.message.text()
        assert desk.window.notice.hint.text() and not page.receipt.text()
        assert not (disk / "KIT" / ENVELOPE).exists()
        still_works(desk)
        monkeypatch.undo()
        (disk / "ballast").unlink()
        desk.go_to("pack")
        desk.click(page.pack)
        desk.settle()
        assert "signed by field-team" in page.receipt.text()
        desk.close()


def test_a_pantry_that_another_process_uses_is_told_and_used_when_it_is_free(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquire = FileLock._acquire
    monkeypatch.setattr(
        FileLock, "_acquire", lambda self, shared, _, cancel: acquire(self, shared, 0.2, cancel)
    )  # a minute's patience takes too long for a test
    monkeypatch.setattr(lock, "TOLD_AFTER", 0.05)
    _pack(pantry, tmp_path / "KIT", tmp_path)
    field = open_or_build(tmp_path / "field")
    desk = open_desk(field, "open", bundle=tmp_path / "KIT")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(field.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        desk.click(desk.page.take_in)
        desk.settle()
        assert "in use by another process" in desk.window.notice.message.text()
        assert desk.window.notice.hint.text().startswith("Wait until it has finished")
        heard = desk.window.workspace.jobs.jobs[-1].progress
        assert heard is not None and heard.phase == lock.WAITING
        other.communicate("")
    desk.click(desk.page.take_in)
    desk.settle()
    assert desk.page.state.text() == "Verified: every byte is right"
    still_works(desk)


def _pack(pantry: Pantry, out: Path, tmp_path: Path) -> None:
    ring = open_keyring(tmp_path / "home")
    ring.new("field-team", SECRET)
    pack(pantry, out, ring, "field-team", SECRET, name="kit")
    ring.trust(out)


def _at_the_first_progress(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do something when the engine first tells how far it is."""
    hear, done = Told.on_event, list[bool]()

    def hook(self: Told, event: object) -> None:
        if not done:
            done.append(True)
            act()
        hear(self, event)

    monkeypatch.setattr(Told, "on_event", hook)


def _fill(file: Path) -> None:
    with file.open("wb") as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0" * 4096)
            out.flush()
