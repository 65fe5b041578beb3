"""What ``--devices`` may be: a device, or how many processes train together."""

from __future__ import annotations

import re
from typing import Annotated

import typer

_ONE = re.compile(r"auto|cpu|cuda(:[0-9]{1,3})?")
_SEVERAL = re.compile(r"(?:(auto|cpu|cuda)x)?([1-9][0-9]{0,2})")


def parse_devices(text: str) -> tuple[str, int]:
    """Give the device and the number of processes that ``--devices`` means.

    Raises:
        typer.BadParameter: It means nothing.
    """
    if _ONE.fullmatch(text):
        return text, 1
    several = _SEVERAL.fullmatch(text)
    if several is None:
        raise typer.BadParameter(
            f"{text!r} is none of: auto, cpu, cuda, cuda:0, cuda:1 and so on, 2, cpux2, cudax2"
        )
    return several[1] or "auto", int(several[2])


def _device(text: str) -> str:
    device, processes = parse_devices(text)
    if processes > 1:
        raise typer.BadParameter(f"{text!r}: only training runs in several processes")
    return device


def _checked(text: str) -> str:
    parse_devices(text)
    return text


Device = Annotated[
    str,
    typer.Option(
        "--devices", "--device", callback=_device, help="auto, cpu, cuda, or one such as cuda:1."
    ),
]
Devices = Annotated[
    str,
    typer.Option(
        "--devices",
        "--device",
        callback=_checked,
        help="auto, cpu, cuda, one such as cuda:1, or how many train together: 2, cpux2, cudax4.",
    ),
]
