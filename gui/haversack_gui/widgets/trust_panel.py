"""Keys of one's own and the publishers that this machine trusts, with their fingerprints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QSplitter, QTableView, QWidget

from haversack_gui import equivalents
from haversack_gui.calls import trust as calls
from haversack_gui.calls.trust import Key, Publisher, Replace, Trusted
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.models.rows import Column, RowsModel, SearchModel
from haversack_gui.widgets.basics import button, card, column, label
from haversack_gui.widgets.copying import offer_copies
from haversack_gui.widgets.fingerprint import Fingerprint
from haversack_gui.widgets.flow import flow
from haversack_gui.widgets.key_dialog import KeyDialog
from haversack_gui.widgets.passphrase_dialog import PassphraseDialog
from haversack_gui.widgets.table import selected_rows, table
from haversack_gui.widgets.trust_dialog import TrustDialog
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

ABOUT = {
    "rotate": "The key gets a new private half. What the old one signed stays good.",
    "revoke": "For a key that others may have got. The key gets a new private half, and what the "
    "old one signed counts no longer once others have seen the new one.",
}


class TrustPanel(QWidget):
    """Two lists at the left; the fingerprint of what is chosen at the right."""

    def __init__(self, workspace: Workspace) -> None:
        """Lay the lists out."""
        super().__init__()
        self.workspace = workspace
        self.keys: RowsModel[Key] = RowsModel(
            (
                Column(tr("Key"), lambda key: key.name),
                Column(tr("Shown as"), lambda key: key.publisher),
                Column(tr("Signatures"), lambda key: key.signers),
                Column(tr("Until"), lambda key: key.until),
            ),
            self,
        )
        self.publishers: RowsModel[Publisher] = RowsModel(
            (
                Column(tr("Publisher"), lambda one: one.publisher),
                Column(tr("Fingerprint"), lambda one: f"{one.fingerprint[:16]}…"),
                Column(tr("Until"), lambda one: one.until),
            ),
            self,
        )
        self.key_table = self._table(self.keys, tr("Keys of one's own"))
        self.publisher_table = self._table(self.publishers, tr("Publishers trusted here"))
        self.no_keys = label("No key yet. Make one before you pack a bundle.", "muted")
        self.no_publishers = label(
            "Nobody is trusted yet. Trust a publisher's file, or the bundle itself.", "muted"
        )
        self.chosen = label("", "title")
        self.about = label("", "muted")
        self.fingerprint = Fingerprint("Fingerprint, as words and as a code")
        self._make_buttons()
        made = QSplitter()
        made.setHandleWidth(12)
        made.setChildrenCollapsible(False)
        made.addWidget(self._lists())
        made.addWidget(
            card(
                self.chosen,
                self.about,
                self.fingerprint,
                flow(self.export, self.back_up),
                flow(self.rotate, self.revoke, self.distrust),
                None,
                margin="l",
            )
        )
        made.setSizes([600, 460])
        self.setLayout(column(made))

    def refresh(self) -> None:
        """Read the keyring."""
        home = self.workspace.home
        self.workspace.jobs.query(lambda: calls.held(home), self._show, key="keyring")

    def _lists(self) -> QWidget:
        return card(
            flow(label("Your keys", "lead", wrap=False), self.new_key, self.restore, last=2),
            self.no_keys,
            self.key_table,
            flow(label("Publishers trusted here", "lead", wrap=False), self.trust_file, last=1),
            self.no_publishers,
            self.publisher_table,
            margin="m",
        )

    def _make_buttons(self) -> None:
        self.new_key = button("New key…", self._new_key, name="new_key")
        self.restore = button("Restore…", self._restore, "quiet", name="restore_key")
        self.trust_file = button("Trust a file…", self._trust_file, name="trust_file")
        self.export = button(
            "Save publisher file…",
            self._export,
            "primary",
            name="save_publisher",
            tip="The file by which other machines can trust this key",
        )
        self.back_up = button("Back up…", self._back_up, name="back_up_key")
        self.rotate = button("Rotate…", lambda: self._replace("rotate"), name="rotate_key")
        self.revoke = button("Revoke…", lambda: self._replace("revoke"), "danger", name="revoke")
        self.distrust = button("Trust no longer", self._distrust, "danger", name="distrust")
        offer_copies(
            self.export, lambda: self._saving(equivalents.publisher_file, publisher_file_of)
        )
        offer_copies(self.back_up, lambda: self._saving(equivalents.back_up, _backup_of))
        offer_copies(self.rotate, lambda: self._replacing("rotate"))
        offer_copies(self.revoke, lambda: self._replacing("revoke"))
        offer_copies(self.distrust, self._distrusting)

    def _table(self, model: RowsModel[Key] | RowsModel[Publisher], spoken: str) -> QTableView:
        made = table(SearchModel(model, model), spoken, stretch=1)
        made.setColumnWidth(0, 150)
        made.setMinimumHeight(96)
        made.selectionModel().selectionChanged.connect(lambda *_: self._picked(made))
        return made

    def _show(self, trusted: Trusted) -> None:
        self.keys.show(trusted.keys)
        self.publishers.show(trusted.publishers)
        for model, view, empty in (
            (self.keys, self.key_table, self.no_keys),
            (self.publishers, self.publisher_table, self.no_publishers),
        ):
            view.setVisible(bool(model.rows))
            empty.setVisible(not model.rows)
        for view in (self.key_table, self.publisher_table):
            if view.model().rowCount():
                view.selectRow(0)
                break
        else:
            self._picked(self.key_table)

    def _picked(self, view: QTableView) -> None:
        chosen = selected_rows(view)
        other = self.publisher_table if view is self.key_table else self.key_table
        if chosen:
            other.clearSelection()
        elif selected_rows(other):
            return
        one = chosen[0] if chosen else None
        own = isinstance(one, Key)
        self.chosen.setText("" if one is None else one.name if own else one.publisher)
        self.about.setText(
            tr("The fingerprint of a key or a publisher is shown here.")
            if one is None
            else tr("Others compare these words before they trust what you sign.")
            if own
            else tr("Bundles with this fingerprint are accepted on this machine.")
        )
        if one is None:
            self.fingerprint.show_fingerprint("", "")
        else:
            self.fingerprint.show_fingerprint(one.words, one.fingerprint)
        for control in (self.export, self.back_up, self.rotate, self.revoke):
            control.setVisible(own)
        self.distrust.setVisible(one is not None and not own)
        self.fingerprint.setVisible(one is not None)

    def _key(self) -> Key | None:
        chosen: list[Key] = selected_rows(self.key_table)
        return chosen[0] if chosen else None

    def _replacing(self, how: Replace) -> Same:
        key = self._key()
        return equivalents.key(how, key.name) if key is not None else NOTHING

    def _saving(self, same: Callable[[str, Path], Same], name: Callable[[Key], str]) -> Same:
        key = self._key()
        return same(key.name, Path(name(key))) if key is not None else NOTHING

    def _distrusting(self) -> Same:
        chosen: list[Publisher] = selected_rows(self.publisher_table)
        return equivalents.distrust(chosen[0].fingerprint) if chosen else NOTHING

    def _new_key(self) -> None:
        home = self.workspace.home

        def make(name: str, passphrase: str, code: bool) -> None:
            self.workspace.jobs.change(
                tr("Make the key {name}").format(name=name),
                lambda told: calls.new_key(home, name, passphrase, code, told),
                same=equivalents.key("new", name, code),
            )

        KeyDialog(make, self).open()

    def _replace(self, how: Replace) -> None:
        key, home = self._key(), self.workspace.home
        if key is None:
            return
        title = {"rotate": tr("Rotate {name}"), "revoke": tr("Revoke {name}")}[how]

        def act(passphrase: str) -> None:
            self.workspace.jobs.change(
                title.format(name=key.name),
                lambda told: calls.replace_key(home, how, key.name, passphrase, told),
                same=equivalents.key(how, key.name),
            )

        PassphraseDialog(title.format(name=key.name), tr(ABOUT[how]), act, self).open()

    def _export(self) -> None:
        key = self._key()
        if key is not None:
            file = self._ask_target(tr("Save the publisher file"), publisher_file_of(key))
            if file is not None:
                save_publisher_file(self.workspace, key, file)

    def _back_up(self) -> None:
        key, home = self._key(), self.workspace.home
        if key is not None:
            file = self._ask_target(tr("Save a backup of the key"), _backup_of(key))
            if file is not None:
                self.workspace.jobs.change(
                    tr("Back the key {name} up").format(name=key.name),
                    lambda told: calls.back_up(home, key.name, file, told),
                    same=equivalents.back_up(key.name, file),
                )

    def _restore(self) -> None:
        file, home = self._ask_source(tr("Choose a backup of a key")), self.workspace.home
        if file is not None:
            self.workspace.jobs.change(
                tr("Restore a key"),
                lambda told: calls.restore(home, file, told),
                same=equivalents.restore(file),
            )

    def _trust_file(self) -> None:
        file, home = self._ask_source(tr("Choose a publisher's file")), self.workspace.home
        if file is None:
            return

        def pin(fingerprint: str) -> None:
            self.workspace.jobs.change(
                tr("Trust a publisher"),
                lambda told: calls.trust(file, home, fingerprint, told),
                same=equivalents.trust(file, fingerprint),
            )

        self.workspace.jobs.query(
            lambda: calls.read_publisher(file), lambda found: TrustDialog(found, pin, self).open()
        )

    def _distrust(self) -> None:
        chosen: list[Publisher] = selected_rows(self.publisher_table)
        home = self.workspace.home
        if chosen and self._sure(chosen[0].publisher):
            fingerprint = chosen[0].fingerprint
            self.workspace.jobs.change(
                tr("Trust {publisher} no longer").format(publisher=chosen[0].publisher),
                lambda told: calls.distrust(home, fingerprint, told),
                same=equivalents.distrust(fingerprint),
            )

    def _sure(self, publisher: str) -> bool:
        answer = QMessageBox.question(
            self,
            tr("Trust no longer"),
            tr("Bundles of {publisher} will be refused. What is in the pantry stays.").format(
                publisher=publisher
            ),
        )
        return answer == QMessageBox.StandardButton.Yes

    def _ask_target(self, title: str, name: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, title, name)
        return Path(chosen) if chosen else None

    def _ask_source(self, title: str) -> Path | None:
        chosen, _ = QFileDialog.getOpenFileName(self, title, "", tr("JSON files (*.json)"))
        return Path(chosen) if chosen else None


def publisher_file_of(key: Key) -> str:
    """Give the name that a publisher's file gets unless the person says another."""
    return f"{key.name}.publisher.json"


def save_publisher_file(workspace: Workspace, key: Key, file: Path) -> None:
    """Write the file by which others can trust a key's publisher."""
    home = workspace.home
    workspace.jobs.change(
        tr("Save the publisher file of {name}").format(name=key.name),
        lambda told: calls.export_publisher(home, key.name, file, told),
        same=equivalents.publisher_file(key.name, file),
    )


def _backup_of(key: Key) -> str:
    return f"{key.name}.key.json"
