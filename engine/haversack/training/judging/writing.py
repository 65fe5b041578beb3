"""Writing what a judge found into the run's folder: for people, and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from haversack.base.files import write_text
from haversack.base.finite_json import with_reasons
from haversack.data.sample import Dataset
from haversack.training.inference.runner import Trained
from haversack.training.judging.judgement import Judgement
from haversack.training.judging.page import make_page
from haversack.training.judging.pictures import show
from haversack.training.work import Work

PAGE, FOUND = "report.html", "judgement.json"
RUNTIMES = {"torch": "PyTorch", "onnxruntime": "ONNX Runtime"}


def write_judgement(
    work: Work, trained: Trained, dataset: Dataset, judgement: Judgement, result: dict[str, Any]
) -> dict[str, str]:
    """Write ``report.html`` and ``judgement.json``.

    Returns:
        The names of both files, by ``page`` and ``judgement``.
    """
    found = {
        "score": judgement.score_name,
        "unit": judgement.unit,
        "names": judgement.names,
        "confusion": judgement.confusion.tolist(),
        "classes": [asdict(row) for row in judgement.rows],
        "curves": [asdict(curve) for curve in judgement.curves],
        "mistakes": [
            {"picture": dataset[one.index].name, "index": one.index, "why": one.why}
            for one in judgement.mistakes
        ],
    }
    path, page = work.run_dir / FOUND, work.run_dir / PAGE
    write_text(path, json.dumps(with_reasons(found), indent=1, allow_nan=False) + "\n")
    work.produced(path, "report")
    facts = {
        "Task": work.recipe.task,
        "Pictures judged": f"{result['samples']:,}, those kept for validation",
        "Run by": RUNTIMES.get(str(result["runtime"]), result["runtime"]),
        "Training run": work.spec.options.get("of_run") or work.spec.run_id,
        "Recipe": work.recipe.id,
    }
    title = work.recipe.name or f"{work.recipe.task} {work.recipe.id[:12]}"
    size = trained.image_size
    shown = [show(one, dataset, trained.classes, size) for one in judgement.mistakes]
    write_text(page, make_page(title, facts, result["metrics"], judgement, shown))
    work.produced(page, "page")
    return {"page": PAGE, "judgement": FOUND}
