"""A volume of ten million rows: a filtered query of two metrics, its time and its memory.

Run it as ``python benchmarks/bench_volume.py [--rows 10000000]``. The volume is written by this
script, a row group at a time; the query runs in a process of its own, beside one that reads the
same two columns with pyarrow and does nothing else.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUP = 1 << 20
LIMIT_MB = 1_000
CONDITION = "hardware == 'board 3' and od_size_MB < 50"
# The peak since exec; getrusage would also count what the parent held when it forked.
REPORT = (
    "h = [x for x in open('/proc/self/status') if x.startswith('VmHWM')][0].split()[1]; "
    "print(int(h) / 1e3, t() - b)"
)
READ = "import time; t = time.perf_counter; b = t(); {work}; " + REPORT
OURS = (
    "from haversack.services.front import front; "
    f"f = front({{path!r}}, where={CONDITION!r}); print(f.asked, len(f.rows()))"
)
FLOOR = (
    "import pyarrow.parquet as pq; f = pq.ParquetFile({path!r}); "
    "[None for _ in f.iter_batches(columns=['od_inf_rate_ms', 'relative_task_metric'])]; "
    "print(f.metadata.num_rows, 0)"
)


def write(path: Path, rows: int) -> None:
    """Write a volume without ever holding more than a row group."""
    random = np.random.default_rng(20260103)
    schema = pa.schema(
        [("id", pa.int64()), ("hardware", pa.string()), ("backbone", pa.string())]
        + [(name, pa.float64()) for name in ("od_inf_rate_ms", "od_size_MB")]
        + [("relative_task_metric", pa.float64()), ("sppr", pa.string())]
    )
    boards = np.array([f"board {number}" for number in range(10)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, GROUP):
            count = min(GROUP, rows - start)
            accuracy = random.beta(6, 2, count)
            columns = {
                "id": np.arange(start + 1, start + count + 1),
                "hardware": boards[random.integers(0, 10, count)],
                "backbone": np.char.add("net-", random.integers(0, 500, count).astype(str)),
                "od_inf_rate_ms": np.exp(2 * accuracy + random.normal(0, 0.4, count)),
                "od_size_MB": random.uniform(1, 100, count),
                "relative_task_metric": accuracy,
                "sppr": np.full(count, '{"format":"haversack-recipe/1"}'),
            }
            writer.write_table(pa.table(columns, schema=schema), row_group_size=GROUP)


def run(work: str) -> tuple[str, float, float]:
    """Run some work in a new process; give what it printed, its peak in MB, its seconds."""
    done = subprocess.run(
        [sys.executable, "-c", READ.format(work=work)], capture_output=True, text=True, check=True
    )
    said, figures = done.stdout.strip().splitlines()[-2:]
    memory, seconds = figures.split()
    return said, float(memory), float(seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description="A filtered query on a very large volume.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.parquet"
        write(path, rows)
        print(f"{rows} rows, {path.stat().st_size / 1e6:.0f} MB on disk; where {CONDITION}")
        _, floor_memory, floor = run(FLOOR.format(path=str(path)))
        said, memory, seconds = run(OURS.format(path=str(path)))
    asked, front = said.split()
    print(f"reading two columns: {floor:.2f} s, peak {floor_memory:.0f} MB")
    print(f"the query: {seconds:.2f} s ({seconds / floor:.1f}x), peak {memory:.0f} MB; ", end="")
    print(f"{asked} rows asked, {front} on the front")
    print(f"under {LIMIT_MB} MB: {'yes' if memory < LIMIT_MB else 'NO'}")
    return 0 if memory < LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
