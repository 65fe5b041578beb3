"""The system's libraries that Qt wants for a window, by their Debian packages."""

from __future__ import annotations

PACKAGES = (
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libglib2.0-0",
    "libx11-xcb1",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "libxkbcommon0",
)
REMEDY = (
    "On Debian or Ubuntu: sudo apt-get update && sudo apt-get install -y --no-install-recommends "
    + " ".join(PACKAGES)
)
