"""What a bundle says of itself, and whose word that is: state, facts, fingerprints compared."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QScrollArea

from haversack_gui.calls.bundles import Looked
from haversack_gui.widgets.basics import chip, column, holder, label, restyle, row
from haversack_gui.widgets.fingerprint import Fingerprint
from haversack_gui.words import tr

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

AFTER_MESSAGE, AFTER_FINGERPRINTS = 2, 6
"""Places in the column of the card that the facts are put in."""


class BundleCard(QScrollArea):
    """Scrolls where the window is small, so that what is below always stays in sight.

    ``compared``, without which nobody is trusted, belongs below: it has no place in here.
    """

    def __init__(self) -> None:
        """Begin without a bundle."""
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.state = chip()
        self.message = label("", "muted")
        self.facts = label("", select=True)
        self.publisher = label("", "lead", select=True)
        self.here = Fingerprint("On this bundle")
        self.pinned = Fingerprint("Pinned on this machine", "Nothing of that name")
        self.compared = QCheckBox(tr("I compared these words with what the publisher told me"))
        self._inside = inside = column(
            row(self.state, None),
            self.message,
            label("Publisher", "small"),
            self.publisher,
            row(self.here, self.pinned, None, space="l"),
            4,
            self.facts,
            None,
        )
        inside.setContentsMargins(0, 0, 8, 0)
        self.setWidget(holder(inside))

    def show_bundle(self, looked: Looked, checked: str) -> None:
        """Show a bundle; ``checked`` says what a check found, empty where there was none."""
        if looked.state == "signed" and checked:
            self.show_state("verified", checked)
        else:
            self.show_state(looked.state, f"{_sentence(looked.message)} {looked.hint}")
        self.facts.setText("\n".join([*_facts(looked), *looked.warnings]))
        self._put_facts(AFTER_MESSAGE if looked.trusted else AFTER_FINGERPRINTS)
        self.publisher.setText(looked.publisher or tr("Unknown: it carries no readable signature"))
        differ = bool(looked.pinned_words) and looked.pinned_words != looked.words
        verdict = "bad" if differ else "good" if looked.trusted else ""
        self.here.show_fingerprint(looked.words, looked.fingerprint, verdict)
        self.pinned.show_fingerprint(
            looked.pinned_words, looked.pinned_fingerprint, verdict or "muted"
        )
        self.compared.setVisible(looked.state == "untrusted" and bool(looked.fingerprint))

    def _put_facts(self, place: int) -> None:
        """Put the facts below the words where those are still to be compared."""
        self._inside.removeWidget(self.facts)
        self._inside.insertWidget(place, self.facts)

    def show_state(self, state: str, message: str) -> None:
        """Show the state in a word and the sentence that explains it."""
        text, kind = STATES.get(state, (state, "warn"))
        self.state.setText(tr(text))
        restyle(self.state, "chip", kind)
        self.message.setText(message)


def _facts(looked: Looked) -> list[str]:
    facts = []
    if looked.counter:
        line = tr("Bundle number {counter} of this name; newer ones count up").format(
            counter=looked.counter
        )
        if looked.seen:
            line += tr("; number {seen} is the newest opened here").format(seen=looked.seen)
        facts.append(line)
    if looked.created:
        when = looked.created.replace("T", " ").replace("Z", " UTC")
        line = tr("Signed {when} by the publisher's clock").format(when=when)
        facts.append(f"{line}, {looked.age}" if looked.age else line)
    if looked.recipes:
        facts.append(tr("Recipes: {names}").format(names=", ".join(looked.recipes)))
    return facts


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") or not text else ".")
