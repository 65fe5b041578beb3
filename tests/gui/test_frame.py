from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QWidget,
)

from gui_desk import Desk
from haversack.base.errors import UsageError
from haversack.services.shelves import Pantry
from haversack_gui.app import PAGES
from haversack_gui.frame.command_palette import CommandPalette
from haversack_gui.jobs import Changed, Told

INNER = (QAbstractSpinBox, QAbstractItemView, QComboBox, QLineEdit)
TELL = "print(json.dumps({'modules': list(sys.modules), 'seconds': time.process_time()}))\n"
OURS = (
    "import json, sys, time\n"
    "from haversack_gui.__main__ import main\n"
    "assert main(['--quit-after-shown']) == 0\n"
)
EMPTY = (
    "import json, sys, time\n"
    "from PySide6.QtWidgets import QApplication, QMainWindow\n"
    "app, window = QApplication([]), QMainWindow()\n"
    "window.show()\n"
    "app.processEvents()\n"
)
OpenDesk = Callable[..., Desk]
CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView)


def test_without_a_pantry_three_doors_are_shown(open_desk: OpenDesk) -> None:
    desk = open_desk()
    assert desk.window.stack.currentWidget() is desk.window.welcome
    doors = [b.text() for b in desk.window.welcome.findChildren(QAbstractButton)]
    assert doors == ["Start a pantry", "Open a bundle", "Try the demo"]


def test_a_folder_that_is_chosen_becomes_the_pantry(
    open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    monkeypatch.setattr(desk.window, "choose_folder", lambda _title: tmp_path / "mine")
    door = next(
        b for b in desk.window.welcome.findChildren(QAbstractButton) if b.text() == "Start a pantry"
    )
    desk.click(door)
    desk.settle()
    assert (tmp_path / "mine" / "pantry.json").is_file()
    assert desk.window.top_bar.pantry.text() == "mine"
    assert desk.window.stack.currentWidget() is desk.page


def test_the_pantry_and_the_page_are_remembered(open_desk: OpenDesk, pantry: Pantry) -> None:
    first = open_desk(pantry)
    first.go_to("train")
    first.close()
    again = open_desk(page="")
    assert again.window.top_bar.pantry.text() == pantry.path.name
    assert again.window.current == "train"


def test_a_damaged_memory_gives_the_defaults(open_desk: OpenDesk, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "app.json").write_text('{"theme": 17', encoding="utf-8")
    assert open_desk().window.workspace.preferences.theme == "system"


@pytest.mark.parametrize("name", PAGES)
def test_each_page_fits_the_smallest_window_and_names_its_controls(
    open_desk: OpenDesk, pantry: Pantry, name: str
) -> None:
    desk = open_desk(pantry)
    desk.go_to(name)
    needed = desk.window.minimumSizeHint()
    assert needed.width() <= 1024 and needed.height() <= 640
    nameless = [_path(w) for w in _controls(desk.window) if not _spoken(w)]
    assert not nameless


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_reached_through_by_the_tab_key_alone(
    open_desk: OpenDesk, pantry: Pantry, name: str
) -> None:
    desk = open_desk(pantry)
    desk.go_to(name)
    desk.window.activateWindow()
    reached: list[QWidget] = []
    while (focused := desk.app.focusWidget()) is not None and focused not in reached:
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    by_arrows = desk.window.rail.buttons.values()  # of a group the Tab key takes the chosen one
    wanted = [
        control
        for control in _controls(desk.window)
        if control.isEnabled() and control.isVisible() and control not in by_arrows
    ]
    left_out = [_path(w) for w in wanted if not any(w is r or w.isAncestorOf(r) for r in reached)]
    assert not left_out
    assert len(reached) > 5


def test_the_arrow_keys_go_along_the_rail(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry)
    rail = desk.window.rail.buttons
    rail["pantry"].setFocus()
    QTest.keyClick(rail["pantry"], Qt.Key.Key_Down)
    assert desk.app.focusWidget() is rail["recipes"]
    QTest.keyClick(rail["recipes"], Qt.Key.Key_Space)
    desk.settle()
    assert desk.window.current == "recipes"


def test_the_rail_and_the_shortcuts_change_the_page(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry)
    for place, name in enumerate(PAGES, start=1):
        QTest.keyClick(
            desk.window, getattr(Qt.Key, f"Key_{place}"), Qt.KeyboardModifier.ControlModifier
        )
        desk.settle()
        assert desk.window.current == name
        assert desk.window.rail.buttons[name].isChecked()


def test_the_palette_runs_the_action_that_is_typed(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry)
    desk.window.actions_by_name["view.palette"].trigger()
    palette = desk.window.findChild(CommandPalette)
    assert isinstance(palette, CommandPalette)
    QTest.keyClicks(palette.search, "new det")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    desk.settle()
    assert desk.window.current == "recipes"
    assert desk.page.draft.recipe.task == "detection"


def test_the_theme_changes_and_is_remembered(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    desk = open_desk(pantry)
    for name in PAGES:
        desk.go_to(name)
    desk.click(desk.window.rail.theme_button)
    desk.settle()
    assert desk.window.workspace.look.palette.name == "dark"
    desk.close()
    assert json.loads((tmp_path / "home" / "app.json").read_text("utf-8"))["theme"] == "dark"


def test_a_folder_dropped_anywhere_is_looked_at_as_a_bundle(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    desk = open_desk(pantry)
    (tmp_path / "stick").mkdir()
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(tmp_path / "stick"))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        dropped,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    desk.window.dropEvent(event)
    desk.settle()
    assert desk.window.current == "open"
    assert desk.page.state.text() == "Not signed"
    assert not desk.page.take_in.isEnabled()


def test_starting_loads_neither_torch_nor_tables_nor_plots() -> None:
    heavy = {"torch", "lightning", "timm", "pandas", "pyarrow", "pyqtgraph", "numpy"}
    assert heavy.isdisjoint(_start()["modules"])


def test_the_window_costs_less_than_six_empty_ones() -> None:
    """CPU seconds of whole processes beside each other: a busy machine slows both.

    The best of three, since the first may compile what Python imports. `make bench-app` measures
    the wall clock.
    """
    pairs = [(_start()["seconds"], _told_by(EMPTY)["seconds"]) for _ in range(3)]
    ours, empty = map(min, zip(*pairs, strict=True))
    assert ours < 6 * empty, pairs


def _start() -> dict[str, Any]:
    """Start the app as a program that ends once its window is shown; give what it tells."""
    return _told_by(OURS)


def _told_by(code: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", code + TELL], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _controls(window: QWidget) -> list[QWidget]:
    return [
        found
        for kind in CONTROLS
        for found in window.findChildren(kind)
        if not isinstance(found, QHeaderView)
        and not found.objectName().startswith("qt_")
        and not any(isinstance(above, INNER) for above in _above(found))
    ]


def _above(widget: QWidget) -> list[QWidget]:
    parents = []
    while (above := widget.parentWidget()) is not None:
        parents.append(above)
        widget = above
    return parents


def _spoken(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def _path(widget: QWidget) -> str:
    above = widget.parentWidget()
    return f"{type(above).__name__}/{type(widget).__name__}({widget.objectName()})"


def test_a_page_that_needs_a_pantry_says_so_where_there_is_none(open_desk: OpenDesk) -> None:
    desk = open_desk(None)
    lead = desk.window.welcome.lead
    assert lead.text() == "Haversack keeps all it needs in one folder, the pantry."
    desk.go_to("train")
    assert lead.text().startswith("The page Train needs a pantry")
    desk.go_to("pantry")
    assert lead.text() == "Haversack keeps all it needs in one folder, the pantry."


def test_what_a_narrow_top_bar_cuts_is_whole_in_its_tooltips(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    def fail(_told: Told) -> Changed:
        raise UsageError("the stick is full", "Take another one.")

    desk = open_desk(pantry)
    bar, publisher = desk.window.top_bar, "Bundesamt, Referat Fernerkundung, " * 3
    bar.show_pantry(pantry.path, publisher)
    desk.window.workspace.jobs.change("Take in " + publisher, fail)
    desk.settle()
    desk.window.resize(1024, 640)
    desk.settle()
    assert publisher in bar.source.toolTip()
    assert publisher in bar.jobs.toolTip() and "The stick is full" in bar.jobs.toolTip()
