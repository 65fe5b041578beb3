"""The main window: rail, top bar, message strip, the pages (made when first shown), the jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QWidget

from haversack_gui import actions, words
from haversack_gui.calls import machine
from haversack_gui.frame.job_panel import JobPanel
from haversack_gui.frame.page_area import PageArea
from haversack_gui.frame.page_place import PagePlace
from haversack_gui.frame.rail import Rail
from haversack_gui.frame.top_bar import TopBar
from haversack_gui.frame.welcome import Welcome
from haversack_gui.jobs import Job
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import column, holder, row
from haversack_gui.widgets.copying import copy
from haversack_gui.widgets.dropping import dropped_folder
from haversack_gui.widgets.notice import Notice
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

if TYPE_CHECKING:
    from haversack_gui.frame.guide import Guide

MACHINE_EVERY_MS = 15_000


class Window(QMainWindow):
    """Shows one page at a time and keeps the facts in sight."""

    def __init__(
        self,
        workspace: Workspace,
        places: Mapping[str, PagePlace],
        handlers: Mapping[str, Callable[[], None]],
    ) -> None:
        """Build the frame; a page is made when it is first shown."""
        super().__init__()
        self.workspace = workspace
        self._places = places
        self._coming: dict[str, object] = {}
        self.pages: dict[str, Page] = {}
        self.current = ""
        self._guide: Guide | None = None
        self.setWindowTitle("Haversack")
        self.setMinimumSize(1024, 640)
        self.setAcceptDrops(True)
        self.actions_by_name: dict[str, QAction] = actions.build(
            self, {**self._own_handlers(), **handlers}
        )
        self.rail = Rail(workspace.look, self.actions_by_name)
        self.top_bar = TopBar(workspace.look, workspace.jobs, self.actions_by_name)
        self.notice = Notice()
        self.welcome = Welcome(
            workspace.look,
            handlers["pantry.open"],
            handlers["bundle.open"],
            handlers["pantry.demo"],
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.welcome)
        strip = holder(column(self.notice))
        strip.setContentsMargins(16, 0, 16, 0)
        self.job_panel = JobPanel(workspace.jobs)
        self.area = PageArea(self.stack, self.job_panel)
        right = column(self.top_bar, strip, self.area, space="xs")
        body = row(self.rail, right, space="xs")
        body.setSpacing(0)
        self.setCentralWidget(holder(body))
        self._listen()
        self.restoreGeometry(QByteArray.fromHex(workspace.preferences.geometry.encode()))

    def show_page(self, name: str, what: object = None) -> None:
        """Bring a page to the front; without a pantry the doors are shown instead.

        A page that has still to be imported appears once that is done; the window stays alive.
        """
        if name != self.current:
            self.area.uncover()
        self.current = name
        self.rail.show_page(name)
        self.workspace.preferences.page = name
        page = self.pages.get(name)
        if page is None:
            if name in self._coming or not self._places[name].at_hand:
                self._fetch(name, what)
                return
            page = self.pages[name] = self._places[name].make(self.workspace)
            self.stack.addWidget(page)
        if page.needs_pantry and self.workspace.pantry is None:
            self.top_bar.page_title.setText(tr("Welcome"))
            self.welcome.say_why("" if name == "pantry" else tr(page.title))
            self.stack.setCurrentWidget(self.welcome)
            return
        self.top_bar.page_title.setText(tr(page.title))
        self.stack.setCurrentWidget(page)
        page.shown()
        if what is not None:
            page.take(what)

    def _fetch(self, name: str, what: object) -> None:
        under_way = name in self._coming
        self._coming[name] = self._coming.get(name) if what is None else what
        if under_way:
            return

        def fetched(_: None) -> None:
            wanted = self._coming.pop(name)
            if name == self.current:
                self.show_page(name, wanted)

        def failed(problem: BaseException) -> None:
            self._coming.pop(name)
            self.notice.say("bad", *words.error(problem))

        self.workspace.jobs.query(self._places[name].fetch, fetched, failed=failed)

    def refresh(self) -> None:
        """Read again what is shown."""
        for page in self.pages.values():
            page.mark_stale()
        self._look_around()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Give the keyboard to the page, not to the first button of the rail."""
        super().showEvent(event)
        self.stack.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember the window; the worker writes its checkpoint, threads end."""
        preferences = self.workspace.preferences
        preferences.geometry = bytes(self.saveGeometry().toHex().data()).decode()
        self.workspace.save_now()
        self._machine_timer.stop()
        self.workspace.queue.close()
        self.workspace.jobs.close()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """A folder may be dropped anywhere."""
        if dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Look into the folder that was dropped, as a bundle."""
        folder = dropped_folder(event)
        if folder is not None:
            event.acceptProposedAction()
            self.show_page("open", folder)

    def choose_target(self, title: str, name: str) -> Path | None:
        """Ask for a file to write."""
        chosen, _ = QFileDialog.getSaveFileName(self, tr(title), name)
        return Path(chosen) if chosen else None

    def choose_folder(self, title: str) -> Path | None:
        """Ask for a folder."""
        chosen = QFileDialog.getExistingDirectory(self, tr(title))
        return Path(chosen) if chosen else None

    def _own_handlers(self) -> dict[str, Callable[[], None]]:
        own: dict[str, Callable[[], None]] = {
            "view.refresh": self.refresh,
            "view.theme": self._toggle_theme,
            "view.jobs": lambda: self.area.toggle_jobs(),
            "view.palette": self._show_palette,
            "page.act": lambda: self._on_page(Page.act),
            "page.find": lambda: self._on_page(Page.look_for),
            "keys.show": lambda: self.show_page("open", "keys"),
            "copy.command": lambda: self._copy_last("command"),
            "copy.python": lambda: self._copy_last("python"),
            "app.guide": self._show_guide,
            "app.quit": lambda: _close(self),
        }
        for entry in actions.PAGES:
            own[entry.name] = self._opener(entry.name.removeprefix("page."))
        return own

    def _on_page(self, act: Callable[[Page], None]) -> None:
        page = self.pages.get(self.current)
        if page is not None and self.stack.currentWidget() is page:
            act(page)

    def _copy_last(self, form: str) -> None:
        done = [str(getattr(job.same, form)) for job in self.workspace.jobs.jobs]
        newest = next((text for text in reversed(done) if text), "")
        copy(newest)
        if newest:
            self.notice.say("good", tr("Copied."), newest)
        else:
            self.notice.say("warn", tr("Nothing was started yet."), "")

    def _show_palette(self) -> None:
        from haversack_gui.frame.command_palette import CommandPalette

        CommandPalette(self.actions_by_name, self).open()

    def _show_guide(self) -> None:
        from haversack_gui.frame.guide import Guide

        guide = self._guide or Guide(self)
        self._guide = guide
        guide.show()
        guide.raise_()
        guide.show_place(self.current)  # once the pictures know how wide they may be

    def _opener(self, name: str) -> Callable[[], None]:
        return lambda: self.show_page(name)

    def _listen(self) -> None:
        space = self.workspace
        space.pantry_opened.connect(self._pantry_opened)
        space.page_wanted.connect(self.show_page)
        space.said.connect(self.notice.say)
        space.jobs.ended.connect(self._job_ended)
        self._machine_timer = QTimer(self, interval=MACHINE_EVERY_MS)
        self._machine_timer.timeout.connect(self._look_around)
        self._machine_timer.start()
        QTimer.singleShot(0, self._look_around)

    def _look_around(self) -> None:
        self.workspace.jobs.query(
            machine.look_around, self.top_bar.show_machine, key="machine", failed=lambda _: None
        )

    def _pantry_opened(self) -> None:
        pantry = self.workspace.pantry
        if pantry is not None:
            self.top_bar.show_pantry(pantry.path, pantry.publisher)
            self.top_bar.show_recent(
                self.workspace.preferences.recent, self.workspace.open_pantry, self.actions_by_name
            )
            self.show_page(self.current or "pantry")

    def _job_ended(self, job: Job) -> None:
        if job.state == "failed":
            self.notice.say("bad", job.error, job.hint)
        elif job.state == "done" and job.said:
            self.notice.say("good", job.said)

    def _toggle_theme(self) -> None:
        name = self.workspace.look.toggle()
        self.workspace.preferences.theme = "dark" if name == "dark" else "light"
        self.workspace.save()


def _close(window: QWidget) -> None:
    window.close()
