"""Making many records without Python looking for garbage among them."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def no_collecting() -> Iterator[None]:
    """Keep Python from looking for garbage again and again while many entries are made.

    A search holds Python's lock: among 100,000 entries it takes time and no other thread moves.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
