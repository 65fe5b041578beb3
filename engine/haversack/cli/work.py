"""``haversack train, evaluate, predict, export, measure``: work on this machine, in a worker."""

from __future__ import annotations

import re
import shutil
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from haversack.base.errors import EXIT_DONE, EXIT_INTERRUPTED
from haversack.base.files import atomic_writer
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.output import table
from haversack.cli.runs import RunArgument, describe, training
from haversack.cli.session import Session
from haversack.runs.errors import RunFailed
from haversack.runs.reducer import RunState
from haversack.runs.spec import AssetFile, Limits, RunKind, RunSpec

if TYPE_CHECKING:
    from haversack.pantry.pantry import Pantry

_DEVICE = re.compile(r"auto|cpu|cuda(:[0-9]{1,3})?")


class Precision(StrEnum):
    """What an exported model computes in."""

    FLOAT32 = "float32"
    INT8 = "int8"


def _device(name: str) -> str:
    if _DEVICE.fullmatch(name) is None:
        raise typer.BadParameter(f"{name!r} is none of: auto, cpu, cuda, cuda:0, cuda:1 and so on")
    return name


Device = Annotated[
    str,
    typer.Option(
        "--devices", "--device", callback=_device, help="auto, cpu, cuda, or one such as cuda:1."
    ),
]
PrecisionOption = Annotated[
    Precision | None, typer.Option("--precision", help="Else the recipe's own.")
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
    device: Device = "auto",
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="The most epochs.")] = None,
    batch_size: BatchSize = None,
    limit_batches: LimitBatches = None,
    pantry: PantryOption = None,
) -> Answer:
    """Train a recipe; Ctrl-C writes a checkpoint and stops."""
    from haversack.recipe.tree import replace_data_generator
    from haversack.services.datasets import as_answer
    from haversack.services.work import train_spec

    opened = session.pantry(pantry)
    loaded = opened.recipes.load(recipe)
    if data is not None:
        replace_data_generator(loaded, as_answer(opened, data))
    limits = Limits(max_epochs=epochs, batch_size=batch_size, limit_batches=limit_batches)
    spec = train_spec(loaded, opened, device=device, limits=limits)
    return carry_out(session, spec)


def evaluate(
    session: Session,
    run: RunArgument,
    device: Device = "auto",
    batch_size: BatchSize = None,
    limit_batches: LimitBatches = None,
    pantry: PantryOption = None,
) -> Answer:
    """Evaluate the best checkpoint of a training run."""
    limits = Limits(batch_size=batch_size, limit_batches=limit_batches)
    spec = _follow_up(RunKind.EVALUATE, run, session.pantry(pantry), device, limits=limits)
    return carry_out(session, spec)


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
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Copy the ONNX file to here.")
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Export a trained model to ONNX and compare it with the original."""
    options: dict[str, object] = {} if precision is None else {"precision": precision.value}
    spec = _follow_up(RunKind.EXPORT, run, session.pantry(pantry), "auto", options=options)
    answer = carry_out(session, spec)
    file = _exported(spec, answer)
    if output is None or file is None:
        return answer
    with file.open("rb") as source, atomic_writer(output) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return Answer(answer.data, [*answer.show, f"copied to {output}"], answer.exit_code)


def measure(
    session: Session,
    run: RunArgument,
    precision: PrecisionOption = None,
    device: Device = "auto",
    pantry: PantryOption = None,
) -> Answer:
    """Measure a trained model on this machine: latency, memory, size."""
    options: dict[str, object] = {} if precision is None else {"precision": precision.value}
    spec = _follow_up(RunKind.MEASURE, run, session.pantry(pantry), device, options=options)
    return carry_out(session, spec)


def carry_out(session: Session, spec: RunSpec) -> Answer:
    """Run a spec, show its progress, and give how it ended."""
    from haversack.services.work import carry_out as work

    with session.listening() as hear:
        hear.say(f"run {spec.run_id}")
        try:
            state = work(spec, hear, session.cancel)
        except RunFailed as error:
            if not session.cancel.is_cancelled:
                raise
            state = error.state
    code = EXIT_INTERRUPTED if session.cancel.is_cancelled and state.result is None else EXIT_DONE
    data = {"run_id": spec.run_id, "folder": spec.run_dir, "state": state}
    return Answer(data, [*describe(spec, state), *_result(state)], code)


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


def _exported(spec: RunSpec, answer: Answer) -> Path | None:
    state = answer.data["state"] if isinstance(answer.data, dict) else None
    result = state.result if isinstance(state, RunState) else None
    name = (result or {}).get("file")
    return spec.run_dir / name if isinstance(name, str) else None


def _result(state: RunState) -> list[RenderableType]:
    flat = [
        (name, value)
        for name, value in (state.result or {}).items()
        if not isinstance(value, dict | list)
    ]
    return [table("result", ("", ""), flat)] if flat else []
