"""The right side of the recipe editor: the ingredient in a slot with its form, or what fits it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget

from haversack.recipe.fill import Answer
from haversack.recipe.paths import get_at, slot_at
from haversack.recipe.schema import Ingredient
from haversack_gui import words
from haversack_gui.calls.recipes import Choice
from haversack_gui.models.draft import Draft, slot_about
from haversack_gui.widgets.basics import button, column, holder, label, row
from haversack_gui.widgets.form import OptionForm
from haversack_gui.widgets.slot_picker import SlotPicker
from haversack_gui.words import tr


class SlotPanel(QFrame):
    """Shows one slot of a draft."""

    def __init__(
        self,
        set_option: Callable[[str, object], None],
        check: Callable[[str, object], None],
        assign: Callable[[str, Answer], None],
        clear: Callable[[str], None],
        ask_choices: Callable[[str], None],
    ) -> None:
        """Begin without a slot."""
        super().__init__()
        self._ask_choices = ask_choices
        self.path = ""
        self._target = ""
        self.setProperty("look", "card")
        self.setMinimumWidth(380)
        self.title = label("", "title")
        self.kind = label("", "small", select=True)
        self.help = label("", "muted")
        self.form = OptionForm(
            lambda name, value: set_option(f"{self.path}.{name}", value),
            lambda name, value: check(f"{self.path}.{name}", value),
        )
        self.no_options = label("This ingredient has no options.", "muted")
        self.replace = button("Replace…", self._pick, name="replace_ingredient")
        self.clear = button("Remove", lambda: clear(self.path), "quiet", name="clear_slot")
        self.back = button("Back to its options", self._form, "quiet", name="back_to_form")
        self.picker = SlotPicker(lambda found: assign(self._target, found))
        self.stack = QStackedWidget()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(holder(column(self.form, self.no_options, None, space="m")))
        self.stack.addWidget(holder(column(area, row(self.replace, self.clear, None), space="m")))
        self.stack.addWidget(holder(column(self.picker, row(self.back, None))))
        self.setLayout(column(self.title, self.kind, self.help, 8, self.stack, margin="l"))

    def show_slot(self, draft: Draft, path: str) -> None:
        """Show the ingredient at a path, or what can fill it."""
        self.path = path
        held = get_at(draft.recipe.root, path)
        name = path.rpartition(".")[2].replace("_", " ")
        if isinstance(held, Ingredient):
            meta = held.meta
            self.title.setText(meta.title)
            self.kind.setText(meta.kind)
            self.help.setText(meta.help)
            options = draft.options(path)
            self.form.show_options(options, draft.values(path))
            self.no_options.setVisible(not options)
            self._target = path.rpartition(".")[0] if name.isdigit() else path
            self.replace.setVisible(not name.isdigit() and path != "task")
            self.clear.setVisible(path != "task")
            self._form()
        else:
            spec = slot_at(draft.recipe.root, path)
            self.title.setText(
                (tr("Add to {slot}") if spec.many else tr("Choose the {slot}")).format(slot=name)
            )
            self.kind.setText(path)
            wanted = (
                tr("Takes any number.")
                if spec.many
                else tr("This slot may stay empty.")
                if spec.optional
                else tr("The recipe needs one of these.")
            )
            about = slot_about(draft.recipe.root, path)
            self.help.setText(f"{words.sentence(tr(about))} {wanted}" if about else wanted)
            self._target = path
            self.back.hide()
            self._show_picker()

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show what fits the slot."""
        self.picker.show_choices(choices)

    def _pick(self) -> None:
        self.back.show()
        self._show_picker()

    def _show_picker(self) -> None:
        self.picker.show_choices(())
        self._ask_choices(self._target)
        self.stack.setCurrentIndex(1)

    def _form(self) -> None:
        self.stack.setCurrentIndex(0)
