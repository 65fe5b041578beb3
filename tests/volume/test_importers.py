"""Tables of others become golden volumes, and the report says what became of every row."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.errors import HaversackError, UsageError
from haversack.volume.columns import VENDOR_COLUMNS
from haversack.volume.errors import MissingColumnError, NotNumericError, QueryError
from haversack.volume.importers.general import import_general
from haversack.volume.importers.sources import import_source
from haversack.volume.importers.torchvision import import_torchvision
from haversack.volume.query import query_pareto_optimal_recipes
from haversack.volume.volume import Volume
from haversack.volume.write import write_volume

TABLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "grdb"
needs_tables = pytest.mark.skipif(
    not TABLES.is_dir(), reason="the real tables are not there (../shared/data/grdb)"
)
RESULTS = """model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation
a_small.in1k,160,70.0,30.0,90.0,10.0,4.5,1.0,bicubic
a_small.in22k,160,75.0,25.0,92.0,8.0,4.5,1.0,bicubic
a_small.in1k,224,76.0,24.0,93.0,7.0,4.5,1.0,bicubic
b_large.in1k,224,80.0,20.0,95.0,5.0,"1,090.5",1.0,bicubic
"""
SPEED = """\
model,infer_img_size,infer_samples_per_sec,infer_step_time,infer_batch_size,infer_gmacs,infer_macts
a_small,160,1000,256,256,0.5,2.0
b_large,224,0,2560,256,10.0,20.0
c_none,224,50,20,1,1.0,2.0
"""


@pytest.fixture
def timm(tmp_path: Path) -> Path:
    (tmp_path / "results-imagenet.csv").write_text(RESULTS)
    (tmp_path / "benchmark-infer-amp-nhwc-pt240-cu124-rtx4090.csv").write_text(SPEED)
    return tmp_path


def test_timm_is_joined_by_architecture_and_size_and_timed_by_the_picture(timm: Path) -> None:
    (volume,), report = import_source(timm)
    rows = volume.frame.set_index("backbone")
    assert list(rows.index) == ["a_small.in1k", "a_small.in22k", "b_large.in1k"]
    assert rows.loc["a_small.in1k", "od_inf_rate_ms"] == 1.0, "1000 / samples per second"
    assert rows.loc["a_small.in1k", "if_task_metric"] == 0.7
    assert rows.loc["a_small.in22k", "relative_task_metric"] == 75 / 80
    assert rows.loc["b_large.in1k", "param_count_M"] == 1090.5, "timm writes 1,090.5"
    assert rows.loc["a_small.in22k", "weights"] == "hf:timm/a_small.in22k"
    assert set(rows["hardware"]) == {"rtx4090"} and set(rows["quantization"]) == {"amp"}
    assert volume.name == "timm_amp-nhwc-pt240-cu124-rtx4090"
    assert volume.about["on"] == "rtx4090, amp, nhwc, torch 2.4.0, cu124"
    assert report.rows_read == 7 and report.rows_taken == 3


def test_what_timm_measured_as_zero_is_null_and_counted(timm: Path) -> None:
    (volume,), report = import_source(timm)
    slow = volume.frame.set_index("backbone").loc["b_large.in1k"]
    assert pd.isna(slow["od_inf_rate_ms"])
    assert report.made_null == {"od_inf_rate_ms": 1}
    assert sorted(report.dropped_rows.values()) == [1, 1]


@pytest.mark.parametrize("cell", ["many", "4;5", "1.2.3"])
def test_text_in_a_numeric_column_of_timm_is_an_error_and_no_silent_null(
    timm: Path, cell: str
) -> None:
    table = timm / "results-imagenet.csv"
    table.write_text(table.read_text().replace(",4.5,", f",{cell},", 1))
    with pytest.raises(NotNumericError, match=f"'param_count_M'.*'{cell}'"):
        import_source(timm)


@needs_tables
def test_every_stack_of_the_real_timm_tables_becomes_a_volume_that_answers(tmp_path: Path) -> None:
    volumes, report = import_source(TABLES / "timm")
    assert len(volumes) == 5 and report.rows_taken == sum(len(v.frame) for v in volumes)
    for volume in volumes:
        assert len(volume.frame) > 1_400
        write_volume(tmp_path / "v.parquet", volume.frame, {**volume.about, "name": volume.name})
        ids, info = query_pareto_optimal_recipes(Volume.open(tmp_path / "v.parquet").frame())
        assert len(ids) > 10 and info["excluded"] == {}


@needs_tables
def test_on_timm_s_rtx_4090_the_fuzzy_top_3f_holds_the_whole_front() -> None:
    volumes, _ = import_source(TABLES / "timm")
    (frame,) = [v.frame for v in volumes if "rtx4090" in v.name]
    front, _ = query_pareto_optimal_recipes(frame)
    top, _ = query_pareto_optimal_recipes(frame, "fuzzy", top_N_fuzzy=3 * len(front))
    assert set(front) <= set(top)


@needs_tables
def test_the_real_table_of_ai_hub_becomes_one_volume_for_each_use_case() -> None:
    volumes, report = import_source(TABLES / "qualcomm")
    by_name = {volume.name: volume for volume in volumes}
    detection = by_name["qualcomm_object_detection"]
    assert detection.about["task"] == "detection"
    assert report.rows_taken == sum(len(v.frame) for v in volumes) == 7_233
    assert report.dropped_rows == {"the job did not pass": 47}
    assert report.made_null["od_total_mem_MB"] > 0
    one = detection.frame[detection.frame["hardware"] == "Samsung Galaxy S25 (Family)"]
    assert len(one) == 0 or query_pareto_optimal_recipes(one)[0]
    measured = [v.frame["od_task_metric"].notna().sum() for v in volumes]
    assert 0 < sum(measured) < 500, "a partial sample on one device"


def test_a_golden_frame_of_the_vendor_is_taken_as_it_is_and_zeros_become_null() -> None:
    row = dict.fromkeys(VENDOR_COLUMNS) | {"id": 4, "od_inf_rate_ms": 0.0, "if_task_metric": 0.5}
    frame = pd.DataFrame([row, row | {"id": 9, "od_inf_rate_ms": 2.0}])
    (volume,), report = import_source(frame)
    assert report.format == "leip" and report.made_null == {"od_inf_rate_ms": 1}
    assert volume.frame["id"].tolist() == [4, 9]
    assert volume.frame["relative_task_metric"].tolist() == [1.0, 1.0]


def test_text_in_a_metric_of_a_golden_frame_is_an_error_and_no_silent_null() -> None:
    row = dict.fromkeys(VENDOR_COLUMNS) | {"id": 4, "od_size_MB": "small", "if_task_metric": 0.5}
    with pytest.raises(NotNumericError, match=r"'od_size_MB'.*'small'"):
        import_source(pd.DataFrame([row]))


def test_the_older_golden_frame_with_two_levels_is_made_flat(tmp_path: Path) -> None:
    columns = pd.MultiIndex.from_tuples(
        [("od", "inf_rate_ms"), ("od", "task_metric"), ("od", "size_MB"), ("backbone", ""),
         ("height", ""), ("width", "")]
    )  # fmt: skip
    index = pd.MultiIndex.from_tuples([(1, "Jetson"), (2, "Jetson")], names=["id", "hardware"])
    frame = pd.DataFrame(
        [[1.0, 0.5, 3.0, "a", 64, 64], [2.0, 0.7, 4.0, "b", 64, 64]], index, columns
    )
    frame.to_parquet(tmp_path / "two.parquet")
    sources: tuple[pd.DataFrame | Path, ...] = (frame, tmp_path / "two.parquet")
    for source in sources:
        (volume,), report = import_source(source)
        assert report.format == "leip"
        assert {"id", "hardware", "od_inf_rate_ms", "od_size_MB"} <= set(volume.frame.columns)
        assert query_pareto_optimal_recipes(volume.frame)[0] == [1, 2]


def test_plain_names_are_guessed_and_units_converted() -> None:
    frame = pd.DataFrame(
        {"Model": ["a", "b"], "FPS": [100.0, 0.0], "Top-1": [70.0, 80.0], "Device": "Jetson",
         "input size": [224, 224], "size_bytes": [5e6, 6e6], "remark": "x"}
    )  # fmt: skip
    (volume,), report = import_source(frame)
    first = volume.frame.iloc[0]
    assert first["od_inf_rate_ms"] == 10.0 and first["if_task_metric"] == 0.7
    assert first["od_size_MB"] == pytest.approx(5.0) and first["height"] == 224
    assert math.isnan(volume.frame["od_inf_rate_ms"].iloc[1]), "0 a second was not measured"
    assert report.dropped_columns == ("remark",)
    assert report.taken_columns["od_inf_rate_ms"] == "FPS 1000 / it"


def test_a_mapping_wins_over_a_guess() -> None:
    frame = pd.DataFrame({"latency_ms": [1.0], "p99": [9.0], "quality": [0.5]})
    (volume,), report = import_general(
        frame, "x", {"od_inf_rate_ms": "p99", "if_task_metric": "quality"}
    )
    assert volume.frame["od_inf_rate_ms"].tolist() == [9.0]
    assert report.dropped_columns == ("latency_ms",)


@pytest.mark.parametrize(
    ("frame", "mapping", "error"),
    [
        (pd.DataFrame({"a": [1]}), {"od_inf_rate_ms": "b"}, MissingColumnError),
        (pd.DataFrame({"a": ["fast"]}), {"od_inf_rate_ms": "a"}, NotNumericError),
        (pd.DataFrame({"a": [1]}), {}, QueryError),
        (pd.DataFrame({"a": [1]}), {"=cmd()": "a"}, QueryError),
    ],
)
def test_what_cannot_be_understood_is_an_error_with_a_remedy(
    frame: pd.DataFrame, mapping: dict[str, str], error: type[HaversackError]
) -> None:
    with pytest.raises(error) as caught:
        import_general(frame, "x", mapping)
    assert caught.value.hint


@given(
    st.lists(
        st.one_of(st.floats(allow_nan=True), st.just(0.0), st.floats(-5, 5)), min_size=1, max_size=9
    )
)
def test_no_row_is_lost_and_nothing_unmeasured_stays_a_number(values: list[float]) -> None:
    frame = pd.DataFrame({"latency_ms": values, "accuracy": 0.5})
    (volume,), report = import_general(frame, "x")
    kept = volume.frame["od_inf_rate_ms"].dropna()
    assert len(volume.frame) == len(values) == report.rows_taken
    assert (kept > 0).all() and all(math.isfinite(value) for value in kept)
    bad = sum(1 for v in values if not math.isnan(v) and not (math.isfinite(v) and v > 0))
    assert report.made_null.get("od_inf_rate_ms", 0) == bad


METAFILE = """
Collections:
  - Name: ResNet
Models:
  - Name: resnet18_8xb32_in1k
    In Collection: ResNet
    Weights: https://zoo.test/resnet18.pth
    Metadata:
      FLOPs: 1814000000
      Parameters: 11690000
      inference time (ms/im):
        - {value: 2.5, hardware: V100, backend: PyTorch, batch size: 1, mode: FP32}
    Results:
      - {Task: Image Classification, Dataset: ImageNet-1k, Metrics: {Top 1 Accuracy: 69.9}}
      - {Task: Juggling, Dataset: balls, Metrics: {Drops: 3}}
  - Name: resnet50
    In Collection: ResNet
    Metadata: {FLOPs: 0}
    Results:
      - {Task: Image Classification, Dataset: ImageNet-1k, Metrics: {Top 1 Accuracy: 76.5}}
"""


def test_metafiles_of_a_wheel_become_one_volume_for_each_task(tmp_path: Path) -> None:
    wheel = tmp_path / "mmpretrain-1.2.0-py2.py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("mmpretrain/.mim/configs/resnet/metafile.yml", METAFILE)
    (volume,), report = import_source(wheel)
    assert volume.name == "openmmlab_classification"
    assert volume.frame["if_task_metric"].tolist() == pytest.approx([0.699, 0.765])
    assert volume.frame["od_inf_rate_ms"].tolist()[0] == 2.5
    assert volume.frame["weights"].dropna().tolist() == ["https://zoo.test/resnet18.pth"]
    assert report.made_null == {"if_inf_macs": 1}
    assert report.dropped_rows == {"a result of the task 'Juggling'": 1}


@pytest.mark.parametrize(
    "content", ["Models: [", "Models: !!python/object/apply:os.system ['true']", "\x00"]
)
def test_a_hostile_metafile_is_refused_and_runs_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "metafile.yml").write_text(content)
    with pytest.raises(HaversackError):
        import_source(tmp_path)


def test_a_folder_that_no_importer_is_for_is_wrong_usage(tmp_path: Path) -> None:
    for source, kind in ((tmp_path, "auto"), (tmp_path, "timm"), (tmp_path / "no", "auto")):
        with pytest.raises(UsageError):
            import_source(source, kind)
    with pytest.raises(UsageError):
        import_source(pd.DataFrame(), "excel")


def test_torchvision_s_metadata_becomes_one_volume_for_each_task_without_times() -> None:
    entries = [
        {"model": "a", "weights": "V1", "metrics": {"ImageNet-1K": {"acc@1": 70.0, "acc@5": 90.0}},
         "parameters": 5_000_000, "gflops": 0.5, "file_mb": 20.0, "url": "https://x/a.pth"},
        {"model": "d", "weights": "V1", "metrics": {"COCO-val2017": {"box_map": 30.0}},
         "parameters": 9_000_000, "gflops": 0, "file_mb": 40.0, "url": "https://x/d.pth"},
        {"model": "v", "weights": "V1", "metrics": {"Kinetics-400": {"acc@1": 60.0}},
         "parameters": 1, "gflops": 1, "file_mb": 1.0, "url": ""},
        {"model": "f", "weights": "FEATURES", "metrics": {"ImageNet-1K": {"acc@1": None}},
         "parameters": 1, "gflops": 1, "file_mb": 1.0, "url": ""},
    ]  # fmt: skip
    volumes, report = import_torchvision(entries)
    assert [v.name for v in volumes] == ["torchvision_classification", "torchvision_detection"]
    assert volumes[0].frame["if_task_metric"].tolist() == [0.7]
    assert volumes[0].frame["weights"].tolist() == ["https://x/a.pth"]
    assert report.made_null == {"gflops": 1}
    assert report.dropped_rows == {"no accuracy on pictures": 2}
    assert "od_inf_rate_ms" not in volumes[0].frame.columns
