"""What the front page shows: the controls, the two plots, the list and what can be done with it."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QWidget,
)

from haversack_gui.look import Look
from haversack_gui.models.front_rows import FrontRow, headline
from haversack_gui.models.front_table import FrontTable
from haversack_gui.theme import Palette
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.widgets.elided import Elided
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.front_filters import FrontFilters
from haversack_gui.widgets.front_plot import SIGNS, FrontPlot, group_colours
from haversack_gui.widgets.parallel_plot import Axis, ParallelPlot, make_axis
from haversack_gui.widgets.table import table
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack_gui.calls.front import Drawn, Mask
    from haversack_gui.calls.front_groups import Groups

MOST_AXES = 6
PARALLEL = 1
GAP = "&nbsp;&nbsp;&nbsp;"


class FrontView(QSplitter):
    """Holds the widgets; the page says what happens."""

    def __init__(self, asked: Callable[[], None], parent: QWidget) -> None:
        """Lay the widgets out, from the outer ones to the inner ones; ``make_plots`` follows.

        The style sheet dresses what is put into a widget once again for each widget around it
        that is put into another one later: the other way round the page took twice as long.
        """
        super().__init__(parent)
        self.setHandleWidth(12)
        self.setChildrenCollapsible(False)
        self.filters = FrontFilters(asked, self)
        right = QSplitter(Qt.Orientation.Vertical, self)
        right.setHandleWidth(12)
        right.setChildrenCollapsible(False)
        upper, lower = QFrame(right), QWidget(right)
        upper.setProperty("look", "card")
        self._make_upper(upper)
        self._make_lower(lower)
        self._fitted: Drawn | None = None
        self._grouped = False
        right.setStretchFactor(0, 3)
        right.setStretchFactor(1, 2)
        right.setSizes([440, 280])
        self.setStretchFactor(1, 1)

    def make_plots(self, describe: Callable[[int], str]) -> tuple[FrontPlot, ParallelPlot]:
        """Make the two plots; ``describe`` gives the tooltip of a point."""
        self.plot, self.parallel = FrontPlot(describe), ParallelPlot()
        self.plot.setMinimumHeight(180)
        self.plots.addWidget(self.plot)
        self.plots.addWidget(self.parallel)
        self.plots.setCurrentIndex(self.tabs.currentIndex())
        return self.plot, self.parallel

    def show_problem(self, text: str) -> None:
        """Show why there is no answer, instead of one."""
        self.warning.setText(text)
        self.warning.show()
        self.legend.setText("")
        self.listed.setText("")
        self.plots.hide()
        self.model.show(None)

    def show_notes(self, notes: Sequence[str]) -> None:
        """Show what a person should know of the answer."""
        self.plots.show()
        self.warning.setText(" ".join(notes))
        self.warning.setVisible(bool(notes))

    def show_list(self, drawn: Drawn, kept: Mask | None) -> None:
        """List the answer, or what a search and the brushes leave of it."""
        self.model.show(drawn, kept)
        shown, all_of_them = self.model.rowCount(), len(drawn.listed)
        text = f"{shown:,}" if shown == all_of_them else f"{shown:,} of {all_of_them:,}"
        self.listed.setText(tr("{count} listed").format(count=text))
        if drawn is not self._fitted:
            self._fitted = drawn
            self.table.resizeColumnsToContents()  # by the rows that are seen
        if shown:
            self.table.selectRow(0)

    def show_choice(self, drawn: Drawn | None, chosen: Sequence[FrontRow]) -> None:
        """Say which recipes of the list are chosen, and offer what can be done with them."""
        one = len(chosen) == 1 and drawn is not None
        self.cook.setEnabled(one)
        self.save.setEnabled(drawn is not None and self.model.rowCount() > 0)
        self.save.setText(tr("Save chosen…") if len(chosen) > 1 else tr("Save as CSV…"))
        if one and drawn is not None:
            self.chosen.setText(headline(drawn, chosen[0].place))
        elif len(chosen) > 1:
            self.chosen.setText(tr("{count} chosen.").format(count=len(chosen)))
        else:
            self.chosen.setText(tr("Choose one recipe in the list or in the plot."))

    def show_legend(self, drawn: Drawn | None, fuzzy: bool, own: int, palette: Palette) -> None:
        """Say what the marks of the plot that is seen mean, and how many there are of each."""
        if drawn is None:
            return
        front = f"{len(drawn.front):,} on the front"
        if self.tabs.currentIndex() == PARALLEL:
            about = tr("each line is a recipe, up is better; drag along an axis to keep a range")
            self.legend.setText(GAP.join([_mark(palette.plot_front, "—", front), about]))
            return
        grouped = self._grouped
        parts = [
            f"{len(drawn.x):,} measured"
            if grouped
            else _mark(palette.plot_bulk, "●", f"{len(drawn.x):,} measured"),
            _mark(palette.plot_front, "○" if grouped else "●", front),
        ]
        if fuzzy:
            parts.append(_mark(palette.plot_top, "◆", f"{len(drawn.listed):,} ranked"))
        if own:
            parts.append(_mark(palette.plot_own, "▲", f"{own:,} measured on this machine"))
        self.legend.setText(GAP.join([*parts, "○ chosen"]))

    def show_groups(self, groups: Groups | None, palette: Palette) -> None:
        """Tell the points apart by their groups, and say below what the signs mean."""
        self.plot.show_groups(groups.codes if groups is not None else None)
        names = groups.names if groups is not None else ()
        parts = [
            _mark(colour, sign, html.escape(name).replace(" ", "&nbsp;"))
            for name, colour, (_, sign) in zip(names, group_colours(palette), SIGNS, strict=False)
        ]
        self.groups.setText(f"{GAP} ".join(parts))
        self._grouped = bool(parts)
        self._show_signs()

    def _show_signs(self) -> None:
        """Show what the signs of groups mean beside the scatter alone, which has them."""
        self.groups.setVisible(self._grouped and self.tabs.currentIndex() != PARALLEL)

    def _make_upper(self, frame: QFrame) -> None:
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("Kind of plot"))
        for title in ("Scatter", "Parallel coordinates"):
            self.tabs.addTab(tr(title))
        self.unbrush = button("Let all ranges go", lambda: None, "quiet", name="clear_brushes")
        self.unbrush.hide()
        self.plots = QStackedWidget()
        self.tabs.currentChanged.connect(self.plots.setCurrentIndex)
        self.tabs.currentChanged.connect(lambda _place: self._show_signs())
        self.legend = label("", "small", wrap=False)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.groups = label("", "small")
        self.groups.setTextFormat(Qt.TextFormat.RichText)
        self.warning = label("", "warn")
        frame.setLayout(
            column(
                row(self.tabs, None, self.unbrush),
                self.plots,
                row(self.legend, None),
                self.groups,
                self.warning,
                margin="s",
            )
        )

    def _make_lower(self, inside: QWidget) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the recipes"))
        self.search.setAccessibleName(tr("Search the recipes"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(240)
        self.listed = label("", "small", wrap=False)
        self.model = FrontTable(self)
        self.table = table(self.model, tr("Recipes of the answer"), sorts=False)
        self.table.horizontalHeader().setResizeContentsPrecision(0)
        self.table.setMinimumHeight(96)
        self.chosen = Elided("muted")
        self.save = button("Save as CSV…", lambda: None, name="save_front")
        self.data = QComboBox()
        self.data.setAccessibleName(tr("Data to cook it with"))
        self.data.setMinimumWidth(150)
        self.cook = button("Cook this recipe", lambda: None, "primary", name="cook")
        inside.setLayout(
            column(
                row(self.search, self.listed, None),
                self.table,
                self.chosen,
                row(self.save, None, label("Data", wrap=False), self.data, self.cook),
            )
        )


def nothing_yet(
    look: Look, fetch: Callable[[], object], open_file: Callable[[], object]
) -> EmptyState:
    """Make what is shown while there is no volume."""
    return EmptyState(
        look,
        "front",
        "No golden volume yet",
        "A golden volume holds recipes that were measured: how accurate, how fast, how large. "
        "Fetch the defaults, or open a Parquet or CSV file.",
        ("Fetch the defaults", fetch),
        ("Open a file…", open_file),
    )


def axes_of(drawn: Drawn) -> list[Axis]:
    """Give an answer's axes of the parallel coordinates: accuracy, the metric, some more."""
    loaded, titles = drawn.loaded, dict(drawn.loaded.metrics)
    others = [name for name, _ in loaded.metrics if name != drawn.metric]
    axes = [make_axis(tr("Relative accuracy"), drawn.y, lower=False)]
    for name in [drawn.metric, *others][: MOST_AXES - 1]:
        values = loaded.frame[name].to_numpy(dtype="float64", na_value=float("nan"))
        axes.append(make_axis(titles[name], values[drawn.rows], name in loaded.lower))
    return axes


def _mark(colour: str, sign: str, text: str) -> str:
    return f"<span style='color:{colour}'>{sign}</span> {text}"
