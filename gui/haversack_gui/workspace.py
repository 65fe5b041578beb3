"""What the pages share: the open pantry, jobs, run queue, look. No logic of the engine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from haversack.base.errors import HaversackError
from haversack_gui import preferences as remembered
from haversack_gui.calls import pantry as calls
from haversack_gui.jobs import Jobs
from haversack_gui.look import Look
from haversack_gui.preferences import Preferences
from haversack_gui.run_queue import RunQueue

if TYPE_CHECKING:
    from haversack_gui.calls.pantry import OpenPantry


class Workspace(QObject):
    """Made once by ``app.py`` and handed to each page."""

    pantry_opened = Signal()
    page_wanted = Signal(str, object)
    said = Signal(str, str, str)

    def __init__(
        self, look: Look, jobs: Jobs, queue: RunQueue, preferences: Preferences, home: Path
    ) -> None:
        """Hold what the pages share; no pantry is open."""
        super().__init__()
        self.look, self.jobs, self.queue = look, jobs, queue
        self.preferences, self.home = preferences, home
        self.pantry: OpenPantry | None = None

    def open_pantry(self, path: Path, then: Callable[[], None] | None = None) -> None:
        """Open the pantry in a folder, or start one there; ``then`` runs once it is open."""

        def opened(pantry: OpenPantry) -> None:
            self.pantry = pantry
            self.preferences.remember_pantry(pantry.path)
            self.save()
            self.pantry_opened.emit()
            if then is not None:
                then()

        self.jobs.query(lambda: calls.open_or_start(path, self.home), opened, key="pantry")

    def go_to(self, page: str, what: object = None) -> None:
        """Show a page, handing it what it should show."""
        self.page_wanted.emit(page, what)

    def say(self, kind: str, message: str, hint: str = "") -> None:
        """Show one message at the top of the window."""
        self.said.emit(kind, message, hint)

    def save_now(self) -> None:
        """Remember the preferences before the app ends."""
        with contextlib.suppress(HaversackError):
            remembered.save(self.home / "app.json", self.preferences)

    def save(self) -> None:
        """Remember the preferences; a disk that says no is no reason to stop."""
        path, values = self.home / "app.json", replace(self.preferences)
        self.jobs.query(
            lambda: remembered.save(path, values), lambda _: None, failed=lambda _: None
        )
