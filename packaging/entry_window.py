"""The frozen windowed program `haversack-gui`."""

from __future__ import annotations

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()  # first: a child of a spawning platform ends here
    from haversack_gui.__main__ import leave, main

    leave(main())
