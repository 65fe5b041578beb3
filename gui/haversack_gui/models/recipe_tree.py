"""A Qt model of a recipe's tree: one line a slot, with what fills it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QColor, QFont, QStandardItem, QStandardItemModel

from haversack.recipe.schema import Ingredient, slots_of
from haversack.recipe.tree import Recipe
from haversack_gui.theme import Palette
from haversack_gui.words import tr

PATH_ROLE = Qt.ItemDataRole.UserRole
FILLED_ROLE = Qt.ItemDataRole.UserRole + 1


class RecipeTreeModel(QStandardItemModel):
    """Slots as a tree; each item knows its dotted path and whether it is filled."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin without a recipe."""
        super().__init__(parent)
        self._by_path: dict[str, QStandardItem] = {}

    def show(self, recipe: Recipe, palette: Palette) -> None:
        """Show a recipe."""
        self.clear()
        self.setHorizontalHeaderLabels([tr("Slot"), tr("Ingredient")])
        self._by_path = {}
        self._add(self.invisibleRootItem(), recipe.root, "", palette)

    def index_of(self, path: str) -> QModelIndex:
        """Give the index of a slot; invalid where there is none."""
        item = self._by_path.get(path)
        return item.index() if item is not None else QModelIndex()

    def paths(self) -> list[str]:
        """Give every slot's path in order."""
        return list(self._by_path)

    def _add(self, above: QStandardItem, node: Ingredient, path: str, palette: Palette) -> None:
        for name, spec in slots_of(type(node)).items():
            here = f"{path}.{name}" if path else name
            held = getattr(node, name)
            if spec.many:
                item = self._line(above, here, name, None, spec.optional, palette, many=len(held))
                for place, child in enumerate(held):
                    below = self._line(
                        item, f"{here}.{place}", str(place + 1), child, spec.optional, palette
                    )
                    self._add(below, child, f"{here}.{place}", palette)
            else:
                item = self._line(above, here, name, held, spec.optional, palette)
                if held is not None:
                    self._add(item, held, here, palette)

    def _line(
        self,
        above: QStandardItem,
        path: str,
        name: str,
        held: Ingredient | None,
        optional: bool,
        palette: Palette,
        many: int | None = None,
    ) -> QStandardItem:
        slot = QStandardItem(name.replace("_", " ").capitalize())
        if many is not None:
            text = tr("{count} chosen").format(count=many) if many else tr("none")
        elif held is not None:
            text = held.meta.title
        else:
            text = tr("none (optional)") if optional else tr("??? choose one")
        content = QStandardItem(text)
        if held is None and many is None and not optional:
            content.setForeground(QColor(palette.bad))
            bold = QFont()
            bold.setBold(True)
            content.setFont(bold)
        elif held is None:
            content.setForeground(QColor(palette.muted))
        for item in (slot, content):
            item.setEditable(False)
            item.setData(path, PATH_ROLE)
            item.setData(held is not None, FILLED_ROLE)
        slot.setAccessibleText(f"{slot.text()}: {text}")
        above.appendRow([slot, content])
        self._by_path[path] = slot
        return slot
