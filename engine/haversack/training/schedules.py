"""How the learning rate changes: pure functions from the step to a factor of the peak rate."""

from __future__ import annotations

import math


def cosine(step: int, total: int, warmup_fraction: float, final_fraction: float) -> float:
    """Rise linearly, then fall along half a cosine to ``final_fraction`` at the last step."""
    warmup = round(total * warmup_fraction)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    done = (step - warmup) / max(1, total - 1 - warmup)
    return final_fraction + (1 - final_fraction) * _half_cosine(done)


def one_cycle(step: int, total: int, rise_fraction: float, start_divisor: float) -> float:
    """Rise along half a cosine from ``1 / start_divisor`` to 1, then fall to nearly nothing.

    Source: Smith and Topin 2017, arXiv:1708.07120, in the two-phase form that PyTorch uses: the
    last rate is a ten-thousandth of the first.
    """
    peak = max(1.0, rise_fraction * (total - 1))
    first = 1 / start_divisor
    if step <= peak:
        return 1 + (first - 1) * _half_cosine(step / peak)
    last = first / 1e4
    return last + (1 - last) * _half_cosine((step - peak) / max(1e-9, total - 1 - peak))


def _half_cosine(done: float) -> float:
    return (1 + math.cos(math.pi * min(1.0, max(0.0, done)))) / 2
