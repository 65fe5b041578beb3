"""Where curves go, from the recipe's logger ingredients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from haversack.catalog.training import CSVLogger, TensorBoardLogger
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for
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
    folder = work.run_dir / "logs"
    named = [builder_for(logger, _TABLE, "loggers")(logger, folder) for logger in work.root.loggers]
    return Recorder([EventCurves(work.emit), *named])


def _csv(_: CSVLogger, folder: Path) -> Curves:
    return CsvCurves(folder / "metrics.csv")


def _tensorboard(_: TensorBoardLogger, folder: Path) -> Curves:
    from haversack.training.curves.tensorboard import TensorBoardCurves

    return TensorBoardCurves(folder / "tensorboard")


_TABLE: Mapping[type[Ingredient], Callable[..., Curves]] = {
    CSVLogger: _csv,
    TensorBoardLogger: _tensorboard,
}
