"""Work on this machine: train, evaluate, predict, export, measure, each in a worker."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from haversack.base.errors import UsageError
from haversack.base.folders import restore_if_writable
from haversack.base.progress import CancelToken
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe
from haversack.runs.reducer import RunState
from haversack.runs.spec import LAST_CHECKPOINT, AssetFile, Limits, RunKind, RunSpec, new_run_id
from haversack.runs.store import RunStore
from haversack.runs.supervisor import run_worker
from haversack.services.devices import require_device
from haversack.services.errors import MissingAssets
from haversack.services.listen import Listener, ignore
from haversack.services.readiness import describe_missing, without_weights

_NOTHING: Mapping[str, object] = MappingProxyType({})
_CHANGEABLE = (
    "data.batch_size",
    "data.num_workers",
    "trainer.accumulate",
    "trainer.channels_last",
    "trainer.compile",
    "trainer.early_stop.patience",
    "trainer.gradient_clip",
    "trainer.num_epochs",
    "trainer.precision",
)
_LIMITED = {"data.batch_size": "batch_size", "trainer.num_epochs": "max_epochs"}
"""Options that a limit of the run goes before, unless they are changed after it."""


def run_store(pantry: Pantry) -> RunStore:
    """Give the runs of a pantry."""
    return RunStore(pantry.runs_folder)


def asset_files(recipe: Recipe, pantry: Pantry) -> tuple[AssetFile, ...]:
    """Give the local files of a recipe's assets, each with the digest the worker will check.

    Raises:
        MissingAssets: Some are not in the pantry; each is named with its source.
    """
    missing = describe_missing(recipe, pantry)
    if missing:
        raise MissingAssets(missing)
    return tuple(
        AssetFile(name=asset.name, path=pantry.store.path(asset.sha256), sha256=asset.sha256)
        for asset in recipe.assets()
    )


def train_spec(
    recipe: Recipe,
    pantry: Pantry,
    *,
    run_id: str | None = None,
    device: str = "auto",
    processes: int = 1,
    nodes: int = 1,
    sharded: bool = False,
    limits: Limits | None = None,
    kind: RunKind = RunKind.TRAIN,
    elsewhere: bool = False,
) -> RunSpec:
    """Make a training run: checks the recipe and its assets and creates the run's folder.

    Args:
        recipe: What is trained.
        pantry: Where its assets are and the run will lie.
        run_id: Name of the run; a new one if left out.
        device: Where to compute.
        processes: Processes that train together on each machine.
        nodes: Machines that train together.
        sharded: Whether each process holds a share of the network instead of a copy.
        limits: How the run is made smaller.
        kind: To train, or to suggest numbers for it.
        elsewhere: Another machine starts it; what that one has nobody can know here.

    Raises:
        IncompleteRecipe: A slot or option is not set.
        MissingAssets: A file is not in the pantry; where it is weights, how to do without is said.
        UsageError: This machine has no such device, or one process is to share with nobody.
    """
    recipe.require_complete()
    if sharded and processes * nodes == 1:
        raise UsageError(
            "one process alone has nobody to share the network out to",
            "Name several, such as --devices 2, or leave out --shard.",
        )
    if not elsewhere:
        require_device(device, processes)
    name = run_id or new_run_id(kind)
    spec = RunSpec(
        kind=kind,
        run_id=name,
        run_dir=pantry.runs_folder / name,
        sppr=to_sppr(recipe),
        assets=_files_to_train(recipe, pantry),
        device=device,
        processes=processes,
        nodes=nodes,
        sharded=sharded,
        limits=limits or Limits(),
    )
    run_store(pantry).create(spec)
    return spec


def _files_to_train(recipe: Recipe, pantry: Pantry) -> tuple[AssetFile, ...]:
    try:
        return asset_files(recipe, pantry)
    except MissingAssets as error:
        changes = without_weights(recipe, pantry)
        if not changes:
            raise
        name = shlex.quote(recipe.name) if recipe.name else "RECIPE"
        without = f"haversack recipe set {name} {' '.join(changes)}"
        hint = f"{error.hint} Weights can be done without, from random numbers: {without}"
        raise MissingAssets(error.missing, hint) from error


def resume_spec(run_id: str, pantry: Pantry, changes: Mapping[str, object] = _NOTHING) -> RunSpec:
    """Give the spec that lets a stopped training go on from its last checkpoint.

    A run whose memory ran out before its first checkpoint starts again.

    Args:
        run_id: The run, or the beginning of its id.
        pantry: Where it lies.
        changes: Options of how it is trained that are other from here on, by path, such as
            ``{"data.batch_size": 4}``. The run keeps them.

    Raises:
        UsageError: The run is still running, has no checkpoint to go on from, or an option is
            one that the checkpoint depends on.
        RecipeError: No such option, or a value that is not allowed.
    """
    store = run_store(pantry)
    folder = store.find(run_id)
    spec, state = store.load(folder.name)
    store.refuse_living(spec.run_id)
    last = folder / LAST_CHECKPOINT
    restore_if_writable(last)
    ran_out = state.error is not None and state.error.error == "OutOfMemoryError"
    if spec.kind is not RunKind.TRAIN or not (last.is_dir() or ran_out):
        raise UsageError(
            f"run {spec.run_id} has no checkpoint to go on from", "Start a new training instead."
        )
    recipe = _changed(recipe_of(spec, pantry), changes)
    lifted = {limit: None for path, limit in _LIMITED.items() if path in changes}
    resumed = spec.model_copy(
        update={
            "run_dir": folder,
            "resume_from": last if last.is_dir() else None,
            "assets": asset_files(recipe, pantry),
            "sppr": to_sppr(recipe) if changes else spec.sppr,
            "limits": spec.limits.model_copy(update=lifted),
        }
    )
    if changes:
        store.rewrite(resumed)
    return resumed


def _changed(recipe: Recipe, changes: Mapping[str, object]) -> Recipe:
    for path, value in changes.items():
        if path not in _CHANGEABLE:
            raise UsageError(
                f"{path} cannot change while a run goes on",
                f"These can: {', '.join(_CHANGEABLE)}. For others start a new training.",
            )
        recipe[path] = value
    if changes:
        told = ", ".join(f"{path}={value}" for path, value in changes.items())
        recipe.history = (*recipe.history, f"went on with {told}")
    return recipe


def follow_up_spec(
    kind: RunKind,
    run_id: str,
    pantry: Pantry,
    *,
    inputs: Sequence[Path] = (),
    more: Sequence[AssetFile] = (),
    device: str = "auto",
    limits: Limits | None = None,
    options: dict[str, object] | None = None,
) -> RunSpec:
    """Make a run that uses what a training run left: evaluate, predict, export or measure.

    Args:
        kind: What to do.
        run_id: The training run, or the beginning of its id.
        pantry: Where the run lies.
        inputs: Pictures for predict.
        more: Imported sets for predict, beside the recipe's own files.
        device: Where to compute.
        limits: How the run is made smaller.
        options: What only this kind knows, such as ``{"precision": "int8"}``.

    Raises:
        UsageError: The run has no checkpoint, this machine no such device, or an input is a folder.
    """
    require_device(device)
    _refuse_folders(inputs)
    trained, folder = _load(run_id, pantry)
    checkpoint = _checkpoint(trained, folder)
    name = new_run_id(kind)
    spec = RunSpec.model_validate(
        {
            "kind": kind,
            "run_id": name,
            "run_dir": pantry.runs_folder / name,
            "sppr": trained.sppr,
            "assets": (*asset_files(recipe_of(trained, pantry), pantry), *more),
            "device": device,
            "limits": limits or Limits(),
            "checkpoint": checkpoint,
            "inputs": tuple(inputs),
            "options": {
                **(options or {}),
                **({"data": [file.name for file in more]} if more else {}),
                "of_run": trained.run_id,
            },
        }
    )
    run_store(pantry).create(spec)
    return spec


def _refuse_folders(inputs: Sequence[Path]) -> None:
    folder = next((path for path in inputs if path.is_dir()), None)
    if folder is not None:
        raise UsageError(
            f"{folder} is a folder",
            "Name its pictures, as in FOLDER/*.jpg; or keep them: haversack data import FOLDER "
            "--format unlabeled --name NAME, then haversack predict RUN --data NAME",
        )


def carry_out(
    spec: RunSpec, on_event: Listener = ignore, cancel: CancelToken | None = None
) -> RunState:
    """Start the worker on a spec and wait for its end.

    Raises:
        RunFailed: The worker said so, or died.
    """
    return run_worker(spec, on_event=on_event, cancel=cancel)


def train(
    recipe: Recipe,
    pantry: Pantry,
    *,
    device: str = "auto",
    limits: Limits | None = None,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> tuple[RunSpec, RunState]:
    """Train a recipe in a worker; gives the run and how it ended."""
    spec = train_spec(recipe, pantry, device=device, limits=limits)
    return spec, carry_out(spec, on_event, cancel)


def follow_up(
    kind: RunKind,
    run_id: str,
    pantry: Pantry,
    *,
    inputs: Sequence[Path] = (),
    device: str = "auto",
    limits: Limits | None = None,
    options: dict[str, object] | None = None,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> tuple[RunSpec, RunState]:
    """Evaluate, predict with, export or measure what a training run left."""
    spec = follow_up_spec(
        kind, run_id, pantry, inputs=inputs, device=device, limits=limits, options=options
    )
    return spec, carry_out(spec, on_event, cancel)


def recipe_of(spec: RunSpec, pantry: Pantry) -> Recipe:
    """Give the recipe that a run was made from."""
    recipe = from_sppr(spec.sppr, pantry.registry)
    recipe.pantry_path = pantry.path
    return recipe


def _load(run_id: str, pantry: Pantry) -> tuple[RunSpec, Path]:
    store = run_store(pantry)
    folder = store.find(run_id)
    return store.load(folder.name)[0], folder


def _checkpoint(spec: RunSpec, folder: Path) -> Path:
    is_living = RunStore(folder.parent).is_living(folder.name)
    for name in ("best", "last"):
        checkpoint = folder / "checkpoints" / name
        if not is_living:
            restore_if_writable(checkpoint)
        if (checkpoint / "model.safetensors").is_file():
            return checkpoint
    raise UsageError(
        f"run {spec.run_id} has no checkpoint",
        "Choose a run that kept one: haversack runs list.",
    )
