"""How much memory an exported network needs: the peak of a process that only runs it."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from haversack.training.inference.session import Gpu
from haversack.training.measuring.gpu import open_gpu, uuid_of

RUNS = 20
LIMIT_SECONDS = 120.0
_NOT_TOLD = "this system does not tell the peak of resident memory"
_NO_MORE = "no more memory was in use with the network than before"
Figure = tuple[int | None, str]
"""Bytes and an empty reason, or None and the reason."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that a network needs; None and a reason where they could not be measured.

    Attributes:
        processor: What it added to the resident memory of a process.
        gpu: What it added to the memory in use on the GPU, CUDA's own share included.
    """

    processor: Figure
    gpu: Figure


def peak_memory(path: Path, image_size: int, threads: int, gpu: Gpu | None = None) -> Memory:
    """Run an ONNX file in a fresh process and give what that added.

    Args:
        path: The file.
        image_size: Edge of the square that it takes.
        threads: Threads of one run.
        gpu: The GPU that it runs on; None for the processor.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    name = uuid_of(gpu.number) if gpu is not None else ""
    arguments = (theirs, path, image_size, threads, gpu, name)
    child = context.Process(target=_measure, args=arguments)
    child.start()
    theirs.close()
    try:
        if ours.poll(LIMIT_SECONDS):
            before, after, gpu_before, gpu_after = ours.recv()
            return Memory(
                added(before, after, _NOT_TOLD), added(gpu_before, gpu_after, _why_not(gpu))
            )
        why = f"the file did not run within {LIMIT_SECONDS:.0f} s"
    except EOFError:
        why = "the file did not run in a process of its own"
    finally:
        child.kill()
        child.join()
        ours.close()
    return Memory((None, why), (None, why))


def _why_not(gpu: Gpu | None) -> str:
    return "ran on the processor" if gpu is None else "the GPU's driver does not tell"


def _measure(
    answer: Connection, path: Path, image_size: int, threads: int, gpu: Gpu | None, name: str
) -> None:
    import numpy as np

    from haversack.training.inference.session import bound_run, open_session

    board = open_gpu(name) if gpu is not None else None
    resident, on_gpu = _peak_bytes(), board.memory_bytes() if board is not None else None
    picture = np.zeros((1, 3, image_size, image_size), np.float32)
    run = bound_run(open_session(path, threads, gpu), picture, gpu)
    for _ in range(RUNS):
        run()
    after = board.memory_bytes() if board is not None else None
    answer.send((resident, _peak_bytes(), on_gpu, after))


def added(before: int | None, after: int | None, not_told: str) -> Figure:
    """Give what was added, or None and the reason: never a zero that stands for no figure."""
    if before is None or after is None:
        return None, not_told
    return (after - before, "") if after > before else (None, _NO_MORE)


def _peak_bytes() -> int | None:
    """Give the peak of resident memory of this program alone.

    ``getrusage`` will not do: on Linux its peak outlives ``exec`` and would be the parent's.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return found[0] if found else None
