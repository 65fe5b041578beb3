"""Where a page's class is found: imported when it is first wanted, off the GUI thread."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass

from haversack_gui.pages.page import Page
from haversack_gui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PagePlace:
    """The module of a page and the class in it.

    Attributes:
        module: The module's name.
        page: The name of the class.
        light: Whether importing it takes so little that the window need not go on meanwhile.
    """

    module: str
    page: str
    light: bool = False

    @property
    def at_hand(self) -> bool:
        """Whether the page can be made without a long import."""
        return self.light or hasattr(sys.modules.get(self.module), self.page)

    def fetch(self) -> None:
        """Import the page and all that it stands on, which may take a while."""
        importlib.import_module(self.module)

    def make(self, workspace: Workspace) -> Page:
        """Make the page."""
        page: Page = getattr(importlib.import_module(self.module), self.page)(workspace)
        return page
