from __future__ import annotations

from pathlib import Path

import moocore
import numpy as np
import pandas as pd
import pytest

from haversack.volume.orders import SORT_ORDERS
from haversack.volume.query import query_pareto_optimal_recipes
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.volume import Volume
from haversack.volume.write import write_volume

TABLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "grdb"
TIMM = TABLES / "timm"
BENCHMARKS = sorted(TIMM.glob("benchmark-infer-*.csv"))

pytestmark = pytest.mark.skipif(
    not BENCHMARKS, reason="the real tables are not there (../shared/data/grdb)"
)


def timm(benchmark: Path) -> pd.DataFrame:
    """Join timm's results and one benchmark on the architecture and the image size."""
    results = Volume.open(TIMM / "results-imagenet.csv").frame(["model", "img_size", "top1"])
    speed = Volume.open(benchmark).frame(["model", "infer_img_size", "infer_samples_per_sec"])
    results["architecture"] = results["model"].str.split(".").str[0]
    joined = results.merge(
        speed.rename(columns={"model": "architecture", "infer_img_size": "img_size"}),
        on=["architecture", "img_size"],
    )
    joined["od_inf_rate_ms"] = 1000.0 / joined["infer_samples_per_sec"]
    joined["id"] = range(1, len(joined) + 1)
    return add_relative_task_metric(joined, "top1")


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda path: path.stem)
def test_the_fronts_of_timms_tables_agree_with_moocore(benchmark: Path) -> None:
    df = timm(benchmark)
    assert len(df) > 800
    ids, info = query_pareto_optimal_recipes(df)
    points = df[["od_inf_rate_ms", "relative_task_metric"]].to_numpy() * [1, -1]
    expected = df["id"][moocore.is_nondominated(points, keep_weakly=True)].tolist()
    assert sorted(ids) == expected
    assert info["metric_accuracy"].max() == 1.0


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda path: path.stem)
def test_the_fuzzy_top_3f_holds_the_exact_front_of_f(benchmark: Path) -> None:
    df = timm(benchmark)
    front, _ = query_pareto_optimal_recipes(df)
    top, _ = query_pareto_optimal_recipes(df, "fuzzy", top_N_fuzzy=3 * len(front))
    missed = set(front) - set(top)
    if "rtx4090" in benchmark.stem:
        assert not missed
    assert len(missed) <= 0.1 * len(front)


@pytest.mark.parametrize("sort_by", SORT_ORDERS)
def test_a_real_table_can_be_sorted_every_way(sort_by: str) -> None:
    ids, info = query_pareto_optimal_recipes(timm(BENCHMARKS[0]), "fuzzy", sort_by=sort_by)
    assert len(ids) == len(info["ids_all"])


def test_a_real_table_becomes_a_volume_and_answers_alike(tmp_path: Path) -> None:
    df = timm(BENCHMARKS[0])
    write_volume(tmp_path / "timm.parquet", df, {"licence": "Apache-2.0"})
    volume = Volume.open(tmp_path / "timm.parquet")
    found = query_pareto_optimal_recipes(volume.frame(where="img_size <= 224"))[0]
    assert found == query_pareto_optimal_recipes(df[df["img_size"] <= 224])[0]
    assert volume.row(found[0])["model"] == df.set_index("id").loc[found[0], "model"]


def test_qualcomms_table_is_read_and_its_zeros_are_counted_as_not_measured() -> None:
    volume = Volume.open(TABLES / "qualcomm" / "perf_long.csv")
    df = volume.frame(
        ["id", "model", "inference_ms", "acc_value", "device", "precision"],
        where="device == 'Samsung Galaxy S25' or acc_value > 0",
    )
    df = add_relative_task_metric(df, "acc_value").rename(columns={"device": "hardware"})
    one = df[df["hardware"] == df["hardware"].value_counts().index[0]].copy()
    one.loc[one.index[:3], "inference_ms"] = 0.0
    ids, info = query_pareto_optimal_recipes(one, metric_custom="inference_ms")
    assert ids
    assert info["excluded"]["inference_ms zero"] >= 3
    assert np.isfinite(info["metric_custom_all"]).all()
