"""Conversion of foreign files, once, where there need be no network."""

from __future__ import annotations

from pathlib import Path

from haversack.data.generate.cut_outs import CUT_OUTS, convert_package
from haversack.runs.spec import RunSpec
from haversack.training.convert import converting
from haversack.training.errors import ConversionError


def convert(spec: RunSpec) -> dict[str, object]:
    """Convert ``options["source"]`` to ``options["target"]`` as ``options["conversion"]`` says.

    Returns:
        ``sha256``, ``size``, ``tensors`` of the written file (``members`` where it is a tar) and
        its path as ``file``.

    Raises:
        ConversionError: An option is missing, or the weights do not fit.
        DataError: The package of pictures cannot be read.
    """
    values = [spec.options.get(name) for name in ("conversion", "source", "target")]
    conversion, source, target = (value if isinstance(value, str) else "" for value in values)
    if not (conversion and source and target):
        raise ConversionError(
            "a conversion needs the options conversion, source and target", "Make the run again."
        )
    if conversion == CUT_OUTS:
        return {"file": target, **convert_package(Path(source), Path(target))}
    return {"file": target, **converting.convert(conversion, Path(source), Path(target))}
