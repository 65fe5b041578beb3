"""Units that failed: noted in their folders, tried again after the others, told at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from haversack.base.canonical_json import dump_canonical
from haversack.base.errors import Cancelled, HaversackError
from haversack.base.files import write_bytes
from haversack.base.progress import CancelToken
from haversack.services.bake.plan import Quantization, Unit
from haversack.services.bake.stages import measured_file, read_result, trained_file
from haversack.services.listen import Listener, Said

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class FailedUnit:
    """A step of a unit that failed when it was tried last.

    Attributes:
        unit: Name of the unit's folder.
        step: ``training`` or ``measuring int8``.
        message: What happened.
        hint: What to do about it; empty where the error gave none.
        folder: Where the unit's runs and their logs lie.
    """

    unit: str
    step: str
    message: str
    hint: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Baked:
    """What became of a bake.

    Attributes:
        is_measured: Whether everything that can be measured is. If it is not, though it was
            wanted, another process is at work in the folder; the bake is run again to measure.
        rows: How many exports are measured.
        failed: What failed; the next bake tries it again.
    """

    is_measured: bool
    rows: int
    failed: tuple[FailedUnit, ...] = ()


def failed_file(place: Path, quantization: Quantization | None = None) -> Path:
    """Give the file that says that a unit's training, or the measuring of an export, failed."""
    step = "training" if quantization is None else f"measuring-{quantization}"
    return place / f"failed-{step}.json"


@contextlib.contextmanager
def noting_failure(note: Path, cancel: CancelToken | None, on_event: Listener) -> Iterator[None]:
    """Note a failure of the block instead of raising it; the note goes when the block succeeds.

    What is interrupted has not failed, and what nobody foresaw is raised.

    Args:
        note: As ``failed_file`` gives it.
        cancel: Where it was asked to stop, whatever is raised is due to that.
        on_event: Hears what failed, at once.
    """
    try:
        yield
    except Cancelled:
        raise
    except HaversackError as error:
        if cancel is not None and cancel.is_cancelled:
            raise
        write_bytes(note, dump_canonical({"message": error.message, "hint": error.hint}))
        on_event(Said(f"{note.parent.name}: {error.message}; going on with the others"))
    else:
        note.unlink(missing_ok=True)


def untried_first(things: Iterable[Thing], has_failed: Callable[[Thing], bool]) -> Iterator[Thing]:
    """Give each thing once, those that failed before after all others; asked as late as it can."""
    again: list[Thing] = []
    for thing in things:
        if has_failed(thing):
            again.append(thing)
        else:
            yield thing
    yield from again


def failed_units(
    todo: Iterable[Unit], quantizations: tuple[Quantization, ...], folder: Path
) -> Iterator[FailedUnit]:
    """Give what failed when it was tried last and has not been done since, in the plan's order."""
    for unit in todo:
        place = folder / unit.key
        if not trained_file(place).exists():
            yield from _noted(unit, "training", failed_file(place))
            continue
        for quantization in quantizations:
            if not measured_file(place, quantization).exists():
                note = failed_file(place, quantization)
                yield from _noted(unit, f"measuring {quantization}", note)


def _noted(unit: Unit, step: str, note: Path) -> Iterator[FailedUnit]:
    if note.exists():
        told = read_result(note)
        yield FailedUnit(unit.key, step, str(told["message"]), str(told["hint"]), note.parent)
