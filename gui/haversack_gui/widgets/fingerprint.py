"""A publisher's fingerprint as a person compares it: words to read out, a QR code to scan."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from haversack_gui.theme import mono_font
from haversack_gui.widgets.basics import column, label, restyle
from haversack_gui.widgets.qr import QrCode
from haversack_gui.words import tr


class Fingerprint(QWidget):
    """The words above the code; coloured by how they compare with another fingerprint."""

    def __init__(self, title: str, nothing: str = "—") -> None:
        """Begin without a fingerprint; ``nothing`` stands in its place."""
        super().__init__()
        self._nothing = nothing
        self.words = label("", wrap=False, select=True)
        self.words.setFont(mono_font())
        self.code = QrCode(tr("{title}: the fingerprint as a QR code").format(title=tr(title)))
        self.setLayout(column(label(title, "small", wrap=False), self.words, self.code, None))

    def show_fingerprint(self, words: str, digits: str, look: str = "") -> None:
        """Show a fingerprint; ``look`` is ``good``, ``bad``, ``muted`` or empty."""
        self.words.setText(in_rows(words) or tr(self._nothing))
        restyle(self.words, "look", look)
        self.code.show_text(digits)


def in_rows(text: str, each: int = 4) -> str:
    """Break words into rows of four, as they are read over a telephone."""
    parts = text.split()
    return "\n".join(" ".join(parts[at : at + each]) for at in range(0, len(parts), each))
