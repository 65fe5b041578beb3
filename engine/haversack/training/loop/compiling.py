"""Compiling a network where that works here; leaving it as it is, with a word, where not."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable

import platformdirs
import torch
from torch import nn
from torch._dynamo import config as _config

KEPT_AT = "TORCHINDUCTOR_CACHE_DIR"


def compile_or_tell(network: nn.Module, example: torch.Tensor, tell: Callable[[str], None]) -> bool:
    """Compile a network in place after a copy of it went forward and back once, compiled.

    Args:
        network: Its weights, random generators and names of tensors stay as they are.
        example: A batch ``(n, 3, s, s)`` as training will give it, on the device of training.
        tell: Told why where it cannot be compiled, and that it is trained as it is.

    Returns:
        Whether the network is compiled.
    """
    devices = [example.device] if example.is_cuda else []
    # What the compiler keeps it unpickles and runs again: never from where everybody may write.
    os.environ.setdefault(KEPT_AT, str(platformdirs.user_cache_path("haversack") / "compiled"))
    try:
        with torch.random.fork_rng(devices=devices), _config.patch(suppress_errors=False):
            _try(copy.deepcopy(network).to(example.device), example)
    except Exception as error:  # noqa: BLE001 - a compiler may fail in any way; eager remains
        torch.compiler.reset()
        line = (str(error).strip().splitlines() or [""])[0]
        tell(f"the network is trained uncompiled: {type(error).__name__}: {line[:200]}")
        return False
    _config.suppress_errors = True  # another shape that fails later runs uncompiled
    network.compile()
    return True


def _try(probe: nn.Module, example: torch.Tensor) -> None:
    probe.compile()
    outputs = probe.train()(example)
    sums = [output.float().sum() for output in outputs if output.requires_grad]
    torch.autograd.backward(sums)
    with torch.no_grad():
        probe.eval()(example)
