"""What was dropped on a widget: a folder, or pictures, on this machine."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent

PICTURES = (".png", ".jpg", ".jpeg", ".bmp")


def dropped_folder(event: QDropEvent) -> Path | None:
    """Give the folder that is dragged; None for anything else."""
    urls = event.mimeData().urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path is not None and path.is_dir() else None


def dropped_pictures(event: QDropEvent) -> tuple[Path, ...]:
    """Give the pictures that are dragged; none where anything else is among them."""
    paths = tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
    fine = all(path.suffix.lower() in PICTURES and path.is_file() for path in paths)
    return paths if fine else ()
