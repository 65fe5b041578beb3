"""Which of the collected files the frozen app does without; each cut was tried by smoke.py.

Must stay: torch/bin/torch_shm_manager (loader workers), torch.testing._internal and sympy.plotting
(imported by torch itself).
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

UNUSED = re.compile(
    r"""
      torch/(test|include|share)/
    | torch/bin/(?!torch_shm_manager$)
    | torch/lib/.*\.(a|lib)$
    | PySide6/Qt/(qml|translations|metatypes|libexec)/
    | PySide6/Qt/lib/libQt6(Quick|Qml|Labs|ShaderTools|Designer|Help|Sql)\w*\.so
    | PySide6/Qt/plugins/(qmltooling|qmllint|qmlls|sqldrivers|designer)/
    | PySide6/Qt(Quick|Qml|Designer|Help|Sql)\w*\.
    | (sklearn|scipy|numpy|pandas|pyarrow|onnx|torchmetrics|matplotlib)/(.+/)?tests?/
    | sklearn/datasets/(images|descr)/
    | pyarrow/(include|includes|src)/
    | pyarrow/.*\.p(yx|xd|xi)$
    | pyarrow/(libarrow_|libarrow_python_|_)(flight|s3|s3fs|gcsfs|azurefs)\.
    | onnx/backend/test/
    | matplotlib/mpl-data/sample_data/
    """,
    re.VERBOSE,
)

# What tests and benchmarks install would be taken along where it is there.
EXCLUDED_MODULES = [
    "_pytest",
    "autograd",
    "bagit",
    "botorch",
    "cma",
    "cyclonedx",
    "datasets",
    "datumaro",
    "duckdb",
    "gpytorch",
    "hypothesis",
    "importlinter",
    "IPython",
    "linear_operator",
    "llvmlite",
    "model_signing",
    "moocore",
    "mypy",
    "numba",
    "paretoset",
    "polars",
    "py",
    "pycocotools",
    "pymoo",
    "PySide6.QtDesigner",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "pytest",
    "pytestqt",
    "skimage",
    "sphinx",
    "supervision",
    "tkinter",
    "webdataset",
    "xdist",
]


# What transformers imports of its models by itself; the others are named where they are used.
TRANSFORMERS_OWN = {"auto", "encoder_decoder"}
_NAMED = re.compile(r"\btransformers\.models\.(\w+)")

TRAINING_ONLY = {
    "functorch",
    "lightning",
    "lightning_fabric",
    "onnx",
    "onnx_ir",
    "onnxscript",
    "pytorch_lightning",
    "sklearn",
    "sympy",
    "tensorboard",
    "timm",
    "tokenizers",
    "torch",
    "torchgen",
    "torchmetrics",
    "torchvision",
    "transformers",
}


def is_for_the_window(module: str) -> bool:
    """Say whether the windowed program, which never trains, carries the module in its archive."""
    return module.partition(".")[0] not in TRAINING_ONLY


def is_unused(destination: str) -> bool:
    """Say whether the file that would go to ``destination`` in the folder can be left out."""
    return UNUSED.match(destination.replace("\\", "/")) is not None


def models_named(sources: Path) -> set[str]:
    """Give the models of transformers that Python files below a folder import."""
    texts = (path.read_text("utf-8") for path in sources.rglob("*.py"))
    return {name for text in texts for name in _NAMED.findall(text)}


def unused_models(sources: Path) -> list[str]:
    """Give the modules of transformers' models (100 MB) that nothing below ``sources`` names."""
    found = find_spec("transformers")
    if found is None or not found.submodule_search_locations:
        return []
    kept = TRANSFORMERS_OWN | models_named(sources)
    folders = (Path(found.submodule_search_locations[0]) / "models").iterdir()
    there = sorted(folder.name for folder in folders if (folder / "__init__.py").is_file())
    return [f"transformers.models.{name}" for name in there if name not in kept]
