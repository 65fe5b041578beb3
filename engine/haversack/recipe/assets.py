"""What an ingredient needs from outside: files with their licence, their source and their digest.

A file whose digest nobody could see yet is `Unpinned`: it is named with its source, and becomes an
`Asset` when it is first fetched and agrees with what its source publishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256 = str


class Origin(BaseModel):
    """Where an asset's bytes are fetched from.

    Attributes:
        uri: ``pypi:NAME==VERSION``, ``npm:NAME@VERSION``, ``apt:NAME=VERSION``, ``https://…``,
            ``hf:REPO@REV/FILE``, ``file:PATH``, ``resource:PATH`` (shipped with Haversack) or
            ``package:DISTRIBUTION/FILE`` (inside an installed distribution).
        sha256: Digest of what the URI gives: the wheel, the tarball, the file.
        member: Path of the file inside that archive; None where the URI gives the file itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uri: str
    sha256: Sha256 = Field(pattern=r"^[0-9a-f]{64}$")
    member: str | None = None


class Asset(BaseModel):
    """A file that an ingredient cannot do without.

    Attributes:
        name: Stable name such as ``weights/tf_efficientnet_lite0``; unique in a pantry.
        kind: What it is; decides how a bundle treats it.
        media_type: IANA-style media type.
        sha256: Digest of the file as the pantry keeps it, after conversion.
        size: Bytes of the file as the pantry keeps it.
        licence: SPDX identifier.
        origin: Where the bytes come from.
        convert: Name of the conversion that makes the kept file from the fetched one
            (``timm-by-position:ARCHITECTURE``, ``torchvision:ARCHITECTURE``, ``cut-outs``); None
            where they are the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Literal["weights", "dataset"]
    media_type: str
    sha256: Sha256 = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    licence: str
    origin: Origin
    convert: str | None = None


class Unpinned(BaseModel):
    """A file that is known by its source alone: nobody has seen its digest yet.

    Attributes:
        name: Stable name, as that of the asset it will be.
        kind: As of an asset.
        media_type: Media type of the file as the pantry will keep it.
        licence: SPDX identifier.
        uri: As of an origin. Its source must publish a SHA-256 or the beginning of one.
        convert: As of an asset.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Literal["weights"] = "weights"
    media_type: str = "application/vnd.safetensors"
    licence: str
    uri: str
    convert: str | None = None

    def pinned(self, pin: Pin) -> Asset:
        """Give the asset that it is once its bytes are known."""
        return Asset(
            name=self.name,
            kind=self.kind,
            media_type=self.media_type,
            sha256=pin.sha256,
            size=pin.size,
            licence=self.licence,
            origin=Origin(uri=self.uri, sha256=pin.fetched),
            convert=self.convert,
        )


@dataclass(frozen=True, slots=True)
class Pin:
    """What is known of a file once it was fetched, as an option of a recipe carries it.

    Attributes:
        sha256: Digest of the file as the pantry keeps it.
        size: Its bytes.
        fetched: Digest of the file as its source gives it.
    """

    sha256: Sha256
    size: int
    fetched: Sha256

    @classmethod
    def parse(cls, text: str) -> Pin:
        """Read ``SHA256:BYTES`` or ``SHA256:BYTES:SHA256-AS-FETCHED``; the pattern is checked."""
        sha256, size, *fetched = text.split(":")
        return cls(sha256, int(size), fetched[0] if fetched else sha256)

    def __str__(self) -> str:
        """Give the option's text, ``SHA256:BYTES``."""
        short = f"{self.sha256}:{self.size}"
        return short if self.fetched == self.sha256 else f"{short}:{self.fetched}"
