"""The rehearsal: the whole way of a recipe with no network, an empty home, a read-only pantry."""

from __future__ import annotations

import tempfile
from pathlib import Path

from haversack.base.progress import CancelToken
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.runs.spec import AssetFile, Limits, RunKind
from haversack.services.isolation import Isolation, network_devices
from haversack.services.listen import Listener, ignore
from haversack.services.report import Rehearsal, Step, Verdict
from haversack.services.scratch import Bench
from haversack.services.trace import read_trace, trace_prefix

BATCHES = 2
_FEW = Limits(max_epochs=2, limit_batches=BATCHES)


def rehearse(
    recipe: Recipe,
    pantry: Pantry,
    assets: tuple[AssetFile, ...],
    isolated: Isolation,
    *,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Rehearsal:
    """Train 2 epochs of a few batches with a stop and a resume, evaluate, export, infer once.

    Where this machine can make no network namespace the steps run all the same, and the
    verdict is "not proved".
    """
    with tempfile.TemporaryDirectory(prefix="haversack-rehearsal-") as scratch:
        folder = Path(scratch).resolve()
        home = folder / "empty-home"
        home.mkdir()
        trace = folder / "trace"
        apart = isolated.prefix([pantry.path]) if isolated.possible else ()
        bench = Bench(
            folder,
            recipe,
            assets,
            prefix=(*apart, *trace_prefix(trace)),
            env=_empty_home(home),
            on_event=on_event,
            cancel=cancel,
        )
        run = bench.run("rehearse", RunKind.REHEARSE, limits=_FEW)
        passed = run is not None
        left = sorted(entry.name for entry in home.iterdir())
        traced = trace.exists()
        calls = read_trace(trace).called if traced else ()
        devices = tuple(network_devices(apart)) if isolated.possible else ()
    if left:
        bench.notes.append(f"written to the empty home: {', '.join(left)}")
    failure = "" if passed else f"{bench.steps[-1].name}: {bench.steps[-1].detail}"
    verdict, why = judge(failure, isolated, calls, devices)
    return Rehearsal(
        verdict=verdict,
        why=why,
        steps=_steps(bench),
        network_devices=devices,
        network_calls=len(calls) if traced else None,
        notes=tuple(bench.notes),
    )


def _steps(bench: Bench) -> tuple[Step, ...]:
    """Give the steps that the worker told of, or the one that failed as a whole."""
    result = bench.last.result if bench.last is not None else None
    told = result.get("steps") if result else None
    if not isinstance(told, list):
        return tuple(bench.steps)
    found = []
    for entry in told:
        if isinstance(entry, dict):
            seconds = entry.get("seconds")
            taken = float(seconds) if isinstance(seconds, int | float) else 0.0
            found.append(Step(name=str(entry.get("step")), seconds=taken, passed=True))
    return tuple(found)


def judge(
    failure: str, isolated: Isolation, calls: tuple[str, ...], devices: tuple[str, ...]
) -> tuple[Verdict, str]:
    """Give the verdict on a rehearsal and the reason where it is not "proved".

    Args:
        failure: What failed; empty where every step passed.
        isolated: Whether a namespace could be made.
        calls: Addresses that were named, loopback apart.
        devices: Network devices that the worker saw.
    """
    if failure:
        return "failed", failure
    if calls:
        return "failed", f"a worker called {calls[0]}"
    if not isolated.possible:
        return "not proved", f"no network namespace can be made here: {isolated.why_not}"
    if devices != ("lo",):
        return "not proved", f"the worker saw network devices: {', '.join(devices) or 'none'}"
    return "proved", ""


def _empty_home(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "TORCH_HOME": str(home / ".cache" / "torch"),
        "HF_HOME": str(home / ".cache" / "huggingface"),
    }
