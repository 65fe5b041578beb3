"""Open: who signed the bundle, whether it holds, taking it in; and whom this machine trusts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QTabBar

from haversack_gui import equivalents, words
from haversack_gui.calls import bundles as calls
from haversack_gui.calls import trust
from haversack_gui.calls.bundles import Bundle, Looked
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.jobs import Changed, Told
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import button, card, column, label, restyle, row
from haversack_gui.widgets.bundle_card import BundleCard
from haversack_gui.widgets.contents_table import ticked_contents
from haversack_gui.widgets.copying import offer_copies
from haversack_gui.widgets.dropping import dropped_folder
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.flow import flow
from haversack_gui.widgets.job_strip import JobStrip
from haversack_gui.widgets.reason_dialog import ReasonDialog
from haversack_gui.widgets.trust_panel import TrustPanel
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

TABS = ("Bundle", "Keys and publishers")


class OpenPage(Page):
    """Says what a bundle is before anything of it is used."""

    name: ClassVar[str] = "open"
    title: ClassVar[str] = "Open a bundle"
    topics: ClassVar[frozenset[str]] = frozenset({"publishers", "keys"})
    needs_pantry: ClassVar[bool] = False

    def __init__(self, workspace: Workspace) -> None:
        """Lay the page out."""
        super().__init__(workspace)
        self.looked: Looked | None = None
        self._bundle: Bundle | None = None
        self._checked = ""
        self.setAcceptDrops(True)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("Bundle, or keys and publishers"))
        for title in TABS:
            self.tabs.addTab(tr(title))
        self.title_line = label("", "title")
        self.card = BundleCard()
        self.state, self.message = self.card.state, self.card.message
        self.words, self.pinned = self.card.here.words, self.card.pinned.words
        self.compared = self.card.compared
        self.compared.toggled.connect(lambda _on: self._offer())
        self.why = label("", "small")
        self.strip = JobStrip(workspace.jobs)
        self.done = label("", "good")
        self.model, self.table = ticked_contents(tr("What is in the bundle"))
        self.model.ticked.connect(self._offer)
        self.total = label("", "lead", wrap=False)
        self.part = label("", "warn")
        self._make_buttons()
        self.main_button = self.take_in
        self.trust_panel = TrustPanel(workspace)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._drop_zone())
        self.stack.addWidget(self._view())
        self.stack.addWidget(self.trust_panel)
        self.tabs.currentChanged.connect(self._turn)
        self.setLayout(column(row(self.tabs, None), self.stack, margin="l"))
        workspace.pantry_opened.connect(self._offer)

    def refresh(self) -> None:
        """Look at the bundle again, and at the keyring."""
        bundle, home = self._bundle, self.workspace.home
        if bundle is not None:
            self.workspace.jobs.query(lambda: calls.look(bundle, home), self._show, key="look")
        self.trust_panel.refresh()

    def take(self, what: object) -> None:
        """Look at a bundle's folder, or show the keys (``"keys"``)."""
        if what == "keys":
            self.tabs.setCurrentIndex(1)
            return
        self.tabs.setCurrentIndex(0)
        self._bundle = Bundle(Path(str(what)))
        self._checked = ""
        self.done.setText("")
        self.compared.setChecked(False)
        self.model.tick_all()
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

    def _make_buttons(self) -> None:
        self.other = button("Another bundle…", self._choose, "quiet", name="another_bundle")
        self.trust = button("Trust this publisher", self._trust, name="trust")
        self.verify = button("Check every byte", self._verify, name="verify")
        self.take_in = button("Take it in", self._take_in, "primary", name="take_in")
        self.add_stick = button(
            "Add another stick…",
            self._add_stick,
            name="add_stick",
            tip="Another stick of this set, or an older bundle that has what is missing",
        )
        self.gather = button(
            "Keep this, next stick follows",
            self._gather,
            name="gather",
            tip="With one slot for sticks: what is here is kept until the others were opened",
        )
        self.downgrade = button("Open it all the same…", self._ask_why, "danger", name="downgrade")
        offer_copies(self.card, lambda: self._same("inspect"))
        offer_copies(self.trust, lambda: self._same("trust"))
        offer_copies(self.verify, lambda: self._same("verify"))
        offer_copies(self.take_in, lambda: self._same("take"))
        offer_copies(self.gather, lambda: self._same("gather"))

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
        head = row(self.title_line, self.other)
        head.setStretch(0, 1)
        left = card(
            head,
            self.card,
            self.compared,
            flow(self.trust, self.downgrade, self.add_stick, self.gather),
            flow(self.verify, self.take_in),
            self.why,
            self.strip,
            self.done,
            margin="m",
        )
        left.setMinimumWidth(432)
        inside = row(label("What is inside", "lead"), None, self.total)
        right = card(inside, self.table, self.part, margin="m")
        made = QSplitter()
        made.setHandleWidth(12)
        made.setChildrenCollapsible(False)
        made.addWidget(left)
        made.addWidget(right)
        made.setSizes([500, 560])
        return made

    def _turn(self, place: int) -> None:
        self.stack.setCurrentIndex(2 if place == 1 else 1 if self.looked is not None else 0)

    def _choose(self) -> None:
        folder = self._ask_folder(tr("Choose the bundle's folder"))
        if folder is not None:
            self.take(folder)

    def _show(self, looked: Looked) -> None:
        self.looked = looked
        self._turn(self.tabs.currentIndex())
        self.title_line.setText(looked.name or looked.folder.name)
        self.card.show_bundle(looked, self._checked)
        self.model.show(looked.contents)
        self._offer()

    def _offer(self) -> None:
        looked, bundle = self.looked, self._bundle
        if looked is None or bundle is None:
            return
        pantry, busy = self.workspace.pantry, self.strip.busy
        unknown = looked.state == "untrusted" and bool(looked.fingerprint)
        lacking = looked.state == "partial"
        sound = looked.state == "signed" or (lacking and bool(bundle.others))
        self.trust.setVisible(unknown)
        self.trust.setEnabled(self.compared.isChecked() and not busy)
        self.downgrade.setVisible(looked.state == "rollback")
        self.add_stick.setVisible(lacking)
        self.gather.setVisible(lacking)
        self.gather.setEnabled(pantry is not None and not busy)
        self.verify.setEnabled(sound and not busy)
        chosen = self.model.chosen
        self.take_in.setEnabled(sound and pantry is not None and bool(chosen) and not busy)
        whole = len(chosen) == len(self.model.rows)
        self.take_in.setText(tr("Take it in") if whole else tr("Take the ticked in"))
        said = self._about_part(whole)
        size = looked.total if whole else sum(file.size for file in chosen)
        self.total.setText(words.size(size) if chosen else "")
        self.part.setText(tr("Listed once its publisher is trusted.") if unknown else said)
        self.part.setVisible(bool(self.part.text()))
        self.why.setText(self._why(unknown, sound, lacking))
        self.why.setVisible(bool(self.why.text()))

    def _about_part(self, whole: bool) -> str:
        if whole:
            return ""
        kinds = {file.kind for file in self.model.rows} - {file.kind for file in self.model.chosen}
        if not kinds & {"weights", "dataset"}:
            return tr("Only what is ticked comes in.")
        return tr(
            "Only what is ticked comes in. A recipe works offline only with its weights and data."
        )

    def _why(self, unknown: bool, sound: bool, lacking: bool) -> str:
        pantry, bundle = self.workspace.pantry, self._bundle
        if unknown:
            if self.compared.isChecked():
                return tr("Trust the publisher; then it can be checked and taken in.")
            return tr("Compare the words, tick that you did, then trust the publisher.")
        if pantry is None and (sound or lacking):
            return tr("Start or open a pantry first (Ctrl+O); the bundle is taken into it.")
        if lacking and bundle is not None and bundle.others:
            return tr("With {sticks} beside it.").format(
                sticks=words.count(len(bundle.others), tr("other stick"), tr("other sticks"))
            )
        if sound and pantry is not None:
            return tr("Goes into {pantry}; each byte is checked while it is copied.").format(
                pantry=pantry.path.name
            )
        return ""

    def _ask_why(self) -> None:
        looked = self.looked
        if looked is None:
            return
        about = tr(
            "This is number {counter} of {name}; number {seen} was opened here before. An older "
            "bundle can bring back what its publisher has withdrawn since."
        ).format(counter=looked.counter, name=looked.name, seen=looked.seen)
        ReasonDialog(
            "Open an older bundle", about, "Open the older one", self._decided, self
        ).open()

    def _decided(self, reason: str) -> None:
        if self._bundle is not None:
            self._bundle = replace(self._bundle, downgrade=reason)
            self.refresh()

    def _add_stick(self) -> None:
        folder = self._ask_folder(tr("Choose the folder of another stick"))
        if folder is not None and self._bundle is not None:
            self._bundle = replace(self._bundle, others=(*self._bundle.others, folder))
            self._offer()

    def _trust(self) -> None:
        looked, home = self.looked, self.workspace.home
        if looked is not None and self.compared.isChecked():
            self.workspace.jobs.change(
                tr("Trust {publisher}").format(publisher=looked.publisher),
                lambda told: trust.trust(looked.folder, home, looked.fingerprint, told),
                same=self._same("trust"),
            )

    def _verify(self) -> None:
        bundle, home = self._bundle, self.workspace.home
        if bundle is not None:
            self._start(tr("Check {name}"), lambda told: calls.verify(bundle, home, told), "verify")

    def _take_in(self) -> None:
        bundle, home, pantry = self._bundle, self.workspace.home, self.workspace.pantry
        items = self._items()
        if bundle is not None and pantry is not None:
            self._start(
                tr("Take in {name}"),
                lambda told: calls.take_in(bundle, pantry, home, items, told),
                "take",
            )

    def _gather(self) -> None:
        bundle, home, pantry = self._bundle, self.workspace.home, self.workspace.pantry
        if bundle is not None and pantry is not None:
            self._start(
                tr("Keep what {name} has"),
                lambda told: calls.gather(bundle, pantry, home, told),
                "gather",
            )

    def _items(self) -> tuple[str, ...] | None:
        chosen = self.model.chosen
        whole = len(chosen) == len(self.model.rows)
        return None if whole else tuple(file.path for file in chosen)

    def _start(self, title: str, work: Callable[[Told], Changed], deed: str) -> None:
        name = self.looked.name if self.looked is not None else ""
        job = self.workspace.jobs.change(
            title.format(name=name),
            work,
            then=lambda result: self._ended(deed, result),
            failed=self._refused,
            same=self._same(deed),
        )
        self.strip.watch(job, self._offer)
        self._offer()

    def _ended(self, deed: str, result: object) -> None:
        if deed == "verify":
            self._all_right(str(result))
        elif result is None:
            self.done.setText(tr("Kept. Pull the stick and open the next one."))
        else:
            self._all_right(tr("Everything was checked while it was copied."))
            self.done.setText(tr("It is in the pantry. Pull the stick if you like."))
            pantry = self.workspace.pantry
            if pantry is not None:
                self.workspace.open_pantry(pantry.path)

    def _all_right(self, said: str) -> None:
        self._checked = said
        self.card.show_state("verified", said)

    def _refused(self, problem: BaseException) -> None:
        state = getattr(problem, "state", "")
        if state:
            self._checked = ""
            message, hint = words.error(problem)
            self.card.show_state(str(state), f"{message} {hint}")

    def _same(self, deed: str) -> Same:
        looked, bundle, pantry = self.looked, self._bundle, self.workspace.pantry
        if looked is None or bundle is None:
            return NOTHING
        if deed == "trust":
            return equivalents.trust(bundle.folder, looked.fingerprint)
        if deed == "inspect":
            return equivalents.inspect(bundle.folder)
        if deed == "verify":
            return equivalents.verify(bundle.folder, bundle.others, bundle.downgrade)
        if pantry is None:
            return NOTHING
        return equivalents.take_in(
            bundle.folder,
            pantry.path,
            self._items() if deed == "take" else None,
            bundle.others,
            bundle.downgrade,
            gather=deed == "gather",
        )
