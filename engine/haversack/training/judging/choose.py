"""The judge of a task."""

from __future__ import annotations

from dataclasses import replace

from haversack.recipe.errors import RecipeError
from haversack.training.builders.tasks import build_task
from haversack.training.inference.runner import Trained
from haversack.training.judging.classification import ClassificationJudge
from haversack.training.judging.detection import DetectionJudge
from haversack.training.judging.judgement import Judge
from haversack.training.judging.segmentation import SegmentationJudge
from haversack.training.tasks.segmentation import SegmentationTask
from haversack.training.work import Work

WORST = 12
THRESHOLD = 0.3


def choose_judge(work: Work, trained: Trained) -> Judge:
    """Give the judge for what was trained."""
    if trained.task.name == "classification":
        return ClassificationJudge(trained.classes, WORST)
    if isinstance(trained.task, SegmentationTask):
        return SegmentationJudge(trained.classes, trained.task, WORST)
    recipe, threshold = work.recipe.copy(), THRESHOLD
    try:
        said = recipe["model.score_threshold"]
        threshold = float(said) if isinstance(said, int | float) else THRESHOLD
        recipe["model.score_threshold"] = 0.0
    except RecipeError:
        pass  # a model that shows every box has no threshold
    lenient = build_task(replace(work, recipe=recipe), len(trained.classes), trained.image_size)
    return DetectionJudge(trained.classes, lenient, threshold, WORST)
