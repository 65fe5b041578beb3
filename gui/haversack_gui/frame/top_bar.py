"""The top bar: which pantry, where it came from, network, device, and the jobs under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from haversack_gui import icons, words
from haversack_gui.calls.machine import Machine
from haversack_gui.jobs import Job, Jobs
from haversack_gui.look import Look
from haversack_gui.widgets.basics import label, restyle, row
from haversack_gui.words import tr

NARROW = 760


class TopBar(QWidget):
    """Facts that must never be more than a glance away."""

    def __init__(self, look: Look, jobs: Jobs, actions: dict[str, QAction]) -> None:
        """Show the facts, and follow the look and the jobs."""
        super().__init__()
        self._look, self._jobs = look, jobs
        self._network: bool | None = None
        self._last: Job | None = None
        self.setObjectName("top_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.page_title = label("", "lead", wrap=False)
        self.pantry = _chip("pantry_chip", tr("Pantry"))
        self.recent = QMenu(self.pantry)
        self.pantry.setMenu(self.recent)
        self.pantry.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.source = _chip("source_chip", tr("Where the pantry came from"))
        self.network = _chip("network_chip", tr("Network"))
        self.device = _chip("device_chip", tr("Device"))
        self.jobs = _chip("jobs_chip", tr("Jobs"))
        self.jobs.clicked.connect(lambda _checked=False: actions["view.jobs"].trigger())
        self.source.clicked.connect(lambda _checked=False: actions["page.open"].trigger())
        self.setLayout(
            row(
                self.page_title,
                12,
                self.pantry,
                self.source,
                None,
                self.network,
                self.device,
                self.jobs,
                margin="s",
            )
        )
        self.layout().setContentsMargins(16, 8, 16, 8)  # type: ignore[union-attr] # set just above
        look.changed.connect(self._draw)
        jobs.updated.connect(self.show_jobs)
        jobs.ended.connect(self._ended)
        self.show_pantry(None, "")
        self.show_jobs()
        self._draw()

    def show_pantry(self, path: Path | None, publisher: str) -> None:
        """Name the pantry and who signed what was taken into it."""
        self.pantry.setText(path.name if path else tr("No pantry open"))
        self.pantry.setToolTip(
            words.as_written(str(path)) if path else tr("Start or open a pantry")
        )
        self.source.setVisible(path is not None)
        if publisher:
            self.source.setText(tr("From {publisher}, verified").format(publisher=publisher))
            told = tr("Taken in from a bundle of {publisher} whose signature was checked")
            self.source.setToolTip(words.as_written(told.format(publisher=publisher)))
        else:
            self.source.setText(tr("Made here"))
            self.source.setToolTip(tr("Nothing in it came from a bundle"))
        restyle(self.source, "chip", "good" if publisher else "plain")

    def show_recent(
        self,
        recent: Sequence[str],
        open_pantry: Callable[[Path], None],
        actions: dict[str, QAction],
    ) -> None:
        """Fill the menu under the pantry's name."""
        self.recent.clear()
        for name in recent:
            entry = self.recent.addAction(name)
            entry.triggered.connect(lambda _checked=False, path=name: open_pantry(Path(path)))
        self.recent.addSeparator()
        self.recent.addAction(actions["pantry.open"])

    def show_machine(self, machine: Machine) -> None:
        """Say what this machine is and whether it has a network."""
        self._network = machine.network
        self.network.setText(tr("Network on") if machine.network else tr("Network off"))
        self.network.setToolTip(
            tr("Connected by {names}").format(names=", ".join(machine.links))
            if machine.network
            else tr("No link is up: nothing can leave or enter this machine")
        )
        self.device.setText(machine.device)
        self.device.setToolTip(words.as_written(machine.details))
        self._draw()

    def show_jobs(self) -> None:
        """Say how many jobs are under way and how far the oldest is."""
        under_way = self._jobs.under_way
        if under_way:
            first = under_way[0]
            share = ""
            if first.progress is not None and first.progress.total:
                share = f" {100 * first.progress.done // first.progress.total} %"
            more = f" +{len(under_way) - 1}" if len(under_way) > 1 else ""
            self.jobs.setText(f"{first.title}{share}{more}")
            self.jobs.setToolTip(words.as_written("\n".join(job.title for job in under_way)))
            restyle(self.jobs, "chip", "good")
        elif self._last is not None and self._last.state == "failed":
            self.jobs.setText(tr("Last job failed"))
            self.jobs.setToolTip(words.as_written(f"{self._last.title}\n{self._last.error}"))
            restyle(self.jobs, "chip", "bad")
        else:
            self.jobs.setText(tr("No jobs"))
            self.jobs.setToolTip(tr("What is under way and what was done"))
            restyle(self.jobs, "chip", "plain")

    def _ended(self, job: Job) -> None:
        if job.visible:
            self._last = job
            self.show_jobs()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Let the machine's chips go without words where there is no room for them."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        narrow = self.width() < NARROW
        style = Qt.ToolButtonStyle
        for chip in (self.network, self.device):
            chip.setToolButtonStyle(
                style.ToolButtonIconOnly if narrow else style.ToolButtonTextBesideIcon
            )

    def _draw(self) -> None:
        palette = self._look.palette
        self.pantry.setIcon(icons.icon("folder", palette.text))
        self.source.setIcon(icons.icon("shield", palette.text))
        self.device.setIcon(icons.icon("chip", palette.text))
        self.jobs.setIcon(icons.icon("jobs", palette.text))
        self.network.setIcon(
            icons.icon("network-on" if self._network else "network-off", palette.text)
        )


def _chip(name: str, spoken: str) -> QToolButton:
    made = QToolButton()
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    made.setProperty("chip", "plain")
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
