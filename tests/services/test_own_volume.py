"""Measurements made here become rows of the pantry's own volume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.runs.reducer import RunState
from haversack.runs.spec import RunKind, RunSpec
from haversack.services.errors import NotMeasured
from haversack.services.own_volume import add_measurement
from haversack.services.unpack import open_bundle
from haversack.services.volumes import load_volume
from haversack.trust.keyring import KeyRing
from haversack.volume.card import Card
from services.kits import keyring, light_recipe, packed, stocked_pantry


def _spec(pantry: Pantry, of_run: str) -> RunSpec:
    return RunSpec(
        kind=RunKind.MEASURE,
        run_id="m",
        run_dir=pantry.runs_folder / "m",
        sppr=to_sppr(light_recipe(pantry)),
        options={"of_run": of_run},
    )


def _measured(precision: str, ms: float, accuracy: float | None, **more: Any) -> RunState:
    result = {
        "hardware": "a test, 2 threads",
        "precision": precision,
        "calibration": "entropy" if precision == "int8" else None,
        "per_channel": True if precision == "int8" else None,
        "p50_ms": ms,
        "size": 10_000_000,
        "metrics": None if accuracy is None else {"map_50": accuracy},
        "framework_metrics": {"map_50": 0.6},
        "parameters": 3_000_000,
        "macs": 100_000_000,
        "peak_memory_bytes": 50_000_000,
        "energy_mJ": None,
        "avg_cpu_freq_Hz": None,
    }
    return RunState(result={**result, **more}, updated_at=1_700_000_000.0)


def test_each_measurement_is_a_row_and_a_repeated_one_takes_the_old_ones_place(
    tmp_path: Path,
) -> None:
    pantry = Pantry.build(tmp_path)
    first = add_measurement(pantry, _spec(pantry, "a"), _measured("float32", 4.0, 0.6))
    assert (first[0].rows, first[1]) == (1, 1)
    assert add_measurement(pantry, _spec(pantry, "a"), _measured("int8", 2.0, 0.54))[1] == 2
    assert add_measurement(pantry, _spec(pantry, "b"), _measured("int8", 1.0, None))[1] == 3
    card, number = add_measurement(pantry, _spec(pantry, "a"), _measured("float32", 3.0, 0.6))
    assert (card.name, card.rows, number) == ("own_det", 3, 1)
    volume = load_volume("own_det", pantry)
    frame = volume.frame().set_index("id")
    assert frame["od_inf_rate_ms"].to_dict() == {1: 3.0, 2: 2.0, 3: 1.0}
    calibrated = [volume.row(number)["calib_method"] for number in (1, 2, 3)]
    assert calibrated == [None, "entropy", "entropy"]
    assert frame["relative_task_metric"].tolist() == pytest.approx([1.0, 0.9, 1.0])
    assert volume.row(3)["od_task_metric"] is None  # not measured: the framework's stands in
    assert volume.row(2)["dataset"] == "Smoke"


def test_a_measurement_by_another_runtime_is_a_row_of_its_own(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path)
    on_gpu = {"device": "cuda:0", "hardware": "a GPU; a test, 2 threads"}
    made: list[dict[str, str]] = [
        {},
        {"runtime": "torch"},
        {"runtime": "onnxruntime", **on_gpu},
        {"runtime": "tensorrt", **on_gpu},
        {"runtime": "torch", **on_gpu},
    ]
    for again in (False, True):
        for number, more in enumerate(made, start=1):
            state = _measured("float32", 4.0, 0.6, **more)
            card, row = add_measurement(pantry, _spec(pantry, "a"), state)
            assert row == number and (not again or card.rows == len(made))
    frame = load_volume("own_det", pantry).frame()
    assert frame["hardware"].tolist() == [
        "a test, 2 threads",
        "a test, 2 threads; torch",
        "a GPU; a test, 2 threads; ONNX Runtime",
        "a GPU; a test, 2 threads; TensorRT",
        "a GPU; a test, 2 threads; torch",
    ]


def test_the_card_names_the_machines_that_were_measured_and_not_the_one_at_hand(
    tmp_path: Path,
) -> None:
    pantry = Pantry.build(tmp_path)
    told = {"versions": {"onnxruntime": "1.32.0"}, "system": "Linux-x"}
    card, _ = add_measurement(pantry, _spec(pantry, "a"), _measured("float32", 4.0, 0.6, **told))
    assert card.on == "a test, 2 threads; ONNX Runtime 1.32.0, Linux-x"
    on_gpu: dict[str, Any] = {"device": "cuda:0", "hardware": "a GPU; a test, 2 threads", **told}
    on_gpu["versions"] = {"onnxruntime": "1.32.0", "cuda": "12.8"}
    card, _ = add_measurement(pantry, _spec(pantry, "a"), _measured("float32", 1.0, 0.6, **on_gpu))
    assert card.on == (
        "a GPU; a test, 2 threads; ONNX Runtime 1.32.0, CUDA 12.8, Linux-x and a test, 2 threads"
    )


def test_own_measurements_travel_and_leave_those_of_the_pantry_that_they_come_to(
    tmp_path: Path,
) -> None:
    field = stocked_pantry(tmp_path / "field")
    add_measurement(field, _spec(field, "a"), _measured("float32", 4.0, 0.6))
    keys, trusting = keyring(tmp_path / "field-keys"), keyring(tmp_path / "home-keys")
    receipt = packed(field, tmp_path / "KIT", keys)
    trusting.trust(tmp_path / "KIT", receipt.fingerprint)
    home = Pantry.build(tmp_path / "home")
    add_measurement(home, _spec(home, "b"), _measured("int8", 9.0, 0.1))
    own = home.volumes.path("own_det").read_bytes()
    opened = open_bundle(tmp_path / "KIT", home, trusting)
    name = f"own_det_of_test-kitchen-{receipt.fingerprint[:8]}"
    assert (opened.volumes, opened.refused) == ((name,), ())
    assert load_volume(name, home).frame()["od_inf_rate_ms"].tolist() == [4.0]
    card = Card.parse(home.volumes.card(name))
    assert card.measured.startswith("every recipe that was measured in the pantry of test kitchen")
    assert card.source == f"measurements of test kitchen ({receipt.fingerprint[:8]}…)"
    assert home.volumes.path("own_det").read_bytes() == own
    trusting.trust(tmp_path / "FURTHER", packed(home, tmp_path / "FURTHER", trusting).fingerprint)
    third = Pantry.build(tmp_path / "third")
    further = open_bundle(tmp_path / "FURTHER", third, trusting)
    passed_on = f"{name}_by_test-kitchen-{_fingerprint(trusting)}"
    assert passed_on in further.volumes and name not in third.volumes.list()
    assert third.volumes.card(passed_on)["source"] == (
        f"{card.source}, passed on by test kitchen ({_fingerprint(trusting)}…)"
    )


@pytest.mark.parametrize("source", ["a stranger", "measurements of this pantry"])
@pytest.mark.parametrize("name", ["own_det", "what_i_measured"])
def test_rows_from_elsewhere_do_not_take_the_place_of_own_ones(
    tmp_path: Path, name: str, source: str
) -> None:
    home, trusting = Pantry.build(tmp_path / "home"), keyring(tmp_path / "home-keys")
    add_measurement(home, _spec(home, "b"), _measured("int8", 9.0, 0.1))
    own, card = home.volumes.path("own_det").read_bytes(), home.volumes.card("own_det")
    home.volumes.put(name, own, {**card, "name": name})
    _bring(tmp_path, home, trusting, name, source)
    assert home.volumes.path(name).read_bytes() == own
    again, _ = add_measurement(home, _spec(home, "c"), _measured("int8", 8.0, 0.1))
    assert again.rows == 2


def test_rows_that_claim_another_publisher_do_not_take_the_place_of_that_publishers(
    tmp_path: Path,
) -> None:
    field = stocked_pantry(tmp_path / "field")
    add_measurement(field, _spec(field, "a"), _measured("float32", 4.0, 0.6))
    receipt = packed(field, tmp_path / "KIT", keyring(tmp_path / "field-keys"))
    home, trusting = Pantry.build(tmp_path / "home"), keyring(tmp_path / "home-keys")
    trusting.trust(tmp_path / "KIT", receipt.fingerprint)
    (name,) = open_bundle(tmp_path / "KIT", home, trusting).volumes
    before = home.volumes.path(name).read_bytes()
    _bring(tmp_path, home, trusting, name, str(home.volumes.card(name)["source"]))
    assert home.volumes.path(name).read_bytes() == before


def test_rows_that_would_be_called_the_same_are_all_kept(tmp_path: Path) -> None:
    other, keys = stocked_pantry(tmp_path / "other"), keyring(tmp_path / "keys")
    contents = []
    for number, name in enumerate(("rows_of_a-aaaaaaaa", "rows_of_a-aaaaaaaa_by_b-bbbbbbbb"), 1):
        add_measurement(other, _spec(other, "a"), _measured("int8", number, 0.9))
        card = other.volumes.card("own_det")
        contents.append(other.volumes.path("own_det").read_bytes())
        other.volumes.remove("own_det")
        other.volumes.put(name, contents[-1], {**card, "name": name, "source": "a"})
    keys.trust(tmp_path / "KIT", packed(other, tmp_path / "KIT", keys).fingerprint)
    home = Pantry.build(tmp_path / "home")
    brought = open_bundle(tmp_path / "KIT", home, keys).volumes
    assert sorted(home.volumes.path(name).read_bytes() for name in brought) == sorted(contents)
    assert len(set(contents)) == 2


def _bring(folder: Path, home: Pantry, trusting: KeyRing, name: str, source: str) -> None:
    """Open at home a bundle of another publisher with one row under a name and source."""
    other, keys = stocked_pantry(folder / "other"), keyring(folder / "other-keys")
    card, _ = add_measurement(other, _spec(other, "a"), _measured("float32", 1.0, 0.9))
    content = other.volumes.path(card.name).read_bytes()
    other.volumes.remove(card.name)
    other.volumes.put(name, content, {**card.as_dict(), "name": name, "source": source})
    trusting.trust(folder / "OTHER", packed(other, folder / "OTHER", keys).fingerprint)
    opened = open_bundle(folder / "OTHER", home, trusting)
    (found,) = opened.volumes
    assert opened.refused == ()
    assert home.volumes.path(found).read_bytes() == content
    assert f"test kitchen ({_fingerprint(keys)}…)" in str(home.volumes.card(found)["source"])


def _fingerprint(keys: KeyRing) -> str:
    return next(key.fingerprint for key in keys.list() if key.name == "packer")[:8]


def test_a_run_that_measured_nothing_adds_nothing(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path)
    with pytest.raises(NotMeasured):
        add_measurement(pantry, _spec(pantry, "a"), RunState())
    assert pantry.volumes.list() == []
