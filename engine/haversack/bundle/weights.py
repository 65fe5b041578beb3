"""Weights are safetensors with a sound header; pickle is refused before anything reads it."""

from __future__ import annotations

import struct
from itertools import pairwise
from math import prod
from typing import Any

from haversack.base.canonical_json import load_strict
from haversack.base.errors import FileFormatError

MOST_HEADER = 100_000_000
_MOST_SIZE = 2**50
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
_PICKLE_ENDINGS = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill")


class NotWeights(Exception):  # noqa: N818 - callers turn it into the error of their side
    """The bytes are not sound safetensors; the text says why."""


def is_pickle_name(path: str) -> bool:
    """Say whether a path bears a name under which pickle usually goes."""
    return path.lower().endswith(_PICKLE_ENDINGS)


class HeaderGate:
    """Sees the bytes of a weight file go by and raises once its header proves unsound.

    Args:
        size: The bytes of the whole file.
    """

    def __init__(self, size: int) -> None:
        """Begin before the first byte of a file of ``size`` bytes."""
        self._size = size
        self._needed = 8
        self._seen = bytearray()
        self._open = False

    @property
    def missing(self) -> int:
        """How many more bytes are needed to judge the header; 0 once it has passed."""
        return 0 if self._open else self._needed - len(self._seen)

    def feed(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes.

        Raises:
            NotWeights: The header is unsound.
        """
        while not self._open and len(chunk):
            taken = chunk[: self.missing]
            self._seen += taken
            chunk = chunk[len(taken) :]
            if self.missing == 0:
                self._judge()

    def finish(self) -> None:
        """Say that no more bytes come.

        Raises:
            NotWeights: The file ended before its header did.
        """
        if not self._open:
            raise NotWeights("it ends before its header does")

    def _judge(self) -> None:
        if self._needed == 8:
            refuse_pickle(bytes(self._seen))
            length = struct.unpack("<Q", self._seen)[0]
            if not 2 <= length <= min(MOST_HEADER, self._size - 8):
                raise NotWeights("its header's length is impossible")
            self._needed = 8 + length
            return
        check_header(bytes(self._seen[8:]), self._size - self._needed)
        self._open = True
        self._seen = bytearray()


def refuse_pickle(start: bytes) -> None:
    """Tell pickle and the zip archives that hold it by their first bytes.

    Raises:
        NotWeights: It is one of them.
    """
    if start[:1] == b"\x80" and start[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}:
        raise NotWeights("it is a pickle")
    if start[:4] == b"PK\x03\x04":
        raise NotWeights("it is a zip archive, such as torch.save makes around a pickle")


def check_header(header: bytes, data_size: int) -> None:
    """Check a safetensors header: every tensor within the data, none over another, no gap.

    Args:
        header: The JSON text after the first eight bytes.
        data_size: The bytes that follow it.

    Raises:
        NotWeights: It is unsound.
    """
    if not header.startswith(b"{"):
        raise NotWeights("its header is no JSON object")
    try:
        tensors = load_strict(header, "its header", MOST_HEADER)
    except FileFormatError as error:
        raise NotWeights(error.message) from error
    notes = tensors.pop("__metadata__", {})
    if not isinstance(notes, dict) or not all(isinstance(note, str) for note in notes.values()):
        raise NotWeights("its metadata is not text")
    spans = sorted(_span(name, tensor) for name, tensor in tensors.items())
    ends = [(0, 0), *spans, (data_size, data_size)]
    if any(before[1] != after[0] for before, after in pairwise(ends)):
        raise NotWeights("its tensors overlap, leave gaps or reach beyond the file")


def _span(name: str, tensor: Any) -> tuple[int, int]:
    if not isinstance(tensor, dict) or set(tensor) != {"dtype", "shape", "data_offsets"}:
        raise NotWeights(f"tensor {name[:80]!r} is malformed")
    shape, offsets = tensor["shape"], tensor["data_offsets"]
    if not _are_sizes(shape) or not _are_sizes(offsets) or len(offsets) != 2:
        raise NotWeights(f"tensor {name[:80]!r} has an impossible shape or place")
    bits = _BITS.get(tensor["dtype"]) if isinstance(tensor["dtype"], str) else None
    if bits is None:
        raise NotWeights(f"tensor {name[:80]!r} has an unknown type")
    if (offsets[1] - offsets[0]) * 8 != prod(shape) * bits:
        raise NotWeights(f"tensor {name[:80]!r} has another size than its shape")
    return offsets[0], offsets[1]


def _are_sizes(values: Any) -> bool:
    return (
        isinstance(values, list)
        and len(values) <= 64
        and all(type(value) is int and 0 <= value <= _MOST_SIZE for value in values)
    )
