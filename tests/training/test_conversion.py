from __future__ import annotations

import os
from pathlib import Path

import pytest
import timm
import torch

from haversack.base.digests import sha256_file
from haversack.runs.spec import RunKind, RunSpec
from haversack.training.convert.converting import convert
from haversack.training.errors import ConversionError
from haversack.training.jobs.convert import convert as convert_job

ARCHITECTURE = "tf_efficientnet_lite0"
CONVERSION = f"timm-by-position:{ARCHITECTURE}"


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same network under other names, as another project would have saved it."""
    torch.manual_seed(3)
    state = timm.create_model(ARCHITECTURE, pretrained=False).state_dict()
    path = tmp_path_factory.mktemp("foreign") / "weights.pth"
    torch.save({f"layer{index}": tensor for index, tensor in enumerate(state.values())}, path)
    return path


def test_foreign_weights_get_the_names_of_the_architecture(foreign: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    said = convert(CONVERSION, foreign, tmp_path / "out.safetensors")
    found = load_file(tmp_path / "out.safetensors")
    model = timm.create_model(ARCHITECTURE, pretrained=False)
    model.load_state_dict(found, strict=True)
    original = torch.load(foreign, weights_only=True)
    names = list(model.state_dict())
    assert all(torch.equal(found[n], t) for n, t in zip(names, original.values(), strict=True))
    assert said == {
        "sha256": sha256_file(tmp_path / "out.safetensors"),
        "size": (tmp_path / "out.safetensors").stat().st_size,
        "tensors": 296,
    }


def test_conversion_gives_the_same_bytes_twice(foreign: Path, tmp_path: Path) -> None:
    first, second = (convert(CONVERSION, foreign, tmp_path / name) for name in ("a", "b"))
    assert first["sha256"] == second["sha256"]


def test_a_tensor_of_another_shape_is_refused_and_nothing_is_written(
    foreign: Path, tmp_path: Path
) -> None:
    state = torch.load(foreign, weights_only=True)
    state["layer0"] = state["layer0"].transpose(0, 1).contiguous()
    torch.save(state, tmp_path / "other.pth")
    with pytest.raises(ConversionError, match=r"layer0 .* does not fit conv_stem\.weight"):
        convert(CONVERSION, tmp_path / "other.pth", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_tensor_is_refused(foreign: Path, tmp_path: Path) -> None:
    state = torch.load(foreign, weights_only=True)
    state.popitem()
    torch.save(state, tmp_path / "other.pth")
    with pytest.raises(ConversionError, match="has 296 tensors, the file has 295"):
        convert(CONVERSION, tmp_path / "other.pth", tmp_path / "out")


class _Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {_Hostile.mark}",)

    mark = ""


def test_code_in_a_weights_file_is_not_run(tmp_path: Path) -> None:
    _Hostile.mark = str(tmp_path / "was-here")
    torch.save({"w": _Hostile()}, tmp_path / "hostile.pth")
    with pytest.raises(ConversionError, match="holds more than weights"):
        convert(CONVERSION, tmp_path / "hostile.pth", tmp_path / "out")
    assert not (tmp_path / "was-here").exists()


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04 torn"])
def test_a_file_that_holds_no_weights_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.pth").write_bytes(content)
    with pytest.raises(ConversionError, match=r"bad\.pth"):
        convert(CONVERSION, tmp_path / "bad.pth", tmp_path / "out")


@pytest.mark.parametrize("name", ["timm-by-position:no_such_net", "unheard-of:x"])
def test_an_unknown_conversion_is_refused(foreign: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConversionError):
        convert(name, foreign, tmp_path / "out")


def test_a_conversion_run_takes_its_paths_from_the_spec(foreign: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept.safetensors"
    options = {"conversion": CONVERSION, "source": str(foreign), "target": str(target)}
    spec = RunSpec(kind=RunKind.CONVERT, run_id="c", run_dir=tmp_path, options={**options})
    assert convert_job(spec)["sha256"] == sha256_file(target)
    lacking = spec.model_copy(update={"options": {"source": str(foreign)}})
    with pytest.raises(ConversionError, match="needs the options"):
        convert_job(lacking)
