"""The front as a picture, through matplotlib where it is installed."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from haversack.base.errors import EXIT_USAGE, HaversackError, UsageError
from haversack.base.files import write_bytes

if TYPE_CHECKING:
    from haversack.services.front import FrontResult

KINDS = (".png", ".svg", ".pdf")


class MissingExtra(HaversackError):  # noqa: N818 - it names what happened
    """An optional part of Haversack is not installed."""

    exit_code = EXIT_USAGE


def require_matplotlib() -> None:
    """Raise where no picture can be drawn.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise MissingExtra(
            "--plot needs matplotlib, which is not installed",
            "Install the extra: pip install 'haversack[plot]'",
        )


def draw(found: FrontResult, file: Path) -> None:
    """Draw every measured row, and the answer on top joined by a line.

    Args:
        found: The answer.
        file: Where to; its ending decides the format.

    Raises:
        UsageError: The ending is not one of a picture.
        StorageError: The disk is full, read-only or failing.
    """
    if file.suffix.lower() not in KINDS:
        raise UsageError(
            f"{file.name!r} is not a picture", f"It ends in one of {', '.join(KINDS)}."
        )
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    info = found.answer.info
    figure = Figure(figsize=(8, 5.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.scatter(
        info["metric_custom_all"], info["metric_accuracy_all"], s=18, color="0.7", label="measured"
    )
    x, y = np.asarray(info["metric_custom"]), np.asarray(info["metric_accuracy"])
    order = np.argsort(x, kind="stable")
    axes.plot(x[order], y[order], "o-", color="#d1495b", markersize=5, label="the answer")
    for row_id, left, up in zip(found.answer.ids[:40], x, y, strict=False):
        axes.annotate(
            str(row_id), (left, up), textcoords="offset points", xytext=(5, 4), fontsize=8
        )
    axes.set_xlabel(info["metric_custom_name"])
    axes.set_ylabel(info["metric_accuracy_name"])
    axes.set_title(found.volume)
    axes.grid(alpha=0.25)
    axes.legend()
    picture = io.BytesIO()
    figure.savefig(picture, format=file.suffix[1:].lower(), dpi=150)
    write_bytes(file, picture.getvalue())
