"""Numbers, sizes, times and errors in words for people; the one place that strings pass through."""

from __future__ import annotations

import html
import math

from PySide6.QtCore import QCoreApplication

from haversack.base.counting import counted, unit_for
from haversack.base.errors import HaversackError
from haversack.base.progress import Progress


def tr(text: str) -> str:
    """Give the text in the person's language where a translation is installed."""
    return QCoreApplication.translate("haversack", text)


def as_written(text: str) -> str:
    """Give text from outside for a place where Qt would read markup: shown as it is written."""
    return f"<qt><div style='white-space:pre-wrap'>{html.escape(text)}</div></qt>" if text else ""


def size(count: float | None) -> str:
    """Give a number of bytes as ``"17.4 MB"`` (decimal units, as disks are sold)."""
    if count is None:
        return tr("unknown size")
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} bytes" if unit == "bytes" else f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} TB"


def duration(seconds: float | None) -> str:
    """Give a duration as ``"40 s"``, ``"3 min 20 s"`` or ``"2 h 5 min"``."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60} min"


def number(value: float | None) -> str:
    """Give a measured value with four significant digits; an em dash where it is not known."""
    if value is None or not math.isfinite(value):
        return "—"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if 1e4 <= abs(value) < 1e9:
        return f"{float(f'{value:.4g}'):,.0f}"
    return f"{value:.4g}"


def count(amount: int, one: str, many: str) -> str:
    """Give ``"1 recipe"`` or ``"3 recipes"``."""
    return counted(amount, one, many)


def progress(state: Progress) -> str:
    """Give one line such as ``"Copying: 12 of 40 files, 20 s left"``."""
    if state.unit == "bytes":
        done, total = size(state.done), size(state.total) if state.total is not None else None
        amount = f"{done} of {total}" if total else done
    elif state.total:
        amount = f"{state.done} of {state.total} {unit_for(state.total, state.unit)}"
    else:
        amount = str(state.done)
    if not state.done and not state.total:
        return state.phase
    left = duration(state.seconds_left)
    return f"{state.phase}: {amount}" + (f", {left} left" if left else "")


def error(problem: BaseException) -> tuple[str, str]:
    """Give an error as two lines: what happened, and what to do."""
    if isinstance(problem, HaversackError):
        return sentence(problem.message), problem.hint
    kind = type(problem).__name__
    return (
        tr("Something inside Haversack went wrong ({kind}: {problem}).").format(
            kind=kind, problem=problem
        ),
        tr("Nothing was half-written. Try again; if it happens again, save the diagnostics."),
    )


def sentence(text: str) -> str:
    """Give a line as a sentence: a capital at its start, but for a file's name, and a full stop."""
    text = text.strip()
    first = text.partition(" ")[0]
    begun = text if "." in first[:-1] or "_" in first else text[:1].upper() + text[1:]
    return begun + ("" if text.endswith((".", "!", "?", "…")) else ".")
