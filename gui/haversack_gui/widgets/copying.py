"""Copying what a control does, as a command or as Python, from its context menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QWidget

from haversack_gui.equivalents import Same
from haversack_gui.words import tr

FORMS = (("Copy as command", "command"), ("Copy as Python", "python"))


def offer_copies(control: QWidget, same: Callable[[], Same]) -> None:
    """Put both forms into a control's context menu (the menu key opens it as well).

    Args:
        control: A button or another control that starts something.
        same: Gives the forms of what a click would do now.
    """
    control.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    for title, form in FORMS:
        entry = QAction(tr(title), control)
        entry.setObjectName(f"copy_{form}")
        _connect(entry, partial(_copy_form, same, form))
        control.addAction(entry)


def copy(text: str) -> None:
    """Put a text on the clipboard; an empty one leaves it as it is."""
    if text:
        QGuiApplication.clipboard().setText(text)


def _copy_form(same: Callable[[], Same], form: str) -> None:
    copy(str(getattr(same(), form)))


def _connect(entry: QAction, act: Callable[[], None]) -> None:
    entry.triggered.connect(lambda _checked=False: act())
