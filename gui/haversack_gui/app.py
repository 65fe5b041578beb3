"""Wires everything: preferences, look, jobs, queue, workspace, pages, window. No globals."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication

from haversack.base.home import own_home
from haversack_gui import equivalents
from haversack_gui import preferences as remembered
from haversack_gui.calls import pantry as pantry_calls
from haversack_gui.frame.page_place import PagePlace
from haversack_gui.frame.window import Window
from haversack_gui.jobs import Jobs
from haversack_gui.look import Look
from haversack_gui.run_queue import RunQueue
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

PAGES = {
    "pantry": PagePlace("haversack_gui.pages.pantry", "PantryPage", light=True),
    "recipes": PagePlace("haversack_gui.pages.recipes", "RecipesPage"),
    "data": PagePlace("haversack_gui.pages.data", "DataPage"),
    "front": PagePlace("haversack_gui.pages.front", "FrontPage"),
    "train": PagePlace("haversack_gui.pages.train", "TrainPage"),
    "pack": PagePlace("haversack_gui.pages.pack", "PackPage"),
    "open": PagePlace("haversack_gui.pages.open", "OpenPage"),
}

WARM_AFTER_MS = 300
LATER = ("pandas", "pyarrow.parquet")
"""What calls import when they are first made, and takes long."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asked for."""

    pantry: Path | None = None
    bundle: Path | None = None
    page: str = ""
    theme: str = ""
    home: Path | None = None


def application(arguments: list[str]) -> QApplication:
    """Give the one ``QApplication``, made where there is none."""
    known = QApplication.instance()
    app = known if isinstance(known, QApplication) else QApplication(arguments)
    app.setApplicationName("haversack")
    app.setApplicationDisplayName("Haversack")
    app.setDesktopFileName("haversack")
    return app


def make_window(app: QApplication, wishes: Wishes) -> Window:
    """Build the window with all that it stands on; it is not shown yet.

    Until ``warm`` has run, its queries take turns.
    """
    from haversack.base.resources import resource

    home = wishes.home or own_home()
    preferences = remembered.load(home / "app.json")
    look = Look(app, wishes.theme or preferences.theme)
    app.setWindowIcon(QIcon(QPixmap(str(resource("icons/haversack.svg")))))
    jobs = Jobs(app)
    if not all(place.at_hand for place in PAGES.values()):
        jobs.imported.clear()  # ``warm`` sets it
    workspace = Workspace(look, jobs, RunQueue(jobs, _worker_command), preferences, home)
    shown: list[Window] = []
    window = Window(workspace, PAGES, _handlers(workspace, shown))
    shown.append(window)
    start = wishes.pantry or _last_pantry(preferences.pantry)
    page = wishes.page or ("open" if wishes.bundle else preferences.page)
    window.show_page(page if page in PAGES else "pantry", wishes.bundle)
    if start is not None:
        workspace.open_pantry(start)
    return window


def run(arguments: list[str], wishes: Wishes, quit_after_shown: bool) -> int:
    """Show the window and stay until it is closed."""
    app = application(arguments)
    window = make_window(app, wishes)
    window.show()
    if quit_after_shown:
        QTimer.singleShot(0, window.close)
    else:
        QTimer.singleShot(WARM_AFTER_MS, lambda: warm(window))
    status = app.exec()
    window.close()  # where the app was told to end: its threads have ended after this
    return status


def warm(window: Window) -> None:
    """Import every page in a thread, so that the first look at one does not hold up the window.

    What was imported stays out of garbage collections: a full one would take 270 ms, in whichever
    thread it happens to begin.
    """

    def fetch() -> None:
        gc.disable()
        try:
            for place in PAGES.values():
                place.fetch()
            for name in LATER:
                importlib.import_module(name)
        finally:
            gc.freeze()
            gc.enable()
            window.workspace.jobs.imported.set()

    window.workspace.jobs.query(fetch, lambda _: None, failed=lambda _: None)


def quiet_collector() -> None:
    """Collect now, and keep all that is left out of later collections."""
    gc.collect()
    gc.freeze()


def _worker_command() -> list[str]:
    from haversack.services.worker import worker_command

    return worker_command()


def _handlers(workspace: Workspace, shown: list[Window]) -> dict[str, Callable[[], None]]:
    def start_pantry() -> None:
        folder = shown[0].choose_folder("Choose the pantry's folder, or an empty one")
        if folder is not None:
            workspace.open_pantry(folder)

    def open_bundle() -> None:
        folder = shown[0].choose_folder("Choose the bundle's folder")
        if folder is not None:
            workspace.go_to("open", folder)

    def demo() -> None:
        folder = workspace.home / "demo-pantry"
        workspace.open_pantry(folder, then=lambda: workspace.go_to("pantry", "demo"))

    def save_diagnostics() -> None:
        from haversack_gui.calls import diagnostics

        file = shown[0].choose_target("Save diagnostics", "haversack-diagnostics.json")
        if file is not None:
            pantry, jobs = workspace.pantry, list(workspace.jobs.jobs)
            workspace.jobs.query(
                lambda: diagnostics.save(file, pantry, jobs),
                lambda path: workspace.say("good", tr("Saved {path}.").format(path=path)),
            )

    def save_have_list() -> None:
        pantry = workspace.pantry
        if pantry is None:
            workspace.say("warn", tr("No pantry is open."), tr("Start or open one (Ctrl+O)."))
            return
        file = shown[0].choose_target("Save what this pantry has", "have.json")
        if file is not None:
            workspace.jobs.change(
                tr("List what {pantry} has").format(pantry=pantry.path.name),
                lambda told: pantry_calls.save_have_list(pantry, file, told),
                same=equivalents.have(pantry.path, file),
            )

    return {
        "pantry.open": start_pantry,
        "pantry.demo": demo,
        "bundle.open": open_bundle,
        "app.diagnostics": save_diagnostics,
        "have.save": save_have_list,
        "recipe.new_detection": lambda: workspace.go_to("recipes", "new:detection"),
        "recipe.new_classification": lambda: workspace.go_to("recipes", "new:classification"),
        "recipe.new_segmentation": lambda: workspace.go_to("recipes", "new:segmentation"),
    }


def _last_pantry(path: str) -> Path | None:
    return Path(path) if path and (Path(path) / "pantry.json").is_file() else None
