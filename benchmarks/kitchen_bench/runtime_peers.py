"""Our latency beside what ONNX Runtime's own profiler says of the very same runs."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from haversack.training.export.about import OnnxAbout
from haversack.training.export.float32 import to_onnx
from haversack.training.measuring.latency import measure_latency
from kitchen_bench.recipes import Size, quiet_work, recipe_of

RUNS = 400


@dataclass(frozen=True)
class Peer:
    """Medians in milliseconds of one network: ours around the call, the profiler's within."""

    size: Size
    ours: float
    profiler: float


def measure(sizes: list[Size]) -> list[Peer]:
    """Measure each network's run both ways at once."""
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as folder:
        return [_one(size, Path(folder)) for size in sizes]


def _one(size: Size, folder: Path) -> Peer:
    from haversack.training.builders.networks import build_network

    network = build_network(
        quiet_work(recipe_of(size), folder), 10, size.edge, pretrained=False
    ).eval()
    about = OnnxAbout(
        task="classification",
        classes=tuple("0123456789"),
        image_size=size.edge,
        recipe_id="",
        precision="float32",
    )
    content = to_onnx(network, about, 18).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    options.enable_profiling = True
    options.profile_file_prefix = str(folder / "profile")
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    picture = np.zeros((1, 3, size.edge, size.edge), np.float32)
    found = measure_latency(lambda: session.run(None, {"images": picture}), RUNS, 20.0)
    events = json.loads(Path(session.end_profiling()).read_text())
    runs = [event["dur"] / 1e3 for event in events if event["name"] == "model_run"]
    return Peer(size, found.p50_ms, statistics.median(runs[-found.runs :]))


def report(found: list[Peer]) -> list[str]:
    """Give the table's lines."""
    lines = [f"{'network, edge':40} {'ours':>8} {'profiler':>8} {'ratio':>6}   ms, median"]
    for one in found:
        name = f"{one.size.architecture}, {one.size.edge} px"
        ratio = one.ours / one.profiler
        lines.append(f"{name:40} {one.ours:8.3f} {one.profiler:8.3f} {ratio:6.2f}")
    return lines
