"""The worker: one process that alone touches torch. ``python -m haversack.worker``.

The first line on stdin is a RunSpec, control lines follow; events leave as JSON lines on what was
fd 1 when it started. The end of stdin means that the parent is gone: checkpoint and stop.

Where several processes train together, each is a worker: with ``--spec FILE`` (torchrun, SLURM) or
by HAVERSACK_SPEC (Lightning's launcher) it reads the run's spec; the first of them alone speaks.
"""

from __future__ import annotations

import os
import sys
import traceback

from haversack.base.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, HaversackError
from haversack.runs.events import Failed, Finished
from haversack.runs.ranks import (
    forget_failures,
    read_spec_file,
    spec_file,
    tell_failure,
    told_failure,
)
from haversack.runs.worker_channel import Channel, join_channel, open_channel
from haversack.training import compiled_code


def main() -> int:
    """Do what the spec on stdin asks for; give the exit code.

    With a word of ``_TOLD`` it tells instead, as one JSON value, what its libraries are
    (``--report``), what torchvision says of its weights (``--weights``), or which architectures
    timm has (``--architectures``).
    """
    compiled_code.keep_private()
    for word, tell in _TOLD.items():
        if word in sys.argv[1:]:
            return _tell(tell())
    # Threads that wait for each other sleep instead of spinning: beside other busy programs a
    # step on 2 cores took 0.6-0.9 s so and 6-8 s with the default. Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        file = spec_file(sys.argv, os.environ)
        channel = open_channel() if file is None else join_channel(read_spec_file(file))
    except HaversackError as error:
        print(f"haversack worker: {error.message}. {error.hint}", file=sys.stderr)  # noqa: T201 - nobody else listens yet
        return error.exit_code
    try:
        return _work(channel) if channel.rank == 0 else _help(channel)
    finally:
        channel.close()


def _report() -> object:
    from haversack.training.library_report import library_report

    return library_report()


def _weights() -> object:
    from haversack.training.library_weights import library_weights

    return library_weights()


def _architectures() -> object:
    from haversack.training.library_weights import library_architectures

    return library_architectures()


_TOLD = {"--report": _report, "--weights": _weights, "--architectures": _architectures}


def _tell(value: object) -> int:
    import json

    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
    return EXIT_DONE


def _work(channel: Channel) -> int:
    from haversack.training.outcome import explain

    forget_failures(channel.spec.run_dir)
    try:
        from haversack.training.dispatch import perform

        result = perform(channel.spec, channel.send, channel.stop.is_set, os.getpid(), channel.rank)
    except Exception as error:  # noqa: BLE001 - whatever happens, the parent is told
        outcome = explain(error, channel.spec)
        if isinstance(outcome, Failed):
            traceback.print_exc()
            outcome = _first_cause(channel, outcome)
        channel.send(outcome)
        code = getattr(error, "exit_code", EXIT_FAILED)
        return int(code) if isinstance(outcome, Failed) else EXIT_INTERRUPTED
    channel.send(Finished(result=result))
    return EXIT_DONE


def _first_cause(channel: Channel, outcome: Failed) -> Failed:
    """Where a helper failed, what this process saw is only that it is gone."""
    told = told_failure(channel.spec.run_dir)
    if told is None:
        return outcome
    error, message, hint = told
    return Failed(error=error, message=message, hint=hint)


def _help(channel: Channel) -> int:
    """Train along with the process that writes and speaks."""
    from haversack.training.outcome import explain

    try:
        from haversack.training.dispatch import perform

        perform(channel.spec, channel.send, channel.stop.is_set, os.getpid(), channel.rank)
    except Exception as error:  # noqa: BLE001 - the process that speaks has to be told
        outcome = explain(error, channel.spec)
        if not isinstance(outcome, Failed):
            return EXIT_DONE  # as agreed between all
        traceback.print_exc()
        spec = channel.spec
        tell_failure(spec.run_dir, channel.rank, outcome.error, outcome.message, outcome.hint)
        return EXIT_FAILED
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(main())
