"""``haversack`` and ``python -m haversack``; ``worker`` and ``decoder`` start those instead."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys

from haversack.base.errors import EXIT_INTERRUPTED


def main() -> int:
    """Run the command line, a worker or a decoder; gives the exit status."""
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["worker"] or os.environ.get("HAVERSACK_SPEC"):
        from haversack import worker

        return worker.main()
    if sys.argv[1:2] == ["decoder"]:
        from haversack import decoder

        return decoder.main()
    return _command()


def _command() -> int:
    """Run one call of the command line; Ctrl-C before it began or after its end is no fault."""
    try:
        from haversack.cli import app

        return app.run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are loaded; a command that has begun answers itself
        sys.stderr.write("error: interrupted\n  Nothing was begun.\n")
        return EXIT_INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the answer stands: nothing is left to stop


if __name__ == "__main__":
    raise SystemExit(main())
