"""Charts as SVG text, drawn without a library: bars and histograms for the report's page."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

WIDTH, ROW, LABEL = 640, 22, 170
HIGH, FOOT = 130, 34
COLOURS = ("var(--first)", "var(--second)")


def bars(rows: Mapping[str, Sequence[float]], kinds: Sequence[str]) -> str:
    """Draw a bar for each row, its parts one after another.

    Args:
        rows: The parts of each row, by its name.
        kinds: What the parts are, for the tooltips.
    """
    largest = max((sum(parts) for parts in rows.values()), default=0) or 1
    room = WIDTH - LABEL - 70
    drawn = []
    for at, (name, parts) in enumerate(rows.items()):
        y, x = at * ROW, float(LABEL)
        drawn.append(_text(LABEL - 8, y + 15, _short(name), "end"))
        for part, kind, colour in zip(parts, kinds, COLOURS, strict=False):
            width = room * part / largest
            drawn.append(_bar(x, y + 3, width, ROW - 6, colour, f"{name}, {kind}: {part:,.0f}"))
            x += width
        drawn.append(_text(x + 6, y + 15, f"{sum(parts):,.0f}"))
    return _figure(len(rows) * ROW, drawn)


def histogram(values: npt.NDArray[np.float64], unit: str, bins: int = 32) -> str:
    """Draw how often values lie where, with the least, the median and the greatest below.

    Args:
        values: ``(n,)``; nothing is drawn where there are none.
        unit: What they are in.
        bins: How many bars at most; fewer whole numbers have a bar each.
    """
    if not len(values):
        return ""
    counts, told = _counted(values, unit, bins)
    width = WIDTH / len(counts)
    drawn = []
    for at, (count, words) in enumerate(zip(counts, told, strict=True)):
        high = (HIGH - 4) * count / max(counts)
        tip = f"{words}: {count:,}"
        drawn.append(_bar(at * width, HIGH - high, width - 1, high, COLOURS[0], tip))
    middle = _number(float(np.median(values)))
    drawn.append(_text(0, HIGH + 16, _number(values.min())))
    drawn.append(_text(WIDTH / 2, HIGH + 16, f"median {middle} {unit}", "middle"))
    drawn.append(_text(WIDTH, HIGH + 16, _number(values.max()), "end"))
    return _figure(HIGH + FOOT, drawn)


def _counted(values: npt.NDArray[np.float64], unit: str, bins: int) -> tuple[list[int], list[str]]:
    """Count values by bars, and say which each bar is of: whole numbers are not torn apart."""
    low, high = values.min(), values.max()
    if low == high:
        return [len(values)], [f"{_number(low)} {unit}"]
    if high - low < bins and (values == np.rint(values)).all():
        counts = np.bincount((values - low).astype(np.int64))
        return counts.tolist(), [f"{_number(low + at)} {unit}" for at in range(len(counts))]
    counts, edges = np.histogram(values, bins)
    ends = [_number(edge) for edge in edges]
    told = [f"{a} to {b} {unit}" for a, b in pairwise(ends)]
    return counts.tolist(), told


def _number(value: float) -> str:
    """Write a number with three digits, or more where it is of more before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _figure(height: float, drawn: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img">{"".join(drawn)}</svg>'


def _bar(x: float, y: float, width: float, height: float, colour: str, told: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(0, width):.1f}" height="{max(0, height):.1f}"'
    return f'<rect {place} fill="{colour}"><title>{html.escape(told)}</title></rect>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"
