"""``report.json``: the result of a run as a file in its folder."""

from __future__ import annotations

import json
from typing import Any

from haversack.base.files import write_text
from haversack.base.finite_json import with_reasons
from haversack.training.work import Work


def write_report(work: Work, result: dict[str, Any]) -> None:
    """Write the result beside what the run produced; null with a reason for what is no number."""
    path = work.run_dir / "report.json"
    result = with_reasons(result)
    content = {"kind": work.spec.kind.value, "recipe_id": work.recipe.id, "result": result}
    write_text(path, json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n")
    work.produced(path, "report")
