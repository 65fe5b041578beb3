"""Worker runs in a scratch folder, for dry runs and rehearsals: timed steps with verdicts."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from haversack.base.progress import CancelToken
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.runs.events import Event, Noted
from haversack.runs.failure import RunFailed
from haversack.runs.reducer import RunState
from haversack.runs.spec import AssetFile, Limits, RunKind, RunSpec
from haversack.runs.supervisor import run_worker
from haversack.services.listen import Listener, Said, ignore
from haversack.services.report import Step


@dataclass
class Bench:
    """A scratch folder in which one recipe is run, step by step.

    Attributes:
        folder: Where the runs are written.
        recipe: What is run.
        assets: Its local files.
        prefix: Words before the worker's command.
        env: Variables for the worker.
        on_event: Hears everything.
        cancel: Asked between and during steps.
        notes: What the workers thought a person should know.
        steps: What was run so far.
        last: How the last step ended.
    """

    folder: Path
    recipe: Recipe
    assets: tuple[AssetFile, ...]
    prefix: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    on_event: Listener = ignore
    cancel: CancelToken | None = None
    notes: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    last: RunState | None = None

    def run(
        self,
        name: str,
        kind: RunKind,
        *,
        expect: str = "finished",
        limits: Limits | None = None,
        resume_from: Path | None = None,
        checkpoint: Path | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Path | None:
        """Run one step; record whether it ended as expected.

        Returns:
            The run's folder, or None where the step failed.

        Raises:
            Cancelled: Someone asked to stop.
        """
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()
        self.on_event(Said(name))
        run_id = f"{len(self.steps):02d}-{kind}"
        spec = RunSpec.model_validate(
            {
                "kind": kind,
                "run_id": run_id,
                "run_dir": self.folder / run_id,
                "sppr": to_sppr(self.recipe),
                "assets": self.assets,
                "device": "cpu" if kind is RunKind.REHEARSE else "auto",
                "limits": limits or Limits(),
                "resume_from": resume_from,
                "checkpoint": checkpoint,
                "options": dict(options or {}),
            }
        )
        started = time.monotonic()
        state, detail = self._carry_out(spec)
        self.last = state
        passed = state.status == expect
        if not passed and not detail:
            detail = f"it ended as {state.status!r}, expected {expect!r}"
        self.steps.append(
            Step(name=name, seconds=time.monotonic() - started, passed=passed, detail=detail)
        )
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()
        return spec.run_dir if passed else None

    def _carry_out(self, spec: RunSpec) -> tuple[RunState, str]:
        try:
            state = run_worker(spec, self._hear, self.cancel, prefix=self.prefix, env=self.env)
        except RunFailed as error:
            return error.state, f"{error.message} {error.hint}".strip()
        return state, ""

    def _hear(self, event: Event) -> None:
        if isinstance(event, Noted) and event.text not in self.notes:
            self.notes.append(event.text)
        self.on_event(event)


def checkpoint_of(run: Path) -> Path:
    """Give the best checkpoint of a scratch run, or its last."""
    best = run / "checkpoints" / "best"
    return best if best.is_dir() else run / "checkpoints" / "last"
