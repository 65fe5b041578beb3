"""Open: who signed the bundle, whether it holds, and taking it into the pantry."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLabel, QSplitter, QStackedWidget

from haversack_gui import words
from haversack_gui.calls import bundles as calls
from haversack_gui.calls.bundles import Looked
from haversack_gui.pages.page import Page
from haversack_gui.theme import mono_font
from haversack_gui.widgets.basics import button, card, chip, column, label, restyle, row
from haversack_gui.widgets.contents_table import contents_table
from haversack_gui.widgets.dropping import dropped_folder
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.job_strip import JobStrip
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

STATES = {
    "signed": ("Signed by a trusted publisher", "good"),
    "verified": ("Verified: every byte is right", "good"),
    "partial": ("Partial: files are missing", "warn"),
    "untrusted": ("Publisher not trusted here", "warn"),
    "expired": ("Signature has expired", "warn"),
    "rollback": ("Older than the last one opened", "bad"),
    "unsigned": ("Not signed", "bad"),
    "too-new": ("Made by a newer Haversack", "bad"),
    "invalid": ("Invalid: do not use it", "bad"),
}


class OpenPage(Page):
    """Says what a bundle is before anything of it is used."""

    name: ClassVar[str] = "open"
    title: ClassVar[str] = "Open a bundle"
    topics: ClassVar[frozenset[str]] = frozenset({"publishers"})
    needs_pantry: ClassVar[bool] = False

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.looked: Looked | None = None
        self._folder: Path | None = None
        self._checked = ""
        self.setAcceptDrops(True)
        self.title_line = label("", "title")
        self.state = chip()
        self.message = label("", "muted")
        self.facts = label("", select=True)
        self.publisher = label("", "lead", select=True)
        self.words, self.pinned = _words(), _words()
        self.compared = QCheckBox(tr("I compared these words with what the publisher told me"))
        self.compared.toggled.connect(lambda _on: self._offer())
        self.trust = button("Trust this publisher", self._trust, name="trust")
        self.verify = button("Check every byte", self._verify, name="verify")
        self.take_in = button("Take it in", self._take_in, "primary", name="take_in")
        self.why = label("", "small")
        self.strip = JobStrip(workspace.jobs)
        self.done = label("", "good")
        self.model, self.table = contents_table(tr("What is in the bundle"))
        self.total = label("", "lead", wrap=False)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._drop_zone())
        self.stack.addWidget(self._view())
        self.setLayout(column(self.stack, margin="l"))
        workspace.pantry_opened.connect(self._offer)

    def refresh(self) -> None:
        """Look at the bundle again."""
        folder, home = self._folder, self.workspace.home
        if folder is not None:
            self.workspace.jobs.query(lambda: calls.look(folder, home), self._show, key="look")

    def take(self, what: object) -> None:
        """Look at a bundle's folder."""
        self._folder = Path(str(what))
        self._checked = ""
        self.done.setText("")
        self.compared.setChecked(False)
        self.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Show that a folder may be dropped."""
        if dropped_folder(event) is not None:
            restyle(self.zone, "active", "true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is dropped after all."""
        restyle(self.zone, "active", "false")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Look at the folder that was dropped."""
        restyle(self.zone, "active", "false")
        folder = dropped_folder(event)
        if folder is not None:
            event.acceptProposedAction()
            self.take(folder)

    def _drop_zone(self) -> QFrame:
        self.zone = QFrame()
        self.zone.setProperty("look", "drop")
        empty = EmptyState(
            self.workspace.look,
            "open",
            "Drop a bundle's folder here",
            "You see who signed it before anything is read from it. "
            "Nothing on the stick is ever run.",
            ("Choose a folder…", self._choose),
        )
        self.zone.setLayout(column(empty))
        return self.zone

    def _view(self) -> QSplitter:
        words_grid = QGridLayout()
        words_grid.setHorizontalSpacing(16)
        words_grid.addWidget(label("On this bundle", "small"), 0, 0)
        words_grid.addWidget(label("Pinned on this machine", "small"), 0, 1)
        top = Qt.AlignmentFlag.AlignTop
        words_grid.addWidget(self.words, 1, 0, top)
        words_grid.addWidget(self.pinned, 1, 1, top)
        other = button("Another bundle…", self._choose, "quiet")
        head = row(self.title_line, other)
        head.setStretch(0, 1)
        left = card(
            head,
            row(self.state, None),
            self.message,
            self.facts,
            8,
            label("Publisher", "small"),
            self.publisher,
            label("Its fingerprint, as words", "small"),
            words_grid,
            self.compared,
            row(self.trust, None),
            None,
            row(self.verify, self.take_in, None),
            self.why,
            self.strip,
            self.done,
            margin="l",
        )
        left.setMinimumWidth(420)
        right = card(row(label("What is inside", "lead"), None, self.total), self.table, margin="m")
        made = QSplitter()
        made.setHandleWidth(12)
        made.setChildrenCollapsible(False)
        made.addWidget(left)
        made.addWidget(right)
        made.setSizes([500, 560])
        return made

    def _choose(self) -> None:
        folder = self._ask_folder(tr("Choose the bundle's folder"))
        if folder is not None:
            self.take(folder)

    def _show(self, looked: Looked) -> None:
        self.looked = looked
        self.stack.setCurrentIndex(1)
        self.title_line.setText(looked.name or looked.folder.name)
        if looked.state == "signed" and self._checked:
            self._show_state("verified", self._checked)
        else:
            self._show_state(looked.state, f"{_sentence(looked.message)} {looked.hint}")
        facts = []
        if looked.counter:
            facts.append(tr("Number {counter} of this name").format(counter=looked.counter))
        if looked.created:
            facts.append(tr("signed {when} by the publisher's clock").format(when=looked.created))
        if looked.recipes:
            facts.append(tr("recipes: {names}").format(names=", ".join(looked.recipes)))
        self.facts.setText("\n".join([*facts, *looked.warnings]))
        self.publisher.setText(looked.publisher or tr("Unknown: it carries no readable signature"))
        self.words.setText(_in_rows(looked.words) or "—")
        self.pinned.setText(_in_rows(looked.pinned_words) or tr("Nothing of that name"))
        differ = bool(looked.pinned_words) and looked.pinned_words != looked.words
        restyle(self.pinned, "look", "bad" if differ else "good" if looked.trusted else "muted")
        restyle(self.words, "look", "bad" if differ else "good" if looked.trusted else "")
        self.model.show(looked.contents)
        self.total.setText(words.size(looked.total) if looked.total else "")
        self._offer()

    def _show_state(self, state: str, message: str) -> None:
        text, kind = STATES.get(state, (state, "warn"))
        self.state.setText(tr(text))
        restyle(self.state, "chip", kind)
        self.message.setText(message)

    def _offer(self) -> None:
        looked = self.looked
        if looked is None:
            return
        unknown = looked.state == "untrusted" and bool(looked.fingerprint)
        self.compared.setVisible(unknown)
        self.trust.setVisible(unknown)
        self.trust.setEnabled(self.compared.isChecked() and not self.strip.busy)
        sound = looked.state in ("signed", "partial")
        self.verify.setEnabled(sound and not self.strip.busy)
        pantry = self.workspace.pantry
        self.take_in.setEnabled(
            looked.state == "signed" and pantry is not None and not self.strip.busy
        )
        why = ""
        if unknown:
            why = tr("Trust the publisher first; then it can be checked and taken in.")
        elif sound and pantry is None:
            why = tr("Start or open a pantry first (Ctrl+O); the bundle is taken into it.")
        elif sound and pantry is not None:
            why = tr("Goes into {pantry}; each byte is checked while it is copied.").format(
                pantry=pantry.path
            )
        self.why.setText(why)
        self.why.setVisible(bool(why))

    def _trust(self) -> None:
        looked, home = self.looked, self.workspace.home
        if looked is not None and self.compared.isChecked():
            self.workspace.jobs.change(
                tr("Trust {publisher}").format(publisher=looked.publisher),
                lambda told: calls.trust(looked.folder, home, looked.fingerprint, told),
                command=f"haversack keys trust {looked.folder} --fingerprint {looked.fingerprint}",
            )

    def _verify(self) -> None:
        looked, home = self.looked, self.workspace.home
        if looked is not None:
            job = self.workspace.jobs.change(
                tr("Check {name}").format(name=looked.name),
                lambda told: calls.verify(looked.folder, home, told),
                then=self._all_right,
                failed=self._refused,
                command=f"haversack verify {looked.folder}",
            )
            self.strip.watch(job, self._offer)
            self._offer()

    def _take_in(self) -> None:
        looked, home, pantry = self.looked, self.workspace.home, self.workspace.pantry
        if looked is not None and pantry is not None:
            job = self.workspace.jobs.change(
                tr("Take in {name}").format(name=looked.name),
                lambda told: calls.take_in(looked.folder, pantry, home, None, told),
                then=lambda _publisher: self._taken(),
                failed=self._refused,
                command=f"haversack open {looked.folder} --pantry {pantry.path}",
            )
            self.strip.watch(job, self._offer)
            self._offer()

    def _taken(self) -> None:
        self._all_right(tr("Everything was checked while it was copied."))
        self.done.setText(tr("It is in the pantry. Pull the stick if you like."))
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.open_pantry(pantry.path)

    def _all_right(self, said: str) -> None:
        self._checked = said
        self._show_state("verified", said)

    def _refused(self, problem: BaseException) -> None:
        state = getattr(problem, "state", "")
        if state:
            self._checked = ""
            message, hint = words.error(problem)
            self._show_state(str(state), f"{message} {hint}")


def _words() -> QLabel:
    made = label("", select=True)
    made.setFont(mono_font())
    return made


def _in_rows(text: str, each: int = 4) -> str:
    parts = text.split()
    return "\n".join(" ".join(parts[at : at + each]) for at in range(0, len(parts), each))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") or not text else ".")
