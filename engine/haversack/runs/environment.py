"""How a worker is started: its command line and an environment that is small and offline."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "WANDB_MODE": "disabled",
    "NO_ALBUMENTATIONS_UPDATE": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "PIP_NO_INDEX": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
"""Switches that libraries read when they are imported, so they are set before the worker starts."""

_MANNERS = {
    "MPLBACKEND": "Agg",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
_KEPT = (
    "CC",  # Triton compiles with it
    "CXX",
    "HOME",
    "LANG",
    "LANGUAGE",
    "LD_LIBRARY_PATH",
    "PATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
    "USERPROFILE",
    "VIRTUAL_ENV",
    "XDG_CACHE_HOME",
)
_KEPT_PREFIXES = (
    "LC_",
    "CUDA_",
    "NVIDIA_",
    "NCCL_",
    "GLOO_",
    "OMP_",
    "MKL_",
    "OPENBLAS_",
    "SLURM_",
    "PYTORCH_",  # how memory on a GPU is shared out
    "TORCH_NCCL_",
    "TORCHINDUCTOR_",
    "TRITON_",
)
_SECRET = re.compile("JWT|KEY|PASS|SECRET|TOKEN")


def worker_command() -> list[str]:
    """Give the command line that starts a worker on this machine, frozen or not."""
    return own_command("worker")


def own_command(word: str) -> list[str]:
    """Give the command line of another process of this program: ``worker`` or ``decoder``."""
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        console = program.with_name(f"haversack{program.suffix}")
        return [str(console), word]
    return [sys.executable, "-m", f"haversack.{word}"]


def worker_environment(
    extra: Mapping[str, str] | None = None, source: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Give the worker's whole environment.

    Args:
        extra: Variables that win over everything else.
        source: The environment to take from; this process's by default.
    """
    source = os.environ if source is None else source
    kept = {
        name: value
        for name, value in source.items()
        if name in _KEPT or (name.startswith(_KEPT_PREFIXES) and not _SECRET.search(name))
    }
    if "PYTHONPATH" in source:
        parts = source["PYTHONPATH"].split(os.pathsep)
        kept["PYTHONPATH"] = os.pathsep.join(str(Path(part).absolute()) for part in parts if part)
    return kept | OFFLINE | _MANNERS | dict(extra or {})
