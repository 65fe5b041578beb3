"""Which of the processes that train together this one is. Free of torch."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from haversack.base.errors import HaversackError
from haversack.base.files import read_bytes, write_text
from haversack.runs.spec import MAX_SPEC_BYTES, SPEC_VARIABLE, RunSpec, parse_spec


def spec_file(words: Sequence[str], environ: Mapping[str, str]) -> Path | None:
    """Give the spec's file from ``--spec FILE`` or the environment; None where neither is."""
    if "--spec" in words[:-1]:
        return Path(words[words.index("--spec") + 1])
    return Path(environ[SPEC_VARIABLE]) if environ.get(SPEC_VARIABLE) else None


def read_spec_file(path: Path) -> RunSpec:
    """Read a spec that lies in its run's folder.

    Raises:
        FileFormatError: It is no spec.
        StorageError: It cannot be read.
    """
    spec = parse_spec(read_bytes(path, MAX_SPEC_BYTES))
    return spec.model_copy(update={"run_dir": path.absolute().parent})


def global_rank(spec: RunSpec, environ: Mapping[str, str] | None = None) -> int:
    """Give this process's number among all that train together; 0 writes and speaks.

    The names are those of torchrun (RANK), of SLURM (SLURM_PROCID), and of Lightning's launcher
    on one machine (NODE_RANK and LOCAL_RANK), in the order in which Lightning looks for them.
    """
    environ = os.environ if environ is None else environ
    if spec.processes * spec.nodes == 1:
        return 0
    if "RANK" in environ:
        return int(environ["RANK"])
    if "SLURM_PROCID" in environ and "LOCAL_RANK" not in environ:
        return int(environ["SLURM_PROCID"])
    return int(environ.get("NODE_RANK", 0)) * spec.processes + int(environ.get("LOCAL_RANK", 0))


def tell_failure(run_dir: Path, rank: int, error: str, message: str, hint: str) -> None:
    """Leave word of why a process failed, for the one that speaks."""
    write_text(run_dir / f"rank-{rank}.failed", "\n".join((error, message, hint)))


def told_failure(run_dir: Path) -> tuple[str, str, str] | None:
    """Give the error, message and hint that another process left; None where none did."""
    for path in sorted(run_dir.glob("rank-*.failed")):
        try:
            lines = read_bytes(path, 1 << 16).decode("utf-8", "replace").split("\n")
        except HaversackError:
            continue
        if len(lines) == 3:
            return lines[0], lines[1], lines[2]
    return None


def forget_failures(run_dir: Path) -> None:
    """Remove what an earlier attempt left."""
    for path in run_dir.glob("rank-*.failed"):
        path.unlink(missing_ok=True)
