"""Where curves go, from the recipe's logger ingredients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from haversack.catalog.training import CSVLogger, TensorBoardLogger
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for
from haversack.training.checkpoint.progress import read_step
from haversack.training.curves.csv_file import CsvCurves
from haversack.training.curves.events import EventCurves
from haversack.training.curves.recorder import Curves, Recorder
from haversack.training.work import Work


def build_recorder(work: Work) -> Recorder:
    """Give the recorder of a run: its events, and each logger of the recipe under ``logs``.

    Of several processes that train together, the first alone records.
    """
    if work.rank > 0:
        return Recorder([])
    folder, last = work.run_dir / "logs", work.spec.resume_from
    after = None if last is None else read_step(last)
    named = [
        builder_for(logger, _TABLE, "loggers")(logger, folder, after)
        for logger in work.root.loggers
    ]
    return Recorder([EventCurves(work.emit), *named])


def _csv(_: CSVLogger, folder: Path, after: int | None) -> Curves:
    return CsvCurves(folder / "metrics.csv", after)


def _tensorboard(_: TensorBoardLogger, folder: Path, after: int | None) -> Curves:
    from haversack.training.curves.tensorboard import TensorBoardCurves

    return TensorBoardCurves(folder / "tensorboard", after)


_TABLE: Mapping[type[Ingredient], Callable[..., Curves]] = {
    CSVLogger: _csv,
    TensorBoardLogger: _tensorboard,
}
