"""The other sticks of a set get the envelope of the first, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from haversack.base.files import write_bytes
from haversack.bundle.device import read_whole
from haversack.bundle.errors import PackError
from haversack.bundle.layout import ENVELOPE
from haversack.bundle.readback import FAKE_HINT
from haversack.trust.envelope import LIMIT


def seal_others(first: Path, others: Iterable[Path]) -> None:
    """Copy the envelope of a sealed stick to the others and read it back.

    Raises:
        PackError: It was read back wrongly.
        StorageError: A device says no.
    """
    content = read_whole(first, ENVELOPE, LIMIT)
    for folder in others:
        write_bytes(folder / ENVELOPE, content)
        if read_whole(folder, ENVELOPE, LIMIT) != content:
            raise PackError(f"{folder / ENVELOPE} was read back wrongly", FAKE_HINT)
