"""What the frozen app leaves out, and what it must not."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture(scope="module")
def trim() -> ModuleType:
    spec = importlib.util.spec_from_file_location("trim", PACKAGING / "trim.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def is_unused(trim: ModuleType) -> Callable[[str], bool]:
    function: Callable[[str], bool] = trim.is_unused
    return function


@pytest.mark.parametrize(
    "destination",
    [
        "torch/bin/torch_shm_manager",
        "torch/testing/_internal/__init__.py",
        "torch/lib/libtorch_cpu.so",
        "sympy/plotting/__init__.py",
        "PySide6/Qt/plugins/platforms/libqminimal.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "PySide6/Qt/lib/libQt6Svg.so.6",
        "PySide6/QtWidgets.abi3.so",
        "pyarrow/libarrow_substrait.so.2600",
        "pyarrow/_fs.cpython-311-x86_64-linux-gnu.so",
        "resources/icons/haversack.svg",
        "sklearn/datasets/data/digits.csv.gz",
    ],
)
def test_what_is_needed_stays(is_unused: Callable[[str], bool], destination: str) -> None:
    assert not is_unused(destination)


@pytest.mark.parametrize(
    "destination",
    [
        "torch/bin/protoc",
        "torch/include/ATen/ATen.h",
        "torch/test/test_torch",
        "PySide6/Qt/qml/QtQuick/qmldir",
        "PySide6/Qt/lib/libQt6Quick3D.so.6",
        "PySide6/Qt/translations/qt_de.qm",
        "PySide6/QtQml.abi3.so",
        "sklearn/linear_model/tests/test_ridge.py",
        "pyarrow/libarrow_python_flight.so.2600.1.0",
        "pyarrow/_s3fs.cpython-311-x86_64-linux-gnu.so",
        "pyarrow\\include\\arrow\\api.h",
    ],
)
def test_what_is_never_used_is_left_out(is_unused: Callable[[str], bool], destination: str) -> None:
    assert is_unused(destination)


def test_the_window_carries_no_training_library(trim: ModuleType) -> None:
    assert not trim.is_for_the_window("torch.nn.functional")
    assert trim.is_for_the_window("haversack_gui.app")
    assert trim.is_for_the_window("haversack.training.work"), "only libraries are left out"


def test_what_benchmarks_compare_with_is_left_out(trim: ModuleType) -> None:
    project = tomllib.loads((PACKAGING.parent / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {Requirement(line).name for line in project["optional-dependencies"]["bench"]}
    modules = {name.replace("-", "_") for name in wanted} - {"pyopenssl"}
    assert modules <= set(trim.EXCLUDED_MODULES)


def test_of_the_model_library_only_what_is_imported_by_name_stays(
    trim: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("auto", "encoder_decoder", "eomt", "llama", "bert"):
        folder = tmp_path / "transformers" / "models" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (tmp_path / "transformers" / "__init__.py").touch()
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "one.py").write_text("from transformers.models.eomt.modeling_eomt import Eomt\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "transformers", raising=False)
    unused = ["transformers.models.bert", "transformers.models.llama"]
    assert trim.unused_models(sources) == unused
