"""The frozen console program `haversack`; with the word `worker` it is the worker."""

from __future__ import annotations

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()  # first: a child of a spawning platform ends here
    from haversack.__main__ import main

    sys.exit(main())
