"""What stands before the first window, and what comes after it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gui_desk import Desk
from haversack.services.shelves import Pantry
from haversack_gui.app import PAGES
from haversack_gui.frame.page_place import PagePlace
from haversack_gui.preferences import Preferences, load, save

LOADED = """
import json, sys
from haversack_gui.app import Wishes, application, make_window
app = application(["haversack"])
window = make_window(app, Wishes(page="pantry"))
before = sorted(sys.modules)
window.show()
window.close()
print(json.dumps(before))
"""
LATER = {"numpy", "pandas", "psutil", "pyarrow", "pydantic", "pyqtgraph", "torch"}


def _ran(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of its own, which finds no other, without a screen."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"QT_QPA_PLATFORM": "offscreen", "HAVERSACK_HOME": str(home), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_first_window_waits_for_no_heavy_library(tmp_path: Path) -> None:
    done = _ran(LOADED, tmp_path)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout))
    assert not loaded & LATER
    assert "haversack_gui.frame.window" in loaded


def test_a_page_that_is_still_imported_appears_with_the_last_thing_that_was_sent_to_it(
    open_desk: Callable[..., Desk], pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(pantry)
    fetched: set[str] = set()
    monkeypatch.setattr(PagePlace, "at_hand", property(lambda place: place.page in fetched))
    monkeypatch.setattr(PagePlace, "fetch", lambda place: fetched.add(place.page))
    desk.window.show_page("open")
    desk.window.show_page("open", "keys")
    desk.window.show_page("open")
    assert "open" not in desk.window.pages
    desk.settle()
    assert desk.window.current == "open"
    assert desk.page.tabs.currentIndex() == 1


def test_a_page_that_cannot_be_imported_is_told_and_the_window_stays(
    open_desk: Callable[..., Desk], pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_place: PagePlace) -> None:
        raise ImportError("No module named 'pyqtgraph'")

    desk = open_desk(pantry)
    monkeypatch.setattr(PagePlace, "at_hand", property(lambda _place: False))
    monkeypatch.setattr(PagePlace, "fetch", broken)
    desk.click(desk.window.rail.buttons["front"])
    desk.settle()
    assert "pyqtgraph" in desk.window.notice.message.text()
    monkeypatch.undo()
    assert desk.go_to("front") is desk.window.pages["front"]


def test_preferences_come_back_as_they_were_saved(tmp_path: Path) -> None:
    kept = Preferences("dark", "/a", ("/a", "/b"), "front", "01d9")
    save(tmp_path / "app.json", kept)
    assert load(tmp_path / "app.json") == kept


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"theme": "blue"}', '{"recent": "/a"}', '{"recent": [1]}', '{"page": null}',
     '{"theme": "dark", "theme": "light"}', '{"pantry": 1e999}'],
)  # fmt: skip
def test_preferences_that_are_damaged_give_the_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / "app.json").write_text(text, encoding="utf-8")
    assert load(tmp_path / "app.json") == Preferences()


def test_values_of_a_newer_app_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text('{"theme": "dark", "flavour": 7}', encoding="utf-8")
    assert load(tmp_path / "app.json") == Preferences("dark")


STARTED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from haversack_gui.__main__ import leave
from haversack_gui.app import Wishes, application, make_window, warm
from haversack_gui.pictures import settle
app = application(["haversack"])
window = make_window(app, Wishes(pantry=Path(sys.argv[1]), page="pack", home=Path(sys.argv[2])))
assert not window.workspace.jobs.imported.is_set()
window.show()
QTimer.singleShot(0, lambda: warm(window))
settle(window, app.processEvents)
assert window.workspace.jobs.imported.is_set()
print(window.stack.currentWidget().name, window.notice.isVisible(), window.notice.message.text())
window.close()
leave(0)
"""


def test_an_app_that_starts_cold_opens_its_pantry_and_its_page_while_it_imports(
    pantry: Pantry, tmp_path: Path
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-X", "faulthandler", "-c", STARTED),
            *(str(pantry.path), str(tmp_path / "home")),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["pack", "False"]


DIES_AT_ITS_END = """
import atexit, ctypes, runpy, sys
libc = ctypes.CDLL(None)
getattr(libc, "__cxa_atexit")(ctypes.cast(libc.abort, ctypes.c_void_p), None, None)
atexit.register(libc.abort)
sys.argv = ["haversack-gui", "--quit-after-shown"]
runpy.run_module("haversack_gui", run_name="__main__")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the C library as Linux has it")
def test_an_app_that_was_closed_ends_well_where_a_library_would_die_at_its_end(
    tmp_path: Path,
) -> None:
    done = _ran(DIES_AT_ITS_END, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "app.json").is_file()


QUITS = """
import sys
from PySide6.QtCore import QTimer
from haversack_gui.__main__ import leave
from haversack_gui import app as program
from haversack_gui.app import Wishes
def slow_import(place):
    import time
    time.sleep(0.3)
    print("imported", flush=True)
program.PagePlace.fetch = slow_import
program.WARM_AFTER_MS = 0
application = program.application(["haversack"])
QTimer.singleShot(200, application.exit)
leave(program.run(["haversack"], Wishes(page="pantry"), quit_after_shown=False))
"""


def test_an_app_that_is_told_to_end_while_it_imports_ends_after_that(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", QUITS],
        env={"QT_QPA_PLATFORM": "offscreen", "HAVERSACK_HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("imported") == len(PAGES)
