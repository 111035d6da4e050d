"""A small course on the campus and the people in it, for tests that run the real services.

The course holds prework (``before``), blended units (``live``), two follow-ups (``after``,
``later``) and a make-up (``instead``). Its sessions meet on 12 May 2026 and the Tuesdays after it,
09:00 to 12:00 in Paris, which is 07:00 to 10:00 in UTC.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from blended_xblock import api, models
from blended_xblock.publishing import session_key
from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.models import CampusEnrollment
from blended_xblock.workbench.runtime import CampusRuntime
from tests.remembered import remember

COURSE = str(COURSE_KEY)
OTHER_COURSE = "course-v1:Blended+OTHER+2026"
FIRST_END = datetime(2026, 5, 12, 10, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
Role = CampusEnrollment.Role

_PARTS = {
    "before": '<html_demo url_name="read"/><html_demo url_name="watch"/>',
    "after": '<html_demo url_name="apply"/><problem_demo url_name="quiz"/>',
    "later": '<html_demo url_name="reflect"/>',
    "instead": '<html_demo url_name="recording"/>',
}


def key(link: str) -> str:
    """Return the usage key of ``type@id``."""
    return str(COURSE_KEY.make_usage_key(*link.split("@")))


def unit_key(name: str = "unit") -> str:
    return key(f"blended_unit@{name}")


AFTER, APPLY, LATER = key("sequence_demo@after"), key("html_demo@apply"), key("sequence_demo@later")


def meeting(n: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the nth weekly session as a course team authors it."""
    start = datetime(2026, 5, 12, 9) + timedelta(weeks=n - 1)
    return {
        "id": str(uuid.UUID(int=n)),
        "title": f"Workshop {n}",
        "start": start.isoformat(timespec="minutes"),
        "end": (start + timedelta(hours=3)).isoformat(timespec="minutes"),
        "timezone": "Europe/Paris",
        **changes,
    }


def design(*sessions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a design: these sessions (or one), prework, and ``after`` as the follow-up."""
    return {
        "prework": [{"block": "sequence_demo@before"}],
        "sessions": list(sessions) or [meeting()],
        "follow_ups": [{"block": "sequence_demo@after"}],
        **changes,
    }


def build_course(**designs: dict[str, Any]) -> None:
    """Store and publish a course with a blended unit for each name (by default one, ``unit``)."""
    designs = designs or {"unit": design()}
    remember(f"course {designs!r}", lambda: _build_course(designs))


def _build_course(designs: dict[str, dict[str, Any]]) -> None:
    units = "".join(f'<blended_unit url_name="{name}" display_name="{name}"/>' for name in designs)
    parts = "".join(
        f'<sequence_demo url_name="{name}"><vertical_demo url_name="{name}-unit">'
        f"{blocks}</vertical_demo></sequence_demo>"
        for name, blocks in (_PARTS | {"live": units}).items()
    )
    CampusRuntime().parse_xml_string(
        f'<course url_name="course" start="2026-05-01T00:00:00Z">{parts}</course>'
    )
    for name, values in designs.items():
        redesign(name, **values)
    publish()


def redesign(name: str = "unit", **changes: Any) -> None:
    """Change what stands in Studio; nothing is published by it."""
    block = CampusRuntime().get_block(unit_key(name))
    block.design = {**block.design, **changes}
    block.save()


def move(name: str, to: str | None) -> None:
    """Move a block below another one, or out of the course."""
    runtime = CampusRuntime()
    moved = COURSE_KEY.make_usage_key(*name.split("@"))
    block = runtime.get_block(moved)
    if block.parent is not None:
        parent = runtime.get_block(block.parent)
        parent.children = [child for child in parent.children if child != moved]
        parent.save()
    if to is not None:
        parent = runtime.get_block(COURSE_KEY.make_usage_key(*to.split("@")))
        parent.children = [*parent.children, moved]
        parent.save()
        block.parent = parent.scope_ids.usage_id
        block.save()


def publish() -> api.SyncReport:
    return api.sync_course(COURSE)


def person(
    username: str,
    role: str = Role.LEARNER,
    *,
    course: str = COURSE,
    cohort: str = "",
    enrolled_at: datetime = LONG_AGO,
    timezone: str = "",
    **fields: Any,
) -> Any:
    """Return somebody with a place in the course."""
    user = get_user_model().objects.create(username=username, **fields)
    CampusEnrollment.objects.create(
        user=user,
        course_key=course,
        role=role,
        cohort=cohort,
        enrolled_at=enrolled_at,
        timezone=timezone,
    )
    return user


def crowd(n: int, cohort: str = "") -> list[Any]:
    """Return many learners, made with few statements."""
    model = get_user_model()
    model.objects.bulk_create(
        model(username=f"learner{i:05d}", first_name=f"Name{i:05d}") for i in range(n)
    )
    users = list(model.objects.filter(username__startswith="learner").order_by("username"))
    CampusEnrollment.objects.bulk_create(
        CampusEnrollment(user=user, course_key=COURSE, cohort=cohort, enrolled_at=LONG_AGO)
        for user in users
    )
    return users


def unit(name: str = "unit") -> models.BlendedUnit:
    return models.BlendedUnit.objects.get(usage_key=unit_key(name))


def session_id(n: int = 1, name: str = "unit") -> uuid.UUID:
    return session_key(unit_key(name), str(uuid.UUID(int=n)))


def session(n: int = 1, name: str = "unit") -> models.Session:
    return models.Session.objects.select_related("unit").get(pk=session_id(n, name))


def standing(user: Any, name: str = "unit") -> models.Standing:
    return models.Standing.objects.get(user=user, unit__usage_key=unit_key(name))


def record(user: Any, n: int = 1, name: str = "unit") -> models.AttendanceRecord:
    return models.AttendanceRecord.objects.get(user=user, session=session_id(n, name))


def take_roll(actor: Any, marks: dict[Any, str | None], n: int = 1, name: str = "unit") -> None:
    """Open the roll of a session and record a status for each of these people."""
    api.open_roll(session_id(n, name), actor=actor)
    give(actor, [api.Mark(user.pk, status) for user, status in marks.items()], n, name)


def give(
    actor: Any, marks: Iterable[api.Mark], n: int = 1, name: str = "unit", **kwargs: Any
) -> api.RecordReport:
    """Record marks at a session."""
    return api.record_attendance(session_id(n, name), marks, actor=actor, **kwargs)


def written() -> dict[str, int]:
    """Return how many rows each table holds, to see that nothing was written."""
    return {
        model.__name__: model.objects.count()
        for model in (
            models.AttendanceRecord,
            models.AttendanceChange,
            models.Standing,
            models.Waiver,
        )
    }
