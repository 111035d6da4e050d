"""Scores and completions, kept where a platform keeps them: edx-submissions and edx-completion."""

from __future__ import annotations

from typing import Any

from completion.models import BlockCompletion
from opaque_keys.edx.keys import UsageKey
from submissions import api as submissions

from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.people import anonymous_id


def record_completion(user: Any, usage_key: UsageKey, value: float) -> None:
    """Record how much of a block somebody has done, from 0 to 1."""
    BlockCompletion.objects.submit_completion(user, usage_key, min(max(float(value), 0.0), 1.0))


def record_score(
    user: Any, usage_key: UsageKey, earned: float, possible: float, *, only_if_higher: bool = False
) -> None:
    """Record a score. Submissions count whole points, so a fraction becomes a percentage."""
    item = {
        "student_id": anonymous_id(user.pk),
        "course_id": str(COURSE_KEY),
        "item_id": str(usage_key),
        "item_type": usage_key.block_type,
    }
    if possible and not (float(earned).is_integer() and float(possible).is_integer()):
        earned, possible = round(100 * earned / possible), 100
    before = submissions.get_score(item)
    if only_if_higher and before and before["points_possible"]:
        reached = before["points_earned"] / before["points_possible"]
        if reached >= (earned / possible if possible else 0):
            return
    submission = submissions.create_submission(item, {"from": "campus"})
    submissions.set_score(submission["uuid"], int(earned), int(possible))


def get_scores(user: Any) -> dict[str, tuple[int, int]]:
    """Return points earned and possible for each block of the course that has a score."""
    scores = submissions.get_scores(str(COURSE_KEY), anonymous_id(user.pk))
    return {
        item: (score["points_earned"], score["points_possible"]) for item, score in scores.items()
    }
