"""The table of actions: menus, the rail, shortcuts and the command palette are built from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from haversack_gui.words import tr


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can ask for anywhere in the app.

    Attributes:
        name: Stable name, such as ``"page.front"``.
        title: What the palette and menus say.
        keys: Shortcut; empty for none.
        icon: Name of an icon in ``resources/icons``; empty for none.
        help: One sentence for tooltips.
    """

    name: str
    title: str
    keys: str = ""
    icon: str = ""
    help: str = ""


PAGES = (
    Action("page.pantry", "Pantry", "Ctrl+1", "pantry", "What lies ready in this pantry"),
    Action("page.recipes", "Recipes", "Ctrl+2", "recipes", "Put a recipe together and prepare it"),
    Action("page.data", "Data", "Ctrl+3", "data", "Look at your own pictures and bring them"),
    Action("page.front", "Front", "Ctrl+4", "front", "Choose by accuracy against speed or size"),
    Action("page.train", "Train", "Ctrl+5", "train", "Train, watch, export and evaluate"),
    Action("page.pack", "Pack", "Ctrl+6", "pack", "Sign and write a bundle onto a stick"),
    Action("page.open", "Open", "Ctrl+7", "open", "Check a bundle and take it in"),
)

OTHERS = (
    Action("pantry.open", "Start or open a pantry…", "Ctrl+O", "folder"),
    Action("bundle.open", "Open a bundle…", "Ctrl+B", "shield"),
    Action("recipe.new_detection", "New detection recipe", "Ctrl+N", "add"),
    Action("recipe.new_classification", "New classification recipe", "Ctrl+Shift+N", "add"),
    Action("recipe.new_segmentation", "New segmentation recipe", "Ctrl+Alt+N", "add"),
    Action("page.act", "Do what the page is for", "Ctrl+Return", ""),
    Action("page.find", "Search on this page", "Ctrl+F", "search"),
    Action("keys.show", "Keys and publishers", "Ctrl+Shift+K", "shield"),
    Action(
        "have.save",
        "Save what this pantry has…",
        "Ctrl+Shift+H",
        "",
        "A have-list: with it a workstation packs only what is missing here",
    ),
    Action("copy.command", "Copy the last action as a command", "Ctrl+Shift+C", ""),
    Action("copy.python", "Copy the last action as Python", "Ctrl+Shift+P", ""),
    Action("view.refresh", "Read everything again", "F5", ""),
    Action("view.theme", "Change between light and dark", "Ctrl+T", "moon"),
    Action("view.jobs", "Show the jobs", "Ctrl+J", "jobs"),
    Action("view.palette", "Find an action…", "Ctrl+K", "search"),
    Action("app.guide", "User guide", "F1", "help", "The chapter about this page, offline"),
    Action(
        "app.diagnostics",
        "Save diagnostics…",
        "Ctrl+Shift+D",
        "",
        "One file to carry home: the machine, the runs, what went wrong; no secrets",
    ),
    Action("app.quit", "Quit", "Ctrl+Q", ""),
)

TABLE = PAGES + OTHERS


def build(
    owner: QWidget, handlers: Mapping[str, Callable[[], None]], table: tuple[Action, ...] = TABLE
) -> dict[str, QAction]:
    """Make a ``QAction`` with its shortcut for each row of the table that has a handler."""
    made: dict[str, QAction] = {}
    for row in table:
        if row.name not in handlers:
            continue
        action = QAction(tr(row.title), owner)
        action.setObjectName(row.name)
        if row.keys:
            action.setShortcut(QKeySequence(row.keys))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(with_keys(row.help or row.title, row.keys))
        _connect(action, handlers[row.name])
        owner.addAction(action)
        made[row.name] = action
    return made


def with_keys(text: str, keys: str) -> str:
    """Give a tooltip that names the shortcut."""
    if not keys:
        return tr(text)
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{tr(text)}  ({shown})"


def _connect(action: QAction, handler: Callable[[], None]) -> None:
    action.triggered.connect(lambda _checked=False: handler())
