"""Pack: what goes in, where to, signed by which key; then the receipt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSplitter,
    QStackedWidget,
)

from haversack_gui import equivalents, words
from haversack_gui.calls import packing as calls
from haversack_gui.calls import pantry as pantry_calls
from haversack_gui.calls import trust
from haversack_gui.calls.packing import PackPlan, Target, Wish
from haversack_gui.calls.trust import Key
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import button, card, column, holder, label, row
from haversack_gui.widgets.code_box import CodeBox
from haversack_gui.widgets.contents_table import contents_table
from haversack_gui.widgets.copying import offer_copies
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.job_strip import JobStrip
from haversack_gui.widgets.key_dialog import KeyDialog
from haversack_gui.widgets.target_box import TargetBox
from haversack_gui.widgets.trust_panel import publisher_file_of, save_publisher_file
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

if TYPE_CHECKING:
    from haversack.services.shelves import ShelfItem


class PackPage(Page):
    """Signs a bundle and writes it onto a stick."""

    name: ClassVar[str] = "pack"
    title: ClassVar[str] = "Pack"
    topics: ClassVar[frozenset[str]] = frozenset({"recipes", "assets", "volumes", "keys"})

    def __init__(self, workspace: Workspace) -> None:
        """Lay the page out."""
        super().__init__(workspace)
        self._plan: PackPlan | None = None
        self._target: Target | None = None
        self._off: set[str] = set()
        self.recipes = QListWidget()
        self.recipes.setAccessibleName(tr("Recipes to pack"))
        self.recipes.setMaximumHeight(120)
        self.recipes.setMinimumHeight(72)
        self.recipes.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the state comes last
        self.recipes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.recipes.itemChanged.connect(lambda _item: self._chosen())
        self.model, self.table = contents_table(tr("What goes into the bundle"))
        self.total = label("", "lead", wrap=False)
        self.licences = label("", "muted")
        self.where = TargetBox(self._look_at_target, self._ask_plan)
        self.folder, self.space = self.where.folder, self.where.space
        self.code = CodeBox(self._code_chosen)
        self.foreseen = label("", "small")
        self.bundle_name = QLineEdit("field-kit")
        self.bundle_name.setAccessibleName(tr("Name of the bundle"))
        self.bundle_name.textChanged.connect(lambda _text: self._offer())
        self.key = QComboBox()
        self.key.setAccessibleName(tr("Key that signs"))
        self.key.currentIndexChanged.connect(lambda _place: self._offer())
        self.words = label("", "small", select=True)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(tr("Passphrase of the key"))
        self.passphrase.setPlaceholderText(tr("Passphrase of the key"))
        self.passphrase.textChanged.connect(lambda _text: self._offer())
        self.passphrase.returnPressed.connect(self._pack)
        self.pack = button("Pack and sign", self._pack, "primary", name="pack")
        offer_copies(self.pack, self._same)
        self.main_button = self.pack
        self.why = label("", "small")
        self.strip = JobStrip(workspace.jobs)
        self.receipt = label("", "good", select=True)
        self.share = button(
            "Save publisher file…",
            self._export,
            "quiet",
            name="export_publisher",
            tip="The file by which other machines can trust this key",
        )
        offer_copies(self.share, self._sharing)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                workspace.look,
                "pack",
                "Nothing to pack yet",
                "A bundle holds recipes that are ready offline, with their weights, data and "
                "proofs. Prepare a recipe first.",
                ("To the pantry", lambda: workspace.go_to("pantry", "recipes")),
            )
        )
        self.stack.addWidget(self._view())
        self.setLayout(column(self.stack, margin="l"))

    def refresh(self) -> None:
        """Read the recipes and the keys."""
        pantry, home, jobs = self.workspace.pantry, self.workspace.home, self.workspace.jobs
        if pantry is not None:
            jobs.query(lambda: pantry_calls.items(pantry), self._list, key="packable")
            jobs.query(lambda: trust.keys(home), self._keys, key="keys")

    def _view(self) -> QSplitter:
        left = card(
            label("Recipes", "lead"),
            self.recipes,
            self.code,
            row(label("What goes in", "lead"), None, self.total),
            self.table,
            self.licences,
            margin="m",
        )
        new_key = button("New key…", self._new_key, name="new_key")
        signer = row(self.key, new_key)
        signer.setStretch(0, 1)
        inside = holder(
            column(
                label("Where to", "lead"),
                self.where,
                row(label("Name of the bundle", "small", wrap=False), self.bundle_name),
                4,
                label("Signed by", "lead"),
                signer,
                self.words,
                self.passphrase,
                row(self.share, None),
                None,
            )
        )
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        right = card(
            scroll, self.foreseen, self.pack, self.why, self.strip, self.receipt, margin="m"
        )
        right.setMinimumWidth(390)
        right.setMaximumWidth(480)
        self.key.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        made = QSplitter()
        made.setHandleWidth(12)
        made.setChildrenCollapsible(False)
        made.addWidget(left)
        made.addWidget(holder(column(right)))
        made.setStretchFactor(0, 1)
        return made

    def _list(self, items: list[ShelfItem]) -> None:
        recipes = [item for item in items if item.shelf == "recipes"]
        self.recipes.blockSignals(True)
        self.recipes.clear()
        for item in recipes:
            ready = item.state == "ready"
            proved = tr("rehearsed") if item.proved else tr("not rehearsed")
            text = f"{item.name}   ({proved if ready else item.state})"
            entry = QListWidgetItem(text)
            entry.setData(Qt.ItemDataRole.UserRole, item.key)
            flags = Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable
            entry.setFlags(
                flags | (Qt.ItemFlag.ItemIsEnabled if ready else Qt.ItemFlag.NoItemFlags)
            )
            on = ready and item.key not in self._off
            entry.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            entry.setToolTip(words.as_written(f"{text}\n{item.detail}"))
            self.recipes.addItem(entry)
        self.recipes.blockSignals(False)
        ready_ones = any(item.state == "ready" for item in recipes)
        self.stack.setCurrentIndex(1 if ready_ones else 0)
        self._chosen()

    def chosen(self) -> tuple[str, ...]:
        """Give the ids of the recipes that are ticked."""
        entries = (self.recipes.item(place) for place in range(self.recipes.count()))
        return tuple(
            str(entry.data(Qt.ItemDataRole.UserRole))
            for entry in entries
            if entry is not None and entry.checkState() == Qt.CheckState.Checked
        )

    def _chosen(self) -> None:
        chosen = self.chosen()
        every = [self.recipes.item(place) for place in range(self.recipes.count())]
        keys = {str(entry.data(Qt.ItemDataRole.UserRole)) for entry in every if entry is not None}
        self._off = keys - set(chosen)
        self._ask_plan()

    def _wish(self) -> Wish:
        name = self.bundle_name.text().strip()
        where = self.where
        return Wish(self.chosen(), name, where.since, where.stick, self.code.wish)

    def _code_chosen(self) -> None:
        self._offer()
        self._ask_plan()

    def _ask_plan(self) -> None:
        pantry, wish = self.workspace.pantry, self._wish()
        if pantry is not None:
            self.workspace.jobs.query(lambda: calls.plan(pantry, wish), self._planned, key="plan")

    def _planned(self, plan: PackPlan) -> None:
        self._plan = plan
        self.model.show(plan.contents)
        files = words.count(len(plan.contents), tr("file"), tr("files"))
        self.total.setText(f"{files}, {words.size(plan.total)}")
        self.licences.setText(plan.licences)
        self.licences.setToolTip(words.as_written(plan.cautions))
        self.licences.setVisible(bool(plan.licences))
        self._offer()

    def _keys(self, keys: list[Key]) -> None:
        held = self.key.currentText()
        self.key.blockSignals(True)
        self.key.clear()
        for key in keys:
            self.key.addItem(key.name, key)
        place = self.key.findText(held)
        self.key.setCurrentIndex(max(place, 0) if keys else -1)
        self.key.blockSignals(False)
        self._offer()

    def _look_at_target(self) -> None:
        folder, sticks = self.where.path, self.where.stick is not None
        if folder is None:
            self._target_seen(None)
        else:
            self.workspace.jobs.query(
                lambda: calls.target(folder, sticks), self._target_seen, key="target"
            )

    def _target_seen(self, target: Target | None) -> None:
        self._target = target
        self.where.show_target(target)
        self._offer()

    def _offer(self) -> None:
        key = self.key.currentData()
        self.words.setText(key.words if isinstance(key, Key) else tr("No key yet: make one."))
        self.share.setEnabled(isinstance(key, Key))
        foreseen = self.where.foresee(self._plan) if self._plan is not None else ""
        if self.code.wish.wanted:
            foreseen += tr(" The code comes on top.")
        self.foreseen.setText(foreseen.strip())
        why = self._missing()
        self.why.setText(why)
        self.why.setVisible(bool(why))
        self.pack.setEnabled(not why and not self.strip.busy)

    def _missing(self) -> str:
        if self._plan is not None and self._plan.problem:
            return self._plan.problem
        code = self.code.wish.wanted
        if self._plan is None or not (self._plan.contents or code):
            return tr("Tick a recipe.")
        if self._target is None or self._target.problem:
            return tr("Choose a folder to write to.")
        needed = max(self._plan.sticks, default=0)
        free = self._target.free
        if free is not None and free < needed and not self._target.there:
            return tr("Not enough room: {size} are needed.").format(size=words.size(needed))
        if not self.bundle_name.text().strip():
            return tr("Name the bundle.")
        key = self.key.currentData()
        if key is None:
            return tr("Make a key to sign with.")
        if code and not key.for_code:
            return tr("This key may not sign code: choose or make one that may.")
        return "" if self.passphrase.text() else tr("Type the key's passphrase.")

    def _new_key(self) -> None:
        home = self.workspace.home

        def make(name: str, passphrase: str, code: bool) -> None:
            self.workspace.jobs.change(
                tr("Make the key {name}").format(name=name),
                lambda told: trust.new_key(home, name, passphrase, code, told),
                then=lambda made: self.key.setCurrentText(str(made)),
                same=equivalents.key("new", name, code),
            )

        KeyDialog(make, self).open()

    def _pack(self) -> None:
        pantry, home, key = self.workspace.pantry, self.workspace.home, self.key.currentData()
        if pantry is None or not isinstance(key, Key) or self._missing():
            return
        out, wish, passphrase = (
            Path(self.folder.text().strip()),
            self._wish(),
            self.passphrase.text(),
        )
        self.receipt.setText("")
        job = self.workspace.jobs.change(
            tr("Pack {name}").format(name=wish.name),
            lambda told: calls.pack(pantry, home, out, key.name, passphrase, wish, told),
            then=self._packed,
            same=self._same(),
        )
        self.strip.watch(job, self._offer)
        self._offer()

    def _same(self) -> Same:
        pantry, key, out = self.workspace.pantry, self.key.currentData(), self.where.path
        if pantry is None or not isinstance(key, Key) or out is None:
            return NOTHING
        wish = self._wish()
        return equivalents.pack(
            pantry.path,
            out,
            key.name,
            wish.name,
            wish.recipes,
            wish.since,
            wish.stick,
            wish.code.app,
            wish.code.app_from,
            wish.code.runtime,
        )

    def _packed(self, lines: tuple[str, ...]) -> None:
        self.passphrase.clear()
        self.receipt.setText("\n".join(lines))
        self._look_at_target()

    def _export(self) -> None:
        key = self.key.currentData()
        if isinstance(key, Key):
            file = self._ask_file(tr("Save the publisher file"), publisher_file_of(key))
            if file is not None:
                save_publisher_file(self.workspace, key, file)

    def _sharing(self) -> Same:
        key = self.key.currentData()
        if not isinstance(key, Key):
            return NOTHING
        return equivalents.publisher_file(key.name, Path(publisher_file_of(key)))
