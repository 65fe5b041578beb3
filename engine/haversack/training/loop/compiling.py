"""Compiling a network where that works here; leaving it as it is, with a word, where not."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import nn
from torch._dynamo import config as _config


def compile_or_tell(network: nn.Module, example: torch.Tensor, tell: Callable[[str], None]) -> bool:
    """Compile a network in place after a copy of it went forward and back once, compiled.

    A network whose training takes another way than its answers names in ``shared_parts()`` what
    lies on both; those parts are compiled then.

    Args:
        network: Its weights, random generators and names of tensors stay as they are.
        example: A batch ``(n, 3, s, s)`` as training will give it, on the device of training.
        tell: Told why where it cannot be compiled, and that it is trained as it is.

    Returns:
        Whether the network is compiled.
    """
    devices = [example.device] if example.is_cuda else []
    try:
        with torch.random.fork_rng(devices=devices), _config.patch(suppress_errors=False):
            _try(copy.deepcopy(network).to(example.device), example)
    except Exception as error:  # noqa: BLE001 - a compiler may fail in any way; eager remains
        torch.compiler.reset()
        line = (str(error).strip().splitlines() or [""])[0]
        tell(f"the network is trained uncompiled: {type(error).__name__}: {line[:200]}")
        return False
    _config.suppress_errors = True  # another shape that fails later runs uncompiled
    _compile(network)
    return True


def _compile(network: nn.Module) -> None:
    shared = getattr(network, "shared_parts", None)
    for part in (network,) if shared is None else shared():
        part.compile()


def _try(probe: nn.Module, example: torch.Tensor) -> None:
    _compile(probe)
    outputs = probe.train()(example)
    sums = [output.float().sum() for output in outputs if output.requires_grad]
    torch.autograd.backward(sums)
    with torch.no_grad():
        probe.eval()(example)
