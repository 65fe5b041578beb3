"""How much memory an exported network needs: the peak of a process that only runs it."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

RUNS = 20
LIMIT_SECONDS = 120.0


def peak_memory(path: Path, image_size: int, threads: int) -> tuple[int | None, str]:
    """Run an ONNX file in a fresh process and give what that added to its resident memory.

    Args:
        path: The file.
        image_size: Edge of the square that it takes.
        threads: Threads of one run.

    Returns:
        Bytes and an empty reason, or None and the reason.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_measure, args=(theirs, str(path), image_size, threads))
    child.start()
    theirs.close()
    try:
        if ours.poll(LIMIT_SECONDS):
            return int(ours.recv()), ""
        return None, f"the file did not run within {LIMIT_SECONDS:.0f} s"
    except EOFError:
        return None, "this system does not tell the peak of resident memory"
    finally:
        child.kill()
        child.join()
        ours.close()


def _measure(answer: Connection, path: str, image_size: int, threads: int) -> None:
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    picture = np.zeros((1, 3, image_size, image_size), np.float32)
    before = _peak_bytes()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    for _ in range(RUNS):
        session.run(None, {session.get_inputs()[0].name: picture})
    answer.send(max(0, _peak_bytes() - before))


def _peak_bytes() -> int:
    """Give the peak of resident memory of this program alone.

    ``getrusage`` will not do: on Linux its peak outlives ``exec`` and would be the parent's.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("the kernel does not tell the peak of resident memory")
