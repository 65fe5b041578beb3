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
    QSplitter,
    QStackedWidget,
)

from haversack_gui import words
from haversack_gui.calls import bundles as calls
from haversack_gui.calls import pantry as pantry_calls
from haversack_gui.calls.bundles import Key, PackPlan, Target
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import button, card, column, holder, label, row
from haversack_gui.widgets.contents_table import contents_table
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.job_strip import JobStrip
from haversack_gui.widgets.key_dialog import KeyDialog
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
        super().__init__(workspace)
        self._plan: PackPlan | None = None
        self._target: Target | None = None
        self._off: set[str] = set()
        self.recipes = QListWidget()
        self.recipes.setAccessibleName(tr("Recipes to pack"))
        self.recipes.setMaximumHeight(170)
        self.recipes.itemChanged.connect(lambda _item: self._chosen())
        self.model, self.table = contents_table(tr("What goes into the bundle"))
        self.total = label("", "lead", wrap=False)
        self.licences = label("", "muted")
        self.folder = QLineEdit()
        self.folder.setAccessibleName(tr("Folder to write to"))
        self.folder.setPlaceholderText(tr("A folder on the stick"))
        self.folder.textChanged.connect(lambda _text: self._look_at_target())
        self.space = label("", "small")
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
            jobs.query(lambda: calls.keys(home), self._keys, key="keys")

    def _view(self) -> QSplitter:
        left = card(
            label("Recipes", "lead"),
            self.recipes,
            row(label("What goes in", "lead"), None, self.total),
            self.table,
            self.licences,
            margin="m",
        )
        new_key = button("New key…", self._new_key, name="new_key")
        choose = button("Choose…", self._choose, name="choose_target")
        signer = row(self.key, new_key)
        signer.setStretch(0, 1)
        right = card(
            label("Where to", "lead"),
            row(self.folder, choose),
            self.space,
            label("Name of the bundle", "small"),
            self.bundle_name,
            8,
            label("Signed by", "lead"),
            signer,
            self.words,
            self.passphrase,
            8,
            self.pack,
            self.why,
            self.strip,
            self.receipt,
            row(self.share, None),
            None,
            margin="m",
        )
        right.setMinimumWidth(330)
        right.setMaximumWidth(460)
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
            entry.setToolTip(words.as_written(item.detail))
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
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.query(lambda: calls.plan(pantry, chosen), self._planned, key="plan")

    def _planned(self, plan: PackPlan) -> None:
        self._plan = plan
        self.model.show(plan.contents)
        files = words.count(len(plan.contents), tr("file"), tr("files"))
        self.total.setText(f"{files}, {words.size(plan.total)}")
        licences = sorted({file.licence for file in plan.contents} - {"", "NOASSERTION"})
        self.licences.setText(
            tr("Licences inside: {licences}. Check that they allow what the stick is for.").format(
                licences=", ".join(licences)
            )
            if licences
            else ""
        )
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

    def _choose(self) -> None:
        folder = self._ask_folder(tr("Choose a folder on the stick"))
        if folder is not None:
            self.folder.setText(str(folder / (self.bundle_name.text().strip() or "bundle")))

    def _look_at_target(self) -> None:
        text = self.folder.text().strip()
        if not text:
            self._target = None
            self.space.setText("")
            self._offer()
            return
        self.workspace.jobs.query(lambda: calls.target(Path(text)), self._target_seen, key="target")

    def _target_seen(self, target: Target) -> None:
        self._target = target
        self.space.setText(
            target.problem or tr("{size} free there").format(size=words.size(target.free))
        )
        self._offer()

    def _offer(self) -> None:
        key = self.key.currentData()
        self.words.setText(key.words if isinstance(key, Key) else tr("No key yet: make one."))
        self.share.setEnabled(isinstance(key, Key))
        why = self._missing()
        self.why.setText(why)
        self.why.setVisible(bool(why))
        self.pack.setEnabled(not why and not self.strip.busy)

    def _missing(self) -> str:
        if self._plan is None or not self._plan.contents:
            return tr("Tick a recipe.")
        if self._target is None or self._target.problem:
            return tr("Choose a folder to write to.")
        if self._target.free is not None and self._target.free < self._plan.total:
            return tr("Not enough room: {size} are needed.").format(
                size=words.size(self._plan.total)
            )
        if not self.bundle_name.text().strip():
            return tr("Name the bundle.")
        if self.key.currentData() is None:
            return tr("Make a key to sign with.")
        return "" if self.passphrase.text() else tr("Type the key's passphrase.")

    def _new_key(self) -> None:
        home = self.workspace.home

        def make(name: str, passphrase: str) -> None:
            self.workspace.jobs.change(
                tr("Make the key {name}").format(name=name),
                lambda told: calls.new_key(home, name, passphrase, told),
                then=lambda made: self.key.setCurrentText(str(made)),
                command=f"haversack keys new {name}",
            )

        KeyDialog(make, self).open()

    def _pack(self) -> None:
        pantry, home, key = self.workspace.pantry, self.workspace.home, self.key.currentData()
        if pantry is None or not isinstance(key, Key) or self._missing():
            return
        out, name = Path(self.folder.text().strip()), self.bundle_name.text().strip()
        passphrase, recipes = self.passphrase.text(), self.chosen()
        self.receipt.setText("")
        ids = " ".join(f"--recipe {recipe[:12]}" for recipe in recipes)
        job = self.workspace.jobs.change(
            tr("Pack {name}").format(name=name),
            lambda told: calls.pack(pantry, home, out, key.name, passphrase, name, recipes, told),
            then=self._packed,
            command=f"haversack pack {out} --key {key.name} --name {name} {ids} "
            f"--pantry {pantry.path}",
        )
        self.strip.watch(job, self._offer)
        self._offer()

    def _packed(self, lines: tuple[str, ...]) -> None:
        self.passphrase.clear()
        self.receipt.setText("\n".join(lines))

    def _export(self) -> None:
        key, home = self.key.currentData(), self.workspace.home
        if not isinstance(key, Key):
            return
        file = self._ask_file(tr("Save the publisher file"), f"{key.name}.publisher.json")
        if file is not None:
            self.workspace.jobs.query(
                lambda: calls.export_publisher(home, key.name, file),
                lambda path: self.workspace.say("good", tr("Saved {path}.").format(path=path)),
            )
