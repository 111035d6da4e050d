"""Say problems of a design as a form does: the part it is in, and the field by its label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from blended_xblock.design import Problem
from blended_xblock.design.checks import MISSING, NO_WALL_TIME


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A problem for the editor: ``path`` leads to the field ("design.sessions.0.start")."""

    path: str
    place: str
    text: str
    severity: str


def form_problem(
    problem: Problem, draft: Mapping[str, Any], titles: Mapping[str, str]
) -> FormProblem:
    """Return a problem in the form's words.

    ``draft`` is the plain data as sent ({"title", "weight", "design"}), valid or not; ``titles``
    names linked blocks by ``type@id``.
    """
    return FormProblem(
        path=".".join(str(part) for part in _form_path(problem)),
        place=_place(problem, draft, titles),
        text=_text(problem),
        severity=problem.severity,
    )


def _form_path(problem: Problem) -> tuple[str | int, ...]:
    """Return where the field is: a problem's own path leads through the design alone."""
    if problem.path[:1] in {("title",), ("weight",)}:
        return problem.path
    return ("design", *problem.path)


def _text(problem: Problem) -> str:
    label = _attribute_labels().get(problem.attribute, problem.attribute)
    if problem.template == MISSING:
        return _("%(field)s is missing. Fill it in.") % {"field": label}
    if problem.template == NO_WALL_TIME:
        return _("%(field)s is not complete. Give the day and the time.") % {"field": label}
    detail = problem.detail(_)
    if not label:
        return detail[:1].upper() + detail[1:]
    return _("%(field)s %(problem)s") % {"field": label, "problem": detail}


def _place(problem: Problem, draft: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    name, *rest = problem.path or ("",)
    number = rest[0] if rest and isinstance(rest[0], int) else None
    if number is None:
        return part_labels().get(str(name), _("The unit"))
    words = _element_labels().get(str(name), "%(n)s")
    place = words % {"n": number + 1}
    title = _title_of(str(name), number, draft, titles)
    return _("%(place)s “%(title)s”") % {"place": place, "title": title} if title else place


def _title_of(name: str, number: int, draft: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    design = draft.get("design")
    items = design.get(name) if isinstance(design, Mapping) else None
    item = items[number] if isinstance(items, list) and number < len(items) else None
    if not isinstance(item, Mapping):
        return ""
    if name == "sessions":
        title = item.get("title")
    elif name == "statuses":
        title = item.get("label")
    else:
        title = titles.get(str(item.get("block")), item.get("block"))
    return title[:60] if isinstance(title, str) else ""


def part_labels() -> dict[str, str]:
    """Return what the form calls the parts of a unit, by their names in a version."""
    return {
        "title": _("Title"),
        "weight": _("Points"),
        "model": _("Model"),
        "objectives": _("Objectives"),
        "prework": _("Prework"),
        "sessions": _("Sessions"),
        "statuses": _("Statuses"),
        "rule": _("What counts"),
        "gate": _("While a roll is not done"),
        "follow_ups": _("Follow-ups"),
        "make_ups": _("Make-ups"),
        "reminders": _("Reminders"),
        "check_in": _("Check-in"),
        "from_minutes": _("Attendance from a report"),
    }


def _element_labels() -> dict[str, str]:
    return {
        "objectives": _("Objective %(n)s"),
        "prework": _("Prework %(n)s"),
        "sessions": _("Session %(n)s"),
        "statuses": _("Status %(n)s"),
        "follow_ups": _("Follow-up %(n)s"),
        "make_ups": _("Make-up %(n)s"),
        "reminders": _("Reminder %(n)s"),
    }


def _attribute_labels() -> dict[str, str]:
    return {
        "weight": _("The number of points"),
        "model": _("The model"),
        "text": _("The text"),
        "block": _("The block"),
        "id": _("The identifier"),
        "title": _("The title"),
        "start": _("The start"),
        "end": _("The end"),
        "timezone": _("The time zone"),
        "mode": _("The mode"),
        "occurrence": _("The occurrence"),
        "venue": _("The room"),
        "address": _("The address"),
        "join_url": _("The join link"),
        "capacity": _("The number of places"),
        "audience": _("The list of cohorts"),
        "cohort": _("The cohort"),
        "code": _("The code"),
        "label": _("The label"),
        "credit": _("The credit"),
        "attended": _("“Took part”"),
        "counted": _("“Counts”"),
        "kind": _("The kind of rule"),
        "at_least": _("The number"),
        "percent": _("The percentage"),
        "when_unmarked": _("What happens meanwhile"),
        "after_hours": _("The number of hours"),
        "delay_days": _("The delay"),
        "within_days": _("The deadline"),
        "hours_before": _("The time before the session"),
        "opens_before": _("“Opens before”"),
        "late_after": _("“Late after”"),
        "too_late_after": _("“Too late after”"),
        "rotate_seconds": _("“A code is shown for”"),
        "early": _("The status before the start"),
        "on_time": _("The status on time"),
        "late": _("The status when late"),
        "too_late": _("The status when too late"),
        "present_from": _("“Present from”"),
        "absent_below": _("“Absent below”"),
        "left_before": _("“Stayed until”"),
        "present": _("The status when present"),
        "left_early": _("The status when left early"),
        "absent": _("The status when absent"),
    }
