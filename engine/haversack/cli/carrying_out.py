"""Carrying out a run in front of a person: progress while it lasts, then how it ended."""

from __future__ import annotations

from haversack.base.errors import EXIT_DONE, EXIT_INTERRUPTED
from haversack.cli.command import Answer
from haversack.cli.run_view import describe, result_of
from haversack.cli.session import Session
from haversack.runs.failure import RunFailed
from haversack.runs.spec import RunSpec


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
    return Answer(data, [*describe(session, spec, state), *result_of(state)], code)
