"""Photo cut-outs are taken out of Debian's package and composed into scenes with exact labels."""

from __future__ import annotations

import io
import lzma
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haversack.catalog.scenes import CutOutScenes
from haversack.data.errors import DataError
from haversack.data.generate.cut_out_scenes import cut_out_scenes
from haversack.data.generate.cut_outs import (
    CLASSES,
    KINDS,
    convert_package,
    read_cut_outs,
    split_by_object,
)
from haversack.data.generate.plain_tar import plain_tar
from haversack.data.readers.members import TarMembers
from haversack.data.sample import Boxes, Mask
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture
from long_form import LONG_FORM

STAMPS = "./usr/share/tuxpaint/stamps/"
COPYRIGHT = "./usr/share/doc/tuxpaint-stamps-default/copyright"


def stamp(seed: int) -> bytes:
    """A blot with soft edges, off the middle of a picture of 60 x 40."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:40, 0:60]
    distance = np.hypot((rows - 18) / 14, (columns - 25) / 20)
    alpha = np.clip((1.2 - distance) * 400, 0, 255).astype(np.uint8)
    pixels = np.dstack([rng.integers(0, 256, (40, 60, 3), np.uint8), alpha])
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def package_members() -> dict[str, bytes]:
    members = {COPYRIGHT: b"License: GPL-2\n", STAMPS + "animals/bark.ogg": b"a sound"}
    for kind, folder in enumerate(KINDS):
        for number in range(4):
            members[f"{STAMPS}{folder}/thing{number}.png"] = stamp(10 * kind + number)
    members |= {f"{STAMPS}animals/birds/owl-{n}.png": stamp(100 + n) for n in range(5)}
    left_out = ("animals/cartoon/cat.png", "animals/thing0_mirror.png", "symbols/a.png")
    return members | {STAMPS + name: stamp(7) for name in left_out}


def package(path: Path, members: dict[str, bytes]) -> Path:
    entries = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": lzma.compress(plain_tar([("./control", b"Package: x\n")])),
        "data.tar.xz": lzma.compress(plain_tar(members.items())),
    }
    content = b"!<arch>\n"
    for name, body in entries.items():
        head = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n"
        content += head.encode() + body + b"\n" * (len(body) % 2)
    path.write_bytes(content)
    return path


@pytest.fixture
def cut_outs(tmp_path: Path) -> Path:
    convert_package(package(tmp_path / "stamps.deb", package_members()), tmp_path / "cut.tar")
    return tmp_path / "cut.tar"


def test_what_is_kept_is_byte_for_byte_and_comes_with_its_licence(
    cut_outs: Path, tmp_path: Path
) -> None:
    kept = TarMembers(cut_outs)
    wanted = {
        name.removeprefix(STAMPS): content
        for name, content in package_members().items()
        if name.endswith(".png") and not any(w in name for w in ("cartoon", "mirror", "symbols"))
    }
    assert set(kept.names()) == {*wanted, COPYRIGHT.removeprefix("./")}
    assert all(kept.read(name) == content for name, content in wanted.items())
    assert kept.read(COPYRIGHT.removeprefix("./")) == b"License: GPL-2\n"
    again = convert_package(tmp_path / "stamps.deb", tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == cut_outs.read_bytes()
    assert again["members"] == len(wanted) + 1


def test_every_class_is_in_both_splits_and_no_object_is(cut_outs: Path) -> None:
    whole = read_cut_outs(cut_outs)
    train, val = split_by_object(whole)
    assert sorted((*train.names, *val.names)) == sorted(whole.names)
    owls = {split for split, part in (("t", train), ("v", val)) for n in part.names if "owl" in n}
    assert len(owls) == 1
    for part in (train, val):
        assert {CLASSES[label] for label in part.labels} == set(CLASSES)


@pytest.mark.parametrize("size", [64, 160])
def test_boxes_are_the_extent_of_what_the_mask_shows(cut_outs: Path, size: int) -> None:
    boxed, masked = (
        cut_out_scenes(cut_outs, 12, 2, 3, size, masks)["train"] for masks in (False, True)
    )
    assert (boxed.classes, masked.classes) == (CLASSES, ("background", *CLASSES))
    for at in range(12):
        boxes, mask = boxed[at].target, masked[at].target
        assert isinstance(boxes, Boxes) and isinstance(mask, Mask)
        np.testing.assert_array_equal(boxed[at].image, masked[at].image)
        covered = np.zeros((size, size), bool)
        for (left, top, right, bottom), label in zip(
            boxes.xyxy.astype(int), boxes.labels, strict=True
        ):
            rows, columns = np.nonzero(mask.labels[top:bottom, left:right] == label + 1)
            assert (rows.min(), columns.min()) == (0, 0)
            assert (rows.max(), columns.max()) == (bottom - top - 1, right - left - 1)
            covered[top:bottom, left:right] = True
        assert not mask.labels[~covered].any()


def test_scenes_are_the_same_for_the_same_seed_in_any_order(cut_outs: Path) -> None:
    first, second, other = (cut_out_scenes(cut_outs, 5, 2, seed)["train"] for seed in (4, 4, 5))
    pictures = [first[at].image.tobytes() for at in range(5)]
    assert [second[at].image.tobytes() for at in reversed(range(5))] == pictures[::-1]
    assert other[0].image.tobytes() != pictures[0]


def cut(content: bytes, at: float) -> bytes:
    return content[: int(len(content) * at)]


@pytest.mark.parametrize("at", [0, 0.001, 0.1, 0.5, 0.99])
def test_a_package_that_is_cut_short_is_one_typed_error(tmp_path: Path, at: float) -> None:
    path = package(tmp_path / "stamps.deb", package_members())
    path.write_bytes(cut(path.read_bytes(), at))
    with pytest.raises(DataError, match=r"stamps\.deb"):
        convert_package(path, tmp_path / "cut.tar")
    assert not (tmp_path / "cut.tar").exists()


def test_another_package_and_a_damaged_file_are_one_typed_error(tmp_path: Path) -> None:
    other = package(tmp_path / "other.deb", {"./usr/bin/x": b"x"})
    with pytest.raises(DataError, match="holds no stamps"):
        convert_package(other, tmp_path / "cut.tar")
    for members in (
        [],
        [("animals/a.png", b"no picture")],
        [("elsewhere/a.png", stamp(1))],
        [("animals/a.png", stamp(1))],
    ):
        (tmp_path / "cut.tar").write_bytes(plain_tar(members))
        with pytest.raises(DataError):
            cut_out_scenes(tmp_path / "cut.tar")
    with tarfile.open(tmp_path / "cut.tar") as tar:
        assert tar.getnames() == ["animals/a.png"]


@pytest.mark.registry
@pytest.mark.slow
@pytest.mark.skipif(
    not LONG_FORM or shutil.which("apt-get") is None,
    reason="fetches 161 MB through apt-get; nightly",
)
def test_debians_package_gives_the_cut_outs_that_the_catalogue_pins(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    (captured,) = capture((CutOutScenes.asset,), pantry)
    assert (captured.licence, captured.fetched) == ("GPL-2.0-or-later", True)
    kept = read_cut_outs(pantry.store.path(CutOutScenes.asset.sha256))
    assert len(kept.names) == 274
