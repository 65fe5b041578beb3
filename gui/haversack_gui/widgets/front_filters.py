"""The controls at the left of the front page: what is asked of the volume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QScrollArea,
    QSlider,
    QWidget,
)

from haversack_gui.calls import front_groups as calls
from haversack_gui.calls.front import FILTERS, Loaded, Question, Value, is_file
from haversack_gui.widgets.basics import column, holder, label, row
from haversack_gui.widgets.elided import ElidedCombo
from haversack_gui.words import tr

SORTS = (
    ("metric_custom_best_to_worst", "Best metric first"),
    ("metric_accuracy_best_to_worst", "Most accurate first"),
    ("angular_custom_to_accuracy", "From metric to accuracy"),
    ("paretoness", "Nearest to the front first"),
)
METHODS = ("Exact front", "Fuzzy ranking", "Every recipe")
FILTER_TITLES = {
    "dataset": "Data",
    "hardware": "Hardware",
    "model_family": "Family",
    "backbone": "Backbone",
    "height": "Size, px",
    "quantization": "Quantization",
}
SIDE_BY_SIDE = ("height", "quantization")


class FrontFilters(QScrollArea):
    """Asks again, through ``asked``, whenever a control changes."""

    def __init__(self, asked: Callable[[], None], parent: QWidget) -> None:
        """Begin with what is asked most."""
        super().__init__(parent)
        self._asked = asked
        inside = QFrame()
        inside.setProperty("look", "card")
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(268)
        self.volume = ElidedCombo(tr("Golden volume"))
        self.metric_box = ElidedCombo(tr("Metric"))
        self.method = ElidedCombo(tr("Method"))
        for title in METHODS:
            self.method.addItem(tr(title))
        self.top_n = QSlider(Qt.Orientation.Horizontal)
        self.top_n.setRange(1, 200)
        self.top_n.setValue(25)
        self.top_n.setAccessibleName(tr("How many of the ranking"))
        self.top_text = label("", "small")
        self.sort = ElidedCombo(tr("Order of the list"))
        for key, title in SORTS:
            self.sort.addItem(tr(title), key)
        self.boxes = {name: ElidedCombo(tr(FILTER_TITLES[name])) for name in FILTERS}
        self.floor = QDoubleSpinBox()
        self.floor.lineEdit().setTextMargins(6, 0, 0, 0)
        self.floor.setRange(0.0, 0.99)
        self.floor.setSingleStep(0.05)
        self.floor.setAccessibleName(tr("Lowest accuracy"))
        self.log = QCheckBox(tr("Logarithmic metric axis"))
        self.log_accuracy = QCheckBox(tr("Logarithmic accuracy axis"))
        self.bulk = QCheckBox(tr("Show dominated recipes"))
        self.bulk.setChecked(True)
        self.about = label("", "small")
        self.colour = ElidedCombo(tr("Colour by"))
        self._lay_out(inside)
        for field in (*self._filter_rows.values(), self._colour_row):
            field.hide()  # until a volume has something to choose from
        self._connect()
        self._show_method()

    def _lay_out(self, inside: QWidget) -> None:
        """Fill the card from top to bottom, which is the order of the Tab key too."""
        asked = [
            _field(inside, "Golden volume", self.volume),
            _field(inside, "Metric against accuracy", self.metric_box),
            _field(inside, "What to list", self.method),
        ]
        self._top_row = _field(inside, "", self.top_text, self.top_n)
        ordered = _field(inside, "Order of the list", self.sort)
        self._filter_rows = {
            name: _field(inside, FILTER_TITLES[name], self.boxes[name])
            for name in sorted(FILTERS, key=SIDE_BY_SIDE.__contains__)
        }
        for name in SIDE_BY_SIDE:
            self.boxes[name].setMinimumContentsLength(6)
        self._colour_row = _field(inside, "Colour by", self.colour)
        layout = column(
            *asked,
            self._top_row,
            ordered,
            *(made for name, made in self._filter_rows.items() if name not in SIDE_BY_SIDE),
            row(*(self._filter_rows[name] for name in SIDE_BY_SIDE), space="s"),
            self._colour_row,
            _field(inside, "Lowest accuracy", self.floor),
            self.log,
            self.log_accuracy,
            self.bulk,
            self.about,
            None,
            margin="m",
        )
        inside.setLayout(layout)

    def show_names(self, names: Sequence[str], held: str) -> str:
        """Offer volumes by their names or files; gives that which is chosen, ``held`` if it can."""
        self.volume.clear()
        for name in names:
            self.volume.addItem(Path(name).name if is_file(name) else name, name)
        self.volume.addItem(tr("Open a file…"), "")
        self.volume.setCurrentIndex(max(self.volume.findData(held) if held else 0, 0))
        return str(self.volume.currentData())

    def show_volume(self, loaded: Loaded) -> None:
        """Offer what the volume can be asked."""
        metric = self.metric_box.currentData()
        self._fill(self.metric_box, [(title, name) for name, title in loaded.metrics])
        _choose(self.metric_box, metric)
        for name, box in self.boxes.items():
            held, values = box.currentData(), loaded.values.get(name, ())
            self._fill(box, [(tr("All"), ""), *((str(value), value) for value in values)])
            _choose(box, held)
            self._filter_rows[name].setVisible(len(values) > 1)
        held = self.colour.currentData()
        columns = [name for name in FILTERS if calls.can_colour(loaded, name)]
        titles = [(tr(FILTER_TITLES[name]), name) for name in columns]
        self._fill(self.colour, [(tr("Nothing"), ""), *titles])
        _choose(self.colour, held)
        self._colour_row.setVisible(bool(columns))
        self.about.setText(loaded.about)

    def question(self) -> Question | None:
        """Give what is asked; None while no metric can be chosen."""
        metric = self.metric_box.currentData()
        if not metric:
            return None
        filters = tuple(
            (name, box.currentData()) for name, box in self.boxes.items() if box.currentData()
        )
        return Question(
            metric=metric,
            fuzzy=self.method.currentIndex() > 0,
            top_n=self.top_n.value() if self.method.currentIndex() == 1 else None,
            sort_by=self.sort.currentData(),
            filters=filters,
            floor=self.floor.value(),
        )

    def _connect(self) -> None:
        boxes = [self.metric_box, self.method, self.sort, *self.boxes.values()]
        for box in boxes:
            box.activated.connect(lambda _place: self._changed())
        self.top_n.valueChanged.connect(lambda _value: self._changed())
        self.floor.valueChanged.connect(lambda _value: self._changed())

    def _changed(self) -> None:
        self._show_method()
        self._asked()

    def _show_method(self) -> None:
        fuzzy = self.method.currentIndex() == 1
        self._top_row.setVisible(fuzzy)
        self.top_text.setText(
            tr("The {count} nearest to the front").format(count=self.top_n.value())
        )

    @staticmethod
    def _fill(box: QComboBox, entries: Sequence[tuple[str, Value]]) -> None:
        box.clear()
        for title, value in entries:
            box.addItem(title, value)


def _field(parent: QWidget, title: str, *controls: QWidget) -> QWidget:
    head = [label(title, "small")] if title else []
    return holder(column(row(*head), *controls, space="xs"), parent)


def _choose(box: QComboBox, value: object) -> None:
    place = box.findData(value)
    if place >= 0:
        box.setCurrentIndex(place)
