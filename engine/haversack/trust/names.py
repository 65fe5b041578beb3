"""Names that people give to keys and bundles: safe as file names and on any screen."""

from __future__ import annotations

import re

from haversack.base.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?\Z")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)", re.IGNORECASE)


def is_name(text: object) -> bool:
    """Say whether a text may name a key or a bundle."""
    return isinstance(text, str) and bool(_NAME.match(text)) and not _DEVICE.match(text)


def check_name(text: str, what: str, remedy: str = "Use") -> str:
    """Give the name back if it may be one.

    Args:
        text: The name.
        what: What it names, for the error.
        remedy: What to do, for the error; what a name is made of follows.

    Raises:
        UsageError: It may not.
    """
    if not is_name(text):
        raise UsageError(
            f"{text[:80]!r} cannot name a {what}",
            f"{remedy} up to 64 letters of a to z, digits, dots, dashes and underscores, a letter "
            "or digit first.",
        )
    return text


def check_publisher(text: str) -> str:
    """Give a publisher's name back if it can be shown.

    Raises:
        UsageError: It cannot.
    """
    if not text or len(text) > 200 or not text.isprintable():
        raise UsageError("that publisher's name cannot be shown", "Use up to 200 printed letters.")
    return text
