"""``haversack train, evaluate, predict, export, measure``: work on this machine, in a worker."""

from __future__ import annotations

import shlex
import shutil
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haversack.base.errors import EXIT_DONE, UsageError
from haversack.base.files import atomic_writer
from haversack.cli.carrying_out import carry_out
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.devices import Device, Devices, parse_devices
from haversack.cli.output import table
from haversack.cli.session import Session
from haversack.cli.which_run import RunArgument, training
from haversack.runs.reducer import RunState
from haversack.runs.spec import AssetFile, Limits, RunKind, RunSpec

if TYPE_CHECKING:
    from haversack.pantry.pantry import Pantry


class Precision(StrEnum):
    """What an exported model computes in."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    INT8 = "int8"


class Runtime(StrEnum):
    """What runs a network that is measured."""

    ONNXRUNTIME = "onnxruntime"
    TENSORRT = "tensorrt"
    TORCH = "torch"


class Calibration(StrEnum):
    """How int8 finds the range of each activation."""

    MINMAX = "minmax"
    ENTROPY = "entropy"
    PERCENTILE = "percentile"


PrecisionOption = Annotated[
    Precision | None, typer.Option("--precision", help="Else the recipe's own.")
]
CalibrationOption = Annotated[
    Calibration | None, typer.Option("--calibration", help="Of int8; else the recipe's own.")
]
BatchSize = Annotated[int | None, typer.Option("--batch-size", min=1, help="Samples in a batch.")]
LimitBatches = Annotated[
    int | None, typer.Option("--limit-batches", min=1, help="The most batches of each loop.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    command(app, "train", example="haversack train smoke --epochs 4")(train)
    command(app, "evaluate", example="haversack evaluate last")(evaluate)
    command(app, "predict", example="haversack predict last photo.jpg")(predict)
    command(app, "export", example="haversack export last --precision int8 -o model.onnx")(export)
    command(app, "measure", example="haversack measure last --precision float32")(measure)


def train(
    session: Session,
    recipe: Annotated[str, typer.Argument(help="The recipe's name or id.")],
    data: Annotated[
        str | None, typer.Option("--data", help="A dataset instead of the recipe's own.")
    ] = None,
    devices: Devices = "auto",
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="The most epochs.")] = None,
    batch_size: BatchSize = None,
    limit_batches: LimitBatches = None,
    nodes: Annotated[int, typer.Option("--nodes", min=1, help="Machines that train it.")] = 1,
    shard: Annotated[
        bool,
        typer.Option(
            "--shard", help="Share the network out between the devices (FSDP): no copy on each."
        ),
    ] = False,
    only_spec: Annotated[
        bool, typer.Option("--only-spec", help="Make the run, for torchrun or SLURM to start.")
    ] = False,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Try batch sizes and learning rates; train nothing.")
    ] = False,
    pantry: PantryOption = None,
) -> Answer:
    """Train a recipe; Ctrl-C writes a checkpoint and stops."""
    from haversack.recipe.tree import replace_data_generator
    from haversack.services.datasets import as_answer
    from haversack.services.work import train_spec

    opened = session.pantry(pantry)
    loaded = opened.recipes.load(recipe)
    if data is not None:
        replace_data_generator(loaded, as_answer(opened, data, loaded.task))
    limits = Limits(max_epochs=epochs, batch_size=batch_size, limit_batches=limit_batches)
    device, processes = parse_devices(devices)
    if nodes > 1 and not only_spec:
        raise UsageError(
            "a training on several machines is started by torchrun or SLURM",
            "Add --only-spec; docs/several-machines.md shows the rest.",
        )
    spec = train_spec(
        loaded,
        opened,
        device=device,
        processes=1 if suggest else processes,
        nodes=nodes,
        sharded=shard and not suggest,
        limits=limits,
        kind=RunKind.SUGGEST if suggest else RunKind.TRAIN,
        elsewhere=only_spec,
    )
    if only_spec:
        return _how_to_start(spec)
    answer = carry_out(session, spec)
    return _with_suggestions(session, answer, recipe) if suggest else answer


def _with_suggestions(session: Session, answer: Answer, recipe: str) -> Answer:
    state = answer.data["state"] if isinstance(answer.data, dict) else None
    result = state.result if isinstance(state, RunState) else None
    suggested = (result or {}).get("suggested")
    if not isinstance(suggested, dict) or not suggested:
        return answer
    words = " ".join(f"{path}={value:.3g}" for path, value in suggested.items())
    take = session.told(f"haversack recipe set {shlex.quote(recipe)} {words}")
    told = f"nothing was changed; to take it: {take}"
    rows = table("suggested", ("option", "value"), suggested.items())
    return Answer(answer.data, [*answer.show, rows, told], answer.exit_code)


def _how_to_start(spec: RunSpec) -> Answer:
    file = spec.run_dir.absolute() / "spec.json"
    each = f"-m haversack.worker --spec {shlex.quote(str(file))}"
    sizes = {"nodes": spec.nodes, "processes": spec.processes}
    meeting = " --rdzv-backend c10d --rdzv-endpoint FIRST:29400" if spec.nodes > 1 else ""
    many = f"--nnodes {spec.nodes} --nproc-per-node {spec.processes}"
    commands = {
        "torchrun": f"torchrun {many}{meeting} {each}",
        "slurm": f"srun --nodes {spec.nodes} --ntasks-per-node {spec.processes} python {each}",
    }
    return Answer(
        {"run_id": spec.run_id, "spec": file, **sizes, "commands": commands},
        [
            f"run {spec.run_id} is made; start torchrun on each machine, or srun in a job:",
            *commands.values(),
            *(["FIRST is the name of any one of the machines"] if meeting else []),
        ],
    )


def evaluate(
    session: Session,
    run: RunArgument,
    device: Device = "auto",
    batch_size: BatchSize = None,
    limit_batches: LimitBatches = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", dir_okay=False, help="Copy the report's page (HTML) to here."),
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Evaluate the best checkpoint of a training run."""
    limits = Limits(batch_size=batch_size, limit_batches=limit_batches)
    spec = _follow_up(RunKind.EVALUATE, run, session.pantry(pantry), device, limits=limits)
    return _copied(spec, carry_out(session, spec), "page", report)


def predict(
    session: Session,
    run: RunArgument,
    pictures: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, help="Pictures; some of the run's own if left out."),
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="Imported data instead: all of its pictures.")
    ] = None,
    device: Device = "auto",
    pantry: PantryOption = None,
) -> Answer:
    """Look at pictures with a trained model and draw what it finds."""
    from haversack.services.datasets import set_file

    opened = session.pantry(pantry)
    inputs = tuple(path.absolute() for path in pictures or [])
    more = () if data is None else (set_file(opened, data),)
    spec = _follow_up(RunKind.PREDICT, run, opened, device, inputs=inputs, more=more)
    return carry_out(session, spec)


def export(
    session: Session,
    run: RunArgument,
    precision: PrecisionOption = None,
    calibration: CalibrationOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", dir_okay=False, help="Copy the ONNX file to here."),
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Export a trained model to ONNX and compare it with the original."""
    options = _export_options(precision, calibration)
    spec = _follow_up(RunKind.EXPORT, run, session.pantry(pantry), "auto", options=options)
    return _copied(spec, carry_out(session, spec), "file", output)


def measure(
    session: Session,
    run: RunArgument,
    precision: PrecisionOption = None,
    calibration: CalibrationOption = None,
    runtime: Annotated[
        Runtime, typer.Option("--runtime", help="torch measures the checkpoint, in float32.")
    ] = Runtime.ONNXRUNTIME,
    device: Device = "auto",
    add: Annotated[
        bool, typer.Option("--add/--no-add", help="Add a row to the pantry's own volume.")
    ] = True,
    pantry: PantryOption = None,
) -> Answer:
    """Measure a trained model on this machine: latency, memory, size, accuracy."""
    options = {**_export_options(precision, calibration), "runtime": runtime.value}
    opened = session.pantry(pantry)
    spec = _follow_up(RunKind.MEASURE, run, opened, device, options=options)
    answer = carry_out(session, spec)
    return (
        _with_row(session, answer, opened, spec)
        if add and answer.exit_code == EXIT_DONE
        else answer
    )


def _with_row(session: Session, answer: Answer, pantry: Pantry, spec: RunSpec) -> Answer:
    from haversack.services.own_volume import add_measurement

    if not isinstance(answer.data, dict):
        return answer
    card, number = add_measurement(pantry, spec, answer.data["state"])
    see = session.told(f"haversack pareto {shlex.quote(card.name)}")
    told = f"row {number} of {card.rows}; to see them: {see}"
    data = {**answer.data, "volume": card.name, "row": number}
    return Answer(data, [*answer.show, told], answer.exit_code)


def _export_options(
    precision: Precision | None, calibration: Calibration | None
) -> dict[str, object]:
    given = {"precision": precision, "calibration": calibration}
    return {name: str(value) for name, value in given.items() if value is not None}


def _follow_up(
    kind: RunKind,
    run: str,
    pantry: Pantry,
    device: str,
    *,
    inputs: tuple[Path, ...] = (),
    more: tuple[AssetFile, ...] = (),
    limits: Limits | None = None,
    options: dict[str, object] | None = None,
) -> RunSpec:
    from haversack.services.work import follow_up_spec, run_store

    trained = training(run_store(pantry), run)
    return follow_up_spec(
        kind,
        trained,
        pantry,
        inputs=inputs,
        more=more,
        device=device,
        limits=limits,
        options=options,
    )


def _copied(spec: RunSpec, answer: Answer, what: str, target: Path | None) -> Answer:
    """Copy a file that the result names by ``what`` to where a person wants it."""
    state = answer.data["state"] if isinstance(answer.data, dict) else None
    result = state.result if isinstance(state, RunState) else None
    name = (result or {}).get(what)
    if target is None or not isinstance(name, str):
        return answer
    with (spec.run_dir / name).open("rb") as source, atomic_writer(target) as written:
        shutil.copyfileobj(source, written, 1 << 20)
    return Answer(answer.data, [*answer.show, f"copied to {target}"], answer.exit_code)
