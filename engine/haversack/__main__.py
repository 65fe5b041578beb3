"""``haversack`` and ``python -m haversack``; ``worker`` and ``decoder`` start those instead."""

from __future__ import annotations

import multiprocessing
import os
import sys


def main() -> int:
    """Run the command line, a worker or a decoder; gives the exit status."""
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["worker"] or os.environ.get("HAVERSACK_SPEC"):
        from haversack import worker

        return worker.main()
    if sys.argv[1:2] == ["decoder"]:
        from haversack import decoder

        return decoder.main()
    from haversack.cli import app

    return app.run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
