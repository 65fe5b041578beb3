"""The two stages of a unit: train and export it; measure what was exported.

Measuring is a stage of its own so that every figure is taken while nothing else runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.files import read_bytes, write_bytes
from haversack.base.progress import CancelToken
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.runs.reducer import RunState
from haversack.runs.spec import RunKind, RunSpec
from haversack.runs.supervisor import run_worker
from haversack.services.bake.plan import Quantization, Unit
from haversack.services.listen import Listener, ignore
from haversack.services.scratch import checkpoint_of
from haversack.services.work import asset_files

MAX_RESULT_BYTES = 1 << 20


def trained_file(folder: Path) -> Path:
    """Give the file that says that a unit is trained and exported."""
    return folder / "trained.json"


def measured_file(folder: Path, quantization: Quantization) -> Path:
    """Give the file that says that one export of a unit is measured."""
    return folder / f"measured-{quantization}.json"


def finished_training(folder: Path) -> Path:
    """Give the file that says that a unit is trained, whether or not it is exported."""
    return folder / "trained-only.json"


def read_result(path: Path) -> dict[str, Any]:
    """Read what a stage wrote."""
    found = load_strict(read_bytes(path, MAX_RESULT_BYTES), path.name, MAX_RESULT_BYTES)
    return dict(found)


def train_unit(
    unit: Unit,
    quantizations: tuple[Quantization, ...],
    folder: Path,
    pantry: Pantry,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Train a unit and export it in each quantization; a training that ended is not gone on with.

    A recipe may end before its last epoch: its training, resumed, would go on.

    Args:
        unit: What is trained.
        quantizations: What it is exported as.
        folder: Where its results go.
        pantry: Where its assets are.
        on_event: Hears the workers.
        cancel: Asks the worker under way to stop.
        env: Variables that win over those of a worker.
    """
    bench = _Bench(unit, folder, pantry, on_event, cancel, env)
    done = finished_training(folder)
    if not done.exists():
        last = folder / "train" / "checkpoints" / "last"
        trained = bench.run("train", RunKind.TRAIN, resume_from=last if last.is_dir() else None)
        told = {"train": trained.result, "finished": trained.updated_at}
        write_bytes(done, dump_canonical(told))
    checkpoint = checkpoint_of(folder / "train")
    result: dict[str, Any] = {**read_result(done), "exports": {}}
    options: dict[str, object] = {"accuracy": False}
    for quantization in sorted(quantizations, key=lambda one: one != "float32"):
        exported = bench.run(
            f"export-{quantization}",
            RunKind.EXPORT,
            checkpoint=checkpoint,
            options={**options, "precision": quantization},
        )
        result["exports"][quantization] = exported.result
        if quantization == "float32":
            file = str((exported.result or {})["file"])
            options["traced"] = str(folder / "export-float32" / file)
    write_bytes(trained_file(folder), dump_canonical(result))


def measure_unit(
    unit: Unit,
    quantization: Quantization,
    folder: Path,
    pantry: Pantry,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> None:
    """Measure one export of a trained unit on this machine: cost and accuracy."""
    bench = _Bench(unit, folder, pantry, on_event, cancel)
    file = read_result(trained_file(folder))["exports"][quantization]["file"]
    exported = folder / f"export-{quantization}" / file
    state = bench.run(
        f"measure-{quantization}",
        RunKind.MEASURE,
        checkpoint=checkpoint_of(folder / "train"),
        options={"model": str(exported)},
    )
    write_bytes(measured_file(folder, quantization), dump_canonical(state.result))


class _Bench:
    """Runs the workers of one unit in its folder."""

    def __init__(
        self,
        unit: Unit,
        folder: Path,
        pantry: Pantry,
        on_event: Listener,
        cancel: CancelToken | None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._unit, self._folder, self._pantry = unit, folder, pantry
        self._on_event, self._cancel, self._env = on_event, cancel, env

    def run(
        self,
        name: str,
        kind: RunKind,
        *,
        resume_from: Path | None = None,
        checkpoint: Path | None = None,
        options: Mapping[str, object] | None = None,
    ) -> RunState:
        """Carry out one run; raises ``RunFailed`` or ``Cancelled``."""
        spec = RunSpec.model_validate(
            {
                "kind": kind,
                "run_id": f"{self._unit.key}-{name}",
                "run_dir": self._folder / name,
                "sppr": to_sppr(self._unit.recipe),
                "assets": asset_files(self._unit.recipe, self._pantry),
                "resume_from": resume_from,
                "checkpoint": checkpoint,
                "options": dict(options or {}),
            }
        )
        self._stop_if_asked()
        state = run_worker(spec, self._on_event, self._cancel, env=self._env)
        if state.status == "stopped":
            self._stop_if_asked()
        return state

    def _stop_if_asked(self) -> None:
        if self._cancel is not None:
            self._cancel.raise_if_cancelled()
