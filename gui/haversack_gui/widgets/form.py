"""A form made from an ingredient's schema: ranges, choices, units, help; says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from haversack.base.errors import HaversackError
from haversack.recipe.options import OptionSpec
from haversack.recipe.schema import UNSET
from haversack_gui.widgets.basics import column, holder, label, restyle
from haversack_gui.words import tr

BIG = 2**31 - 1
Editor = QCheckBox | QComboBox | QLineEdit | QSpinBox


class OptionForm(QWidget):
    """Editors for the options of one ingredient.

    ``set_option(name, value)`` is called for each change that is finished, ``check(name, value)``
    for each letter before; where one raises, the message stands under the field.
    """

    def __init__(
        self,
        set_option: Callable[[str, object], None],
        check: Callable[[str, object], None],
    ) -> None:
        """Begin without an ingredient."""
        super().__init__()
        self._set_option, self._check = set_option, check
        self.editors: dict[str, Editor] = {}
        self.problems: dict[str, QLabel] = {}
        self._rows: list[QWidget] = []
        self._layout = column(space="l")
        self.setLayout(self._layout)

    def show_options(self, options: Sequence[OptionSpec], values: Mapping[str, object]) -> None:
        """Show the options with their values."""
        for row in self._rows:
            self._layout.removeWidget(row)
            row.hide()  # it is deleted only after the next picture may have been drawn
            row.deleteLater()
        self._rows.clear()
        self.editors.clear()
        self.problems.clear()
        for option in options:
            self._add(option, values[option.name])

    def _add(self, option: OptionSpec, value: object) -> None:
        title = option.name.replace("_", " ").capitalize()
        editor = _editor(option, value, lambda given: self._edited(option, given))
        if isinstance(editor, QLineEdit):
            editor.textEdited.connect(
                lambda text: self._judge(option, _parse(option, text.strip()), self._check)
            )
        editor.setAccessibleName(tr(title))
        editor.setAccessibleDescription(option.help)
        editor.setToolTip(f"{option.name}: {option.range_text()}")
        editor.setMaximumWidth(360)
        help_line = label(_help(option), "small")
        problem = label("", "bad")
        problem.hide()
        self.editors[option.name] = editor
        self.problems[option.name] = problem
        name = label(title, wrap=False)
        name.setBuddy(editor)
        row = holder(column(name, editor, help_line, problem, space="xs"))
        self._rows.append(row)
        self._layout.addWidget(row)

    def _edited(self, option: OptionSpec, value: object) -> None:
        self._judge(option, value, self._set_option)

    def _judge(self, option: OptionSpec, value: object, act: Callable[[str, object], None]) -> None:
        problem, editor = self.problems[option.name], self.editors[option.name]
        try:
            act(option.name, value)
        except HaversackError as error:
            problem.setText(f"{error.message}. {error.hint}")
            problem.show()
            restyle(editor, "wrong", "true")
        else:
            problem.hide()
            restyle(editor, "wrong", "false")


def _help(option: OptionSpec) -> str:
    bounds = option.range_text() if option.type in ("int", "float") else ""
    value = option.default
    if isinstance(value, bool):
        value = tr("yes") if value else tr("no")
    default = "" if value == UNSET else tr("default {value}").format(value=value)
    limits = "; ".join(part for part in (bounds, default) if part)
    said = [f"{part[:1].upper()}{part[1:].rstrip('.')}." for part in (option.help, limits) if part]
    return " ".join(said)


def _editor(option: OptionSpec, value: object, edited: Callable[[object], None]) -> Editor:
    if option.type == "bool" and not option.nullable:
        return _check(value, edited)
    if option.type == "choice":
        return _choice(option, value, edited)
    if option.type == "int" and not option.nullable and isinstance(value, int):
        return _spin(option, value, edited)
    return _line(option, value, edited)


def _check(value: object, edited: Callable[[object], None]) -> QCheckBox:
    box = QCheckBox(tr("Yes"))
    box.setChecked(value is True)
    box.toggled.connect(edited)
    return box


def _choice(option: OptionSpec, value: object, edited: Callable[[object], None]) -> QComboBox:
    box = QComboBox()
    choices = (None, *option.choices) if option.nullable else option.choices
    for choice in choices:
        box.addItem(tr("not set") if choice is None else str(choice), choice)
    if value in choices:
        box.setCurrentIndex(choices.index(value))
    box.activated.connect(lambda place: edited(choices[place]))
    return box


def _spin(option: OptionSpec, value: int, edited: Callable[[object], None]) -> QSpinBox:
    box = QSpinBox()
    box.lineEdit().setTextMargins(6, 0, 0, 0)
    low = -BIG if option.minimum is None else int(option.minimum) + option.exclusive_minimum
    box.setRange(low, BIG if option.maximum is None else min(BIG, int(option.maximum)))
    box.setSingleStep(int(option.step or 1))
    box.setGroupSeparatorShown(True)
    if option.unit:
        box.setSuffix(f" {option.unit}")
    box.setValue(value)
    box.setKeyboardTracking(False)
    box.valueChanged.connect(edited)
    return box


def _line(option: OptionSpec, value: object, edited: Callable[[object], None]) -> QLineEdit:
    box = QLineEdit("" if value in (None, UNSET) else _shown(value))
    box.setPlaceholderText(tr("not set") if option.nullable else tr("??? must be set"))

    def take() -> None:
        edited(_parse(option, box.text().strip()))

    box.editingFinished.connect(take)
    return box


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parse(option: OptionSpec, text: str) -> object:
    if not text:
        return None if option.nullable else UNSET
    for kind, number in (("int", int), ("float", float)):
        if option.type == kind:
            try:
                return number(text)
            except ValueError:
                return text
    return text
