"""A volume far larger than what a query needs of it: the memory that one costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from volume.cases import CASES

ROWS = 10_000_000 if CASES >= 10_000 else 1_000_000
GROUP = 1 << 17
WHERE = "hardware == 'board 3' and size < 50 MB"
ASK = (
    "import sys; from haversack.services.front import front; path, where = sys.argv[1:]; "
    "found = front(path, where=where) if where else __import__('pandas'); "
    "print(len(found.answer.ids), found.asked) if where else None; "
    "print([line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1])"
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")


def write(path: Path) -> None:
    """Write ROWS rows of which one in twenty is asked for, a row group at a time."""
    random = np.random.default_rng(20260103)
    boards = pa.array([f"board {number}" for number in range(10)])
    padding = pa.array(["x" * 40])
    numbers = ("od_inf_rate_ms", "od_size_MB", "relative_task_metric")
    schema = pa.schema(
        [
            ("id", pa.int64()),
            ("hardware", pa.string()),
            *((name, pa.float64()) for name in numbers),
            ("sppr", pa.string()),
        ]
    )
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, ROWS, GROUP):
            count = min(GROUP, ROWS - start)
            columns = [
                pa.array(np.arange(start + 1, start + count + 1)),
                boards.take(pa.array(random.integers(0, 10, count))),
                pa.array(np.exp(random.standard_normal(count))),
                pa.array(random.uniform(1, 100, count)),
                pa.array(random.random(count)),
                padding.take(pa.array(np.zeros(count, np.int64))),
            ]
            writer.write_table(pa.table(columns, schema=schema), row_group_size=GROUP)


def peak_mb(path: Path, where: str) -> tuple[list[str], float]:
    """Ask in a process of its own; give what it printed and the most memory that it held."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(path), where], capture_output=True, text=True, check=True
    )
    *said, peak = done.stdout.split()
    return said, float(peak) / 1e3


def test_a_filtered_query_of_ten_million_rows_stays_under_a_gigabyte(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    write(path)
    _, idle = peak_mb(path, "")
    (on_front, asked), peak = peak_mb(path, WHERE)
    assert int(on_front) > 0
    assert int(asked) == pytest.approx(ROWS / 20, rel=0.05)
    # Nightly: all ten million. Else a tenth of them, and of what is left of the gigabyte.
    assert peak - idle < (1_000 - idle) * ROWS / 10_000_000 + 40
    assert peak < 1_000
