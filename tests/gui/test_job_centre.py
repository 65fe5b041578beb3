"""The job centre: it takes no room from a page that needs it, and gives the page back at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui_desk import Desk
from haversack.base.errors import UsageError
from haversack.services.shelves import Pantry
from haversack_gui.app import PAGES
from haversack_gui.equivalents import Same
from haversack_gui.frame.job_panel import JobCard
from haversack_gui.jobs import Changed, Told

OpenDesk = Callable[..., Desk]


def opened(desk: Desk, width: int) -> Desk:
    desk.window.resize(width, 700)
    desk.settle()
    desk.click(desk.window.top_bar.jobs)
    desk.settle()
    assert desk.window.job_panel.isVisible()
    return desk


def across(desk: Desk, widget: QWidget) -> tuple[int, int]:
    """Give the first and the last pixel of a widget from left to right, in the window's own."""
    left = widget.mapTo(desk.window, QPoint(0, 0)).x()
    return left, left + widget.width() - 1


@pytest.mark.parametrize("name", PAGES)
def test_in_a_small_window_an_open_job_centre_leaves_the_page_its_width(
    open_desk: OpenDesk, pantry: Pantry, name: str
) -> None:
    desk = open_desk(pantry, name)
    desk.window.resize(1024, 700)
    desk.settle()
    before = desk.page.size()
    opened(desk, 1024)
    assert desk.page.size() == before
    assert desk.window.width() == 1024
    assert across(desk, desk.window.job_panel)[1] == 1023, "whole, at the window's edge"
    assert desk.window.top_bar.isVisible() and desk.window.top_bar.width() > 900


def test_in_a_wide_window_the_job_centre_stands_beside_the_page(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = opened(open_desk(pantry, "front"), 1600)
    assert across(desk, desk.page)[1] < across(desk, desk.window.job_panel)[0]
    assert not desk.window.area.shade.isVisible()
    desk.page.view.search.setFocus()
    assert desk.window.job_panel.isVisible(), "both are worked with"
    desk.window.resize(1024, 700)
    desk.settle()
    assert across(desk, desk.page)[1] == 1023


def test_a_job_centre_over_the_page_is_closed_by_escape_a_click_beside_it_and_another_page(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "train")
    panel, area = desk.window.job_panel, desk.window.area
    opened(desk, 1024)
    focused = desk.app.focusWidget()
    assert focused is panel.close_button
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert not panel.isVisible() and not focused.hasFocus()
    opened(desk, 1024)
    QTest.mouseClick(area.shade, Qt.MouseButton.LeftButton, pos=QPoint(40, 300))
    assert not panel.isVisible() and not area.shade.isVisible()
    opened(desk, 1024)
    desk.click(panel.close_button)
    assert not panel.isVisible()
    opened(desk, 1024)
    desk.go_to("front")
    assert not panel.isVisible()


def test_the_tab_key_out_of_a_job_centre_never_leads_to_what_it_hides(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = opened(open_desk(pantry, "train"), 1024)
    for _ in range(40):
        focused = desk.app.focusWidget()
        if focused is None or desk.page.isAncestorOf(focused):
            break
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert focused is not None and desk.page.isAncestorOf(focused)
    assert not desk.window.job_panel.isVisible()


def test_the_last_job_is_said_to_have_failed_only_until_another_one_ends_well(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    def fail(_told: Told) -> Changed:
        raise UsageError("the stick is full", "Take another one.")

    desk = open_desk(pantry)
    jobs, chip = desk.window.workspace.jobs, desk.window.top_bar.jobs
    jobs.change("Pack", fail)
    desk.settle()
    assert chip.text() == "Last job failed"
    jobs.change("Look", lambda _told: Changed(frozenset()))
    desk.settle()
    assert chip.text() == "No jobs"


@pytest.mark.parametrize("words", ["Pack field-kit", "Wasserstrassenueberwachungsverwaltung: " * 2])
def test_nothing_on_the_card_of_a_job_under_way_is_cut(
    open_desk: OpenDesk, pantry: Pantry, words: str
) -> None:
    desk, go_on = open_desk(pantry), threading.Event()

    def work(told: Told) -> Changed:
        go_on.wait(60)
        return Changed(frozenset())

    desk.window.workspace.jobs.change(words, work, same=Same("haversack pack", "pack()"))
    desk.window.resize(1024, 640)
    desk.click(desk.window.top_bar.jobs)
    desk.qtbot.wait(50)
    card = desk.window.job_panel.findChild(JobCard)
    assert isinstance(card, JobCard)
    shown = [one for one in card.findChildren(QAbstractButton) if one.isVisible()]
    assert {one.text() for one in shown} == {"Stop", "Copy as command", "Copy as Python"}
    whole: list[QWidget] = [*shown, card.state]
    cut = [one for one in whole if one.visibleRegion() != QRegion(one.rect())]
    go_on.set()
    desk.settle()
    assert not cut
    assert all(one.width() >= one.sizeHint().width() for one in whole)
    assert words in card.title.toolTip()
