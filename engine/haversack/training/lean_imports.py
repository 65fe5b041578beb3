"""Spares a worker's start what torchmetrics, which Lightning imports, would load for nothing.

Where they are installed, torchmetrics imports transformers for its measures of text, Matplotlib for
its plots and SciPy's signals for those of sound: two fifths of the start. None of these measures is
used here, so both libraries are told that the three are absent. Whoever needs one of them for
itself imports it as ever.
"""

from __future__ import annotations

from packaging.requirements import Requirement

UNUSED = frozenset({"matplotlib", "scipy", "transformers"})


def install() -> None:
    """Make the next import of torchmetrics or Lightning lean; afterwards it changes nothing."""
    from lightning_utilities.core import imports

    if getattr(imports, "is_lean", False):
        return
    check, is_there = imports.RequirementCache._check_requirement, imports.package_available

    def check_what_is_used(self: imports.RequirementCache) -> None:
        if self.requirement and Requirement(self.requirement).name in UNUSED:
            self.available, self.message = False, f"{self.requirement} is not used here"
        else:
            check(self)

    def is_used_and_there(package_name: str) -> bool:
        return package_name not in UNUSED and is_there(package_name)

    imports.RequirementCache._check_requirement = check_what_is_used  # type: ignore[method-assign] # it has no switch
    imports.package_available = is_used_and_there  # type: ignore[assignment] # its cache stays behind it
    imports.is_lean = True  # type: ignore[attr-defined] # asked above
