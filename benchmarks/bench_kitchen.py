"""The kitchen beside bare PyTorch, Lightning and ONNX Runtime. Run: make bench-kitchen."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in a worker

from haversack.training import torchvision_guard

torchvision_guard.install()

from haversack.base.errors import HaversackError  # noqa: E402 - after the guard
from kitchen_bench import real_weights, runtime_peers, step_overhead, waiting  # noqa: E402 - after the guard
from kitchen_bench.recipes import LITE, MOST_MS, WANTED, Size  # noqa: E402 - after the guard


def steps(seconds: float, at: list[float]) -> bool:
    """Print what a step costs through the worker; say whether the figure holds."""
    print("== a step through the worker, taking turns with the others")
    found = step_overhead.measure(at, seconds)
    print(*step_overhead.report(found), sep="\n")
    return all(one.over_bare.median <= MOST_MS for one in found)


def wait(*_: object) -> bool:
    """Print how long a training waits for data; say whether the figure holds as it is shipped."""
    print("== waiting for data")
    found = [waiting.measure(case, ahead) for case in waiting.CASES for ahead in (True, False)]
    print(*waiting.report(found), sep="\n")
    return all(one.holds for one in found if one.ahead)


def digits(*_: object) -> bool:
    """Print what real weights are worth; say whether the figures hold."""
    print(f"== digits, {real_weights.EPOCHS} epochs at {real_weights.EDGE} px: accuracy")
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as folder:
        try:
            weights = real_weights.fetched(Path(folder))
        except HaversackError as error:
            print(f"not held: the weights cannot be had: {error}")
            return False
        found = real_weights.measure(weights, Path(folder))
    print(*real_weights.report(found), sep="\n")
    return found.holds


def measuring(*_: object) -> bool:
    """Print our latencies beside the profiler's of the same runs; say whether they agree."""
    print("== a run, timed by us and by ONNX Runtime's profiler")
    found = runtime_peers.measure([Size(LITE, 64, 1), Size(LITE, 224, 1)])
    print(*runtime_peers.report(found), sep="\n")
    return all(1.0 <= one.ours / one.profiler < 1.1 for one in found)


PARTS: dict[str, Callable[..., bool]] = {
    "steps": steps,
    "waiting": wait,
    "digits": digits,
    "measuring": measuring,
}


def main() -> int:
    """Run the wanted parts; exit with 1 where a figure does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, nargs="+", default=list(PARTS))
    parser.add_argument("--seconds", type=float, default=step_overhead.SECONDS)
    parser.add_argument("--at", type=float, nargs="+", default=WANTED, metavar="MS")
    given = parser.parse_args()
    print(f"{platform.platform()}, {len(os.sched_getaffinity(0))} threads")
    held = [PARTS[name](given.seconds, given.at) for name in given.only]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
