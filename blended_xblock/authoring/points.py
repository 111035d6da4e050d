"""What the points of a unit say although its author hardly means it."""

from __future__ import annotations

from collections.abc import Iterator

from blended_xblock.design import Design, Problem
from blended_xblock.design.problems import mark as _
from blended_xblock.results.score import points_of


def points_warnings(design: Design, weight: float | None) -> list[Problem]:
    """Return warnings about points that are not whole, or too few for the sessions there are."""
    return list(_warnings(design, weight))


def _warnings(design: Design, weight: float | None) -> Iterator[Problem]:
    points = points_of(weight)
    sessions = sum(not session.cancelled for session in design.sessions)
    if weight is not None and weight != points:
        text = _("is not whole: %(weight)s is taken as %(points)s.")
        yield _warn(text, weight=f"{weight:g}", points=points)
    if 0 < points < sessions:
        text = _(
            "is %(points)s for %(sessions)s sessions, so that attending one of them may earn "
            "nothing. Give the unit %(sessions)s points or more."
        )
        yield _warn(text, points=points, sessions=sessions)


def _warn(template: str, **params: object) -> Problem:
    texts = {name: str(value) for name, value in params.items()}
    return Problem("blended_unit", "weight", template, texts, "warning", ("weight",))
