"""The manifest: every file of a bundle, and the blobs that each is made of."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.collecting import no_collecting
from haversack.base.digests import is_sha256, sha256_bytes
from haversack.base.errors import FileFormatError
from haversack.bundle.errors import Invalid
from haversack.bundle.layout import BLOB_SIZE, FORMAT
from haversack.bundle.paths import collisions, path_fault
from haversack.bundle.weights import is_pickle_name

LIMIT = BLOB_SIZE
KINDS = frozenset(
    {"asset", "attestation", "catalogue", "code", "dataset", "licence", "recipe", "volume",
     "weights"}
)  # fmt: skip
EMPTY = sha256_bytes(b"")
MOST_SIZE = 2**46
MOST_TEXT = 1000
_KEYS = ("path", "sha256", "size", "blobs", "kind", "media_type", "licence", "source")
_FIELDS_OF = itemgetter(*_KEYS)
_FIELDS = frozenset({"blob_size", "files", "format"})
MOST_STICKS = 1000
_AT_ONCE = 1 << 18
_HEAD = re.compile(rb'\{"blob_size":([1-9][0-9]{0,9}),"files":\[')
_BETWEEN, _END = b'},{"blobs":[', b'],"format":'
_HINT = "The manifest was not written as the format demands; tell its publisher."


class ManifestFile(NamedTuple):
    """One file of a bundle.

    Attributes:
        path: Its logical path; never a path on the stick or on this machine.
        kind: One of ``KINDS``.
        media_type: Such as ``application/octet-stream``.
        licence: An SPDX expression or a few words.
        source: Where its bytes came from.
        sha256: The digest of its bytes.
        size: Its bytes.
        blobs: The digests of its blobs in order.
    """

    path: str
    kind: str
    media_type: str
    licence: str
    source: str
    sha256: str
    size: int
    blobs: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """All files of a bundle in order of their paths.

    Attributes:
        blob_size: The size of every blob of a file but its last.
        files: The files.
        sticks: How many blobs, in order of their first use, lie on each stick of a set; empty
            where all lie on one.
    """

    blob_size: int
    files: tuple[ManifestFile, ...]
    sticks: tuple[int, ...] = ()

    @cached_property
    def blobs(self) -> dict[str, int]:
        """The size of every blob by its digest."""
        sizes: dict[str, int] = {}
        for file in self.files:
            if len(file.blobs) == 1:
                sizes[file.blobs[0]] = file.size
            else:
                sizes.update(self.parts(file))
        return sizes

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(file.size for file in self.files)

    def parts(self, file: ManifestFile) -> Iterator[tuple[str, int]]:
        """Give the digest and size of each blob of a file, in order."""
        left = file.size
        for sha256 in file.blobs:
            yield sha256, min(left, self.blob_size)
            left -= self.blob_size

    def encode(self) -> bytes:
        """Give the canonical bytes, made file by file so that memory stays small."""
        content = io.BytesIO()
        content.write(b'{"blob_size":%d,"files":[' % self.blob_size)
        for at, file in enumerate(self.files):
            content.write(b"," if at else b"")
            content.write(dump_canonical({**file._asdict(), "blobs": list(file.blobs)}))
        end = b',"sticks":' + dump_canonical(list(self.sticks)) if self.sticks else b""
        content.write(b'],"format":%d%b}' % (FORMAT, end))
        return content.getvalue()


def make_manifest(
    files: Iterable[ManifestFile], blob_size: int, sticks: tuple[int, ...] = ()
) -> Manifest:
    """Put files in order and check them as a reader would.

    Raises:
        Invalid: A reader would refuse them.
    """
    left = sorted(files, reverse=True)
    ordered = (left.pop() for _ in range(len(left)))
    entries = ({**file._asdict(), "blobs": list(file.blobs)} for file in ordered)
    return _checked(entries, blob_size, sticks, "the manifest")


def decode_manifest(content: bytes, file: str) -> Manifest:
    """Read a manifest whose digest was checked before.

    Args:
        content: Its bytes.
        file: Its name, for errors.

    Raises:
        Invalid: It breaks a rule of the format.
    """
    with no_collecting():
        return _decode(content, file)


def _decode(content: bytes, file: str) -> Manifest:
    with contextlib.suppress(_NotCanonicalError):
        return _decode_canonical(content, file)
    try:
        document = load_strict(content, file, LIMIT)
    except FileFormatError as error:
        raise Invalid(error.message, _HINT, file) from error
    blob_size, sticks = _frame(document, file)
    if not isinstance(document["files"], list):
        raise Invalid(f"{file} names no file", _HINT, file)
    return _checked(document["files"], blob_size, sticks, file)


def _decode_canonical(content: bytes, file: str) -> Manifest:
    """Read it some files at a time, so that memory stays small."""
    head, end = _HEAD.match(content), content.rfind(_END)
    if head is None or end < head.end():
        raise _NotCanonicalError
    rest = b"{" + content[end + len(b"],") :]
    try:
        document = orjson.loads(rest)
        if not isinstance(document, dict) or _dumped(document) != rest:
            raise _NotCanonicalError
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        raise _NotCanonicalError from None
    document |= {"blob_size": int(head[1]), "files": []}
    blob_size, sticks = _frame(document, file)
    return _checked(_entries(content, head.end(), end), blob_size, sticks, file)


def _entries(content: bytes, start: int, end: int) -> Iterator[Any]:
    """Give the files between two places; their bytes prove them strict, since all are canonical.

    No text can hold what stands between two files, for a quote within a text is escaped.
    """
    while start < end:
        stop = content.find(_BETWEEN, start + _AT_ONCE, end) + 1 or end
        piece = b"[%b]" % content[start:stop]
        try:
            entries = orjson.loads(piece)
            if _dumped(entries) != piece:
                raise _NotCanonicalError
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            raise _NotCanonicalError from None
        yield from entries
        start = stop + len(b",")


def _dumped(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _frame(document: Any, file: str) -> tuple[int, tuple[int, ...]]:
    """Check all but the files; give the size of blobs and how many lie on each stick."""
    if not isinstance(document, dict) or document.keys() - {"sticks"} != _FIELDS:
        raise Invalid(f"{file} is not a manifest", _HINT, file)
    if document["format"] != FORMAT or type(document["format"]) is not int:
        raise Invalid(f"{file} has another format than the envelope says", _HINT, file)
    blob_size = document["blob_size"]
    if type(blob_size) is not int or not 1 <= blob_size <= BLOB_SIZE:
        raise Invalid(f"{file} has an impossible size of blobs", _HINT, file)
    return blob_size, _sticks(document, file)


def _checked(
    entries: Iterable[Any], blob_size: int, sticks: tuple[int, ...], file: str
) -> Manifest:
    """Make a manifest of entries, each of them and all together by the rules."""
    try:
        files = tuple([_file(entry, blob_size) for entry in entries])
    except _FaultError as fault:
        raise Invalid(f"{file}: {fault}", _HINT, file) from fault
    if not files:
        raise Invalid(f"{file} names no file", _HINT, file)
    clash = collisions(one.path for one in files)
    if clash:
        raise Invalid(f"{file}: {_shown(clash[0])} {clash[1]}", _HINT, file)
    if any(before.path >= after.path for before, after in pairwise(files)):
        raise Invalid(f"{file} is not in order of its paths", _HINT, file)
    manifest = Manifest(blob_size, files, sticks)
    _check_blob_sizes(manifest, file)
    if manifest.sticks and sum(manifest.sticks) != len(manifest.blobs):
        raise Invalid(f"{file} spreads another number of blobs over sticks", _HINT, file)
    return manifest


def _sticks(document: dict[str, Any], file: str) -> tuple[int, ...]:
    if "sticks" not in document:
        return ()
    counts = document["sticks"]
    if not isinstance(counts, list) or not 2 <= len(counts) <= MOST_STICKS:
        raise Invalid(f"{file} is spread over an impossible number of sticks", _HINT, file)
    if not all(type(count) is int and 0 <= count <= MOST_SIZE for count in counts):
        raise Invalid(f"{file} has an impossible number of blobs on a stick", _HINT, file)
    return tuple(counts)


def check_text(value: Any) -> bool:
    """Say whether a value is a text that can be shown on one line."""
    return isinstance(value, str) and len(value) <= MOST_TEXT and _is_printable(value)


@lru_cache(maxsize=1024)
def _is_printable(text: str) -> bool:
    return text.isprintable()


class _FaultError(Exception):
    pass


class _NotCanonicalError(Exception):
    pass


def _file(entry: Any, blob_size: int) -> ManifestFile:
    try:
        path, sha256, size, blobs, kind, media_type, licence, source = _FIELDS_OF(entry)
    except (KeyError, TypeError):
        raise _FaultError("an entry has other fields than the format's") from None
    if len(entry) != len(_KEYS):
        raise _FaultError("an entry has other fields than the format's")
    fault = path_fault(path)
    if fault:
        raise _FaultError(f"{_shown(path)} is no path for a bundle: {fault}")
    if type(size) is not int or not 0 <= size <= MOST_SIZE:
        raise _FaultError(f"{path} has an impossible size")
    if not isinstance(sha256, str) or not is_sha256(sha256):
        raise _FaultError(f"{path} has no SHA-256")
    if not isinstance(blobs, list) or len(blobs) != -(-size // blob_size):
        raise _FaultError(f"{path} has another number of blobs than its size")
    if len(blobs) < 2:
        if sha256 != (blobs[0] if blobs else EMPTY):
            raise _FaultError(f"{path} has another digest than its only blob")
    elif not all(isinstance(blob, str) and is_sha256(blob) for blob in blobs):
        raise _FaultError(f"{path} is made of something that is no blob")
    try:
        labels = _labels(kind, media_type, licence, source)
    except _FaultError as error:
        raise _FaultError(f"{path} {error}") from None
    except TypeError:  # something that cannot be hashed, so no text
        raise _FaultError(f"{path} says something that is no text") from None
    if is_pickle_name(path):
        raise _FaultError(f"{path} bears the name of a pickle, which is never carried")
    pieces = (sha256,) if len(blobs) == 1 else tuple(blobs)
    return ManifestFile(path, *labels, sha256, size, pieces)


@lru_cache(maxsize=4096, typed=True)
def _labels(kind: Any, media_type: Any, licence: Any, source: Any) -> tuple[str, str, str, str]:
    """Check what is said of a file; files of which the same is said share the texts."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise _FaultError("is of a kind that is not known")
    if not all(map(check_text, (media_type, licence, source))):
        raise _FaultError("says something that cannot be shown")
    return kind, media_type, licence, source


def _check_blob_sizes(manifest: Manifest, file: str) -> None:
    sizes = manifest.blobs
    if sum(len(one.blobs) for one in manifest.files) == len(sizes):
        return  # none is used twice
    for one in manifest.files:
        if len(one.blobs) == 1:
            agree = sizes[one.sha256] == one.size
        else:
            agree = all(sizes[sha256] == size for sha256, size in manifest.parts(one))
        if not agree:
            raise Invalid(f"{file}: a blob of {one.path} has two sizes", _HINT, file)


def _shown(path: object) -> str:
    return ascii(path if not isinstance(path, str) else path[:120])
