from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from haversack.data.errors import DataError
from haversack.data.generate.voc_layout import annotation_xml
from haversack.data.readers.voc import read_voc
from haversack.data.readers.voc_annotation import parse
from haversack.data.sample import Boxes

CLASSES = ("cat", "dog & <co>")


@st.composite
def boxes(draw: st.DrawFn) -> Boxes:
    count = draw(st.integers(0, 6))
    corners = st.tuples(
        st.integers(0, 90), st.integers(0, 90), st.integers(1, 9), st.integers(1, 9)
    )
    rows = [draw(corners) for _ in range(count)]
    xyxy = np.asarray([(x, y, x + w, y + h) for x, y, w, h in rows], np.float32).reshape(-1, 4)
    return Boxes(xyxy, np.asarray([draw(st.integers(0, 1)) for _ in rows], np.int64))


def voc(folder: Path, annotations: dict[str, bytes], splits: bool = False) -> Path:
    for name, xml in annotations.items():
        for sub in ("JPEGImages", "Annotations", "ImageSets/Main"):
            (folder / sub).mkdir(parents=True, exist_ok=True)
        (folder / "Annotations" / f"{name}.xml").write_bytes(xml)
        buffer = io.BytesIO()
        Image.new("RGB", (100, 80), (200, 30, 30)).save(buffer, "JPEG")
        (folder / "JPEGImages" / f"{name}.jpg").write_bytes(buffer.getvalue())
    if splits:
        names = list(annotations)
        for split, part in (("train", names[:-1]), ("val", names[-1:])):
            (folder / f"ImageSets/Main/{split}.txt").write_text("\n".join(part) + "\n")
    return folder


def one_box(name: str = "cat", xml: str = "") -> bytes:
    box = xml or "<xmin>1</xmin><ymin>1</ymin><xmax>10</xmax><ymax>20</ymax>"
    return (
        f"<annotation><object><name>{name}</name><bndbox>{box}</bndbox></object></annotation>"
    ).encode()


@given(boxes())
def test_an_annotation_is_read_as_it_was_written(wanted: Boxes) -> None:
    found = parse(annotation_xml("a.jpg", (100, 100), wanted, CLASSES), "a.xml")
    assert found.filename == "a.jpg"
    assert [o.box for o in found.objects] == [tuple(row) for row in wanted.xyxy.tolist()]
    assert [o.name for o in found.objects] == [CLASSES[label] for label in wanted.labels]


def test_entities_are_refused_before_they_expand() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha">]><annotation>&x;</annotation>'
    with pytest.raises(DataError, match=r"bad\.xml declares a document type"):
        parse(bomb, "bad.xml")


def test_external_entities_are_refused() -> None:
    hostile = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>'
    with pytest.raises(DataError, match="document type"):
        parse(hostile, "bad.xml")


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (b"<annotation><object>", "not readable XML"),
        (b"", "not readable XML"),
        (b"<annotation><object></object></annotation>", "without a name"),
        (b"<annotation><object><name>a</name></object></annotation>", "without a box"),
        (one_box(xml="<xmin>1</xmin><ymin>1</ymin><xmax>x</xmax><ymax>2</ymax>"), "xmax is 'x'"),
        (
            one_box(xml="<xmin>1</xmin><ymin>1</ymin><xmax>nan</xmax><ymax>2</ymax>"),
            "xmax is 'nan'",
        ),
        (one_box(xml="<xmin>1</xmin><ymin>1</ymin><ymax>2</ymax>"), "xmax is None"),
        (one_box(xml="<xmin>9</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax>"), "ends before"),
    ],
)
def test_a_broken_annotation_is_named_with_what_is_wrong(xml: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        parse(xml, "pictures/a.xml")
    assert "pictures/a.xml" in caught.value.message
    assert caught.value.hint


def test_a_folder_is_read_with_its_own_splits(tmp_path: Path) -> None:
    names = {"a": one_box("dog"), "b": one_box("cat"), "c": one_box("cat")}
    splits = read_voc(voc(tmp_path, names, splits=True))
    assert (len(splits["train"]), len(splits["val"])) == (2, 1)
    assert splits["train"].classes == splits["val"].classes == ("cat", "dog")
    sample = splits["train"][0]
    assert sample.image.shape == (80, 100, 3)
    assert isinstance(sample.target, Boxes)
    assert sample.target.xyxy.tolist() == [[0, 0, 10, 20]]
    assert sample.target.labels.tolist() == [1]


def test_without_splits_the_same_names_are_always_for_validation(tmp_path: Path) -> None:
    names = {f"picture{i}": one_box() for i in range(40)}
    folder = voc(tmp_path, names)
    first, second = read_voc(folder), read_voc(folder)
    chosen = [first["val"][i].name for i in range(len(first["val"]))]
    assert chosen == [second["val"][i].name for i in range(len(second["val"]))]
    assert 2 <= len(chosen) <= 16
    assert len(first["train"]) == 40 - len(chosen)


def test_boxes_are_cut_to_the_picture_and_empty_ones_left_out(tmp_path: Path) -> None:
    wide = one_box(xml="<xmin>91</xmin><ymin>1</ymin><xmax>300</xmax><ymax>20</ymax>")
    outside = one_box(xml="<xmin>201</xmin><ymin>1</ymin><xmax>300</xmax><ymax>20</ymax>")
    dataset = read_voc(voc(tmp_path, {"a": wide, "b": outside, "c": wide}, splits=True))["train"]
    targets = [dataset[i].target for i in range(2)]
    assert isinstance(targets[0], Boxes)
    assert isinstance(targets[1], Boxes)
    assert targets[0].xyxy.tolist() == [[90, 0, 100, 20]]
    assert len(targets[1].labels) == 0


def test_a_missing_picture_is_named_with_a_remedy(tmp_path: Path) -> None:
    folder = voc(tmp_path, {"a": one_box()})
    (folder / "JPEGImages/a.jpg").unlink()
    with pytest.raises(DataError, match=r"the picture of Annotations/a\.xml is missing") as caught:
        read_voc(folder)
    assert "Add the picture" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff\xe0 cut"])
def test_an_unreadable_picture_is_named_when_it_is_asked_for(
    tmp_path: Path, content: bytes
) -> None:
    folder = voc(tmp_path, {"a": one_box(), "b": one_box()}, splits=True)
    (folder / "JPEGImages/a.jpg").write_bytes(content)
    dataset = read_voc(folder)["train"]
    with pytest.raises(DataError, match=r"JPEGImages/a\.jpg") as caught:
        dataset[0]
    assert caught.value.hint


def test_a_picture_that_is_cut_short_is_an_error_not_a_grey_area(tmp_path: Path) -> None:
    folder = voc(tmp_path, {"a": one_box(), "b": one_box()}, splits=True)
    noise = np.random.default_rng(0).integers(0, 255, (80, 100, 3)).astype(np.uint8)
    Image.fromarray(noise).save(folder / "JPEGImages/a.jpg")
    whole = (folder / "JPEGImages/a.jpg").read_bytes()
    (folder / "JPEGImages/a.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="damaged"):
        read_voc(folder)["train"][0]


def test_a_folder_without_annotations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(DataError, match="no Annotations folder"):
        read_voc(tmp_path / "x")


def test_an_encoding_that_nobody_knows_is_an_error_that_names_the_file() -> None:
    with pytest.raises(DataError, match=r"a\.xml is not readable XML"):
        parse(b'<?xml version="1.0" encoding="utf-a"?><annotation/>', "a.xml")
