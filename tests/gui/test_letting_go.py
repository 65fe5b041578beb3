"""Rows that are shown no longer: dropped in pieces, and all of them."""

from __future__ import annotations

import weakref

from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from haversack_gui.letting_go import AT_ONCE, LettingGo
from haversack_gui.models.rows import Column, RowsModel


class Thing:
    """Something of which one can see whether it is gone."""


def test_many_rows_go_in_pieces_between_turns_of_the_loop(qtbot: QtBot) -> None:
    letting_go = LettingGo()
    things = [Thing() for _ in range(3 * AT_ONCE)]
    seen = [weakref.ref(thing) for thing in things]
    letting_go.take(things)
    del things
    assert letting_go.held == 3 * AT_ONCE
    counts = []
    while letting_go.held:
        before = letting_go.held
        QCoreApplication.processEvents()
        counts.append(before - letting_go.held)
    assert max(counts) <= AT_ONCE
    assert all(ref() is None for ref in seen)


def test_rows_that_somebody_still_uses_stay_whole(qtbot: QtBot) -> None:
    model: RowsModel[int] = RowsModel([Column("Number", str)])
    model.show(range(2 * AT_ONCE))
    chosen = model.rows
    model.show([1])
    qtbot.waitUntil(lambda: not model.letting_go.held)
    assert chosen == list(range(2 * AT_ONCE))
    assert model.rows == [1]
