from __future__ import annotations

import pytest

from haversack.volume.columns import COLUMNS, METRICS, VENDOR_COLUMNS, column
from haversack.volume.errors import MissingColumnError, QueryError
from haversack.volume.metrics import metric, missing_column

STATED = (
    "id, timestamp, run_id, hardware, quantization, calib_method, per_channel, height, width, "
    "model_family, backbone, optimizer, scheduler, if_task_metric, if_inf_size, if_inf_macs, "
    "od_task_metric, od_inf_rate_ms, od_inf_energy_mJ, od_size_MB, od_gpu_mem_MB, od_cpu_mem_MB, "
    "od_unified_mem_MB, od_total_mem_MB, od_avg_cpu_freq_Hz, sppr"
)


def test_the_26_columns_are_the_vendors_in_its_order() -> None:
    assert list(VENDOR_COLUMNS) == STATED.split(", ")
    assert [c.name for c in COLUMNS[26:]] == ["dataset", "relative_task_metric"]


def test_every_metric_has_a_direction_a_name_and_where_lower_is_better_a_conversion() -> None:
    for name in METRICS:
        found = metric(name)
        assert found.title
        assert (found.converted != "") == (found.direction == "lower")
    lower = {name for name in METRICS if metric(name).direction == "lower"}
    assert set(METRICS) - lower == {"if_task_metric", "od_task_metric", "relative_task_metric"}


def test_units_stand_in_the_names_that_carry_one() -> None:
    for name, unit in [("ms", "ms"), ("mJ", "mJ"), ("MB", "MB"), ("Hz", "Hz")]:
        carriers = [c for c in COLUMNS if c.name.endswith(f"_{name}")]
        assert carriers
        assert {c.unit for c in carriers} == {unit}


def test_a_column_that_is_no_metric_is_refused_as_one() -> None:
    with pytest.raises(QueryError, match="'height' is not a metric"):
        metric("height")
    assert column("nonsense") is None


@pytest.mark.parametrize(
    ("name", "direction", "label"),
    [
        ("infer_step_time", "lower", "x times faster"),
        ("inference_ms", "lower", "x times faster"),
        ("latency", "lower", "x times faster"),
        ("map_latency_ms", "lower", "x times faster"),
        ("peak_mem_max_mb", "lower", "x times smaller"),
        ("model_size", "lower", "x times smaller"),
        ("energy_J", "lower", "x times smaller"),
        ("param_count", "lower", "x times fewer"),
        ("infer_gmacs", "lower", "x times fewer"),
        ("top1_err", "lower", "x times lower"),
        ("val_loss", "lower", "x times lower"),
        ("infer_samples_per_sec", "higher", "infer_samples_per_sec"),
        ("fps", "higher", "fps"),
        ("top1", "higher", "top1"),
        ("box_mAP", "higher", "box_mAP"),
        ("mIoU", "higher", "mIoU"),
    ],
)
def test_an_added_column_with_a_plain_name_needs_no_telling(
    name: str, direction: str, label: str
) -> None:
    found = metric(name)
    assert (found.direction, found.label) == (direction, label)


def test_what_is_told_comes_before_what_is_known() -> None:
    assert metric("fps", {"fps": "lower"}).direction == "lower"
    assert metric("odd_thing", {"odd_thing": "higher"}).direction == "higher"
    assert metric("odd_ms", {"odd_ms": "lower"}).label == "x times faster"
    with pytest.raises(QueryError, match="nobody knows"):
        metric("odd_thing")


def test_a_missing_column_names_the_nearest_or_all() -> None:
    error = missing_column("od_inf_ms", ["od_inf_rate_ms", "a"])
    assert isinstance(error, MissingColumnError)
    assert "od_inf_rate_ms" in error.hint
    assert missing_column("zzz", ["a", "b"]).hint == "Columns: a, b."
