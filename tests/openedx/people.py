"""A blended unit in a real course, and a person for each role Open edX knows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from common.djangoapps.student.roles import (
    CourseCreatorRole,
    CourseDataResearcherRole,
    CourseLimitedStaffRole,
)
from common.djangoapps.student.tests.factories import (
    BetaTesterFactory,
    CourseEnrollmentFactory,
    GlobalStaffFactory,
    InstructorFactory,
    OrgInstructorFactory,
    OrgStaffFactory,
    StaffFactory,
    UserFactory,
)
from xmodule.modulestore.tests.factories import BlockFactory, CourseFactory

from blended_xblock import models
from blended_xblock.hosts.openedx import BLOCK_TYPE
from blended_xblock.models import Session, SessionTrainer

STARTED: Final = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD: Final = UserFactory._DEFAULT_PASSWORD


def meeting(n: int, hours: float, **changes: Any) -> dict[str, Any]:
    """Return session ``n`` of three hours, starting ``hours`` from now, on the clocks of UTC."""
    start = datetime.now(UTC) + timedelta(hours=hours)
    return {
        "id": str(uuid.UUID(int=n)),
        "title": f"Workshop {n}",
        "start": start.strftime("%Y-%m-%dT%H:%M"),
        "end": (start + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"),
        "timezone": "UTC",
        "venue": "Room 4",
        **changes,
    }


def build_course(number: str, *sessions: dict[str, Any]) -> tuple[Any, Any]:
    """Return a course that has begun, and its blended unit with a follow-up.

    Without ``sessions`` one runs now, and one is to come.
    """
    course = CourseFactory.create(number=number, start=STARTED)
    section = BlockFactory.create(parent=course, category="chapter")
    subsection = BlockFactory.create(parent=section, category="sequential")
    vertical = BlockFactory.create(parent=subsection, category="vertical")
    after = BlockFactory.create(parent=section, category="sequential", display_name="Afterwards")
    page = BlockFactory.create(parent=after, category="vertical")
    BlockFactory.create(parent=page, category="html", data="What was agreed")
    design = {
        "sessions": list(sessions) or [meeting(1, -1), meeting(2, 48)],
        "follow_ups": [{"block": f"sequential@{after.usage_key.block_id}"}],
    }
    unit = BlockFactory.create(
        parent=vertical, category=BLOCK_TYPE, display_name="Handling conflict", design=design
    )
    return course, unit


def session(unit: Any, n: int) -> Session:
    return Session.objects.get(
        unit__usage_key=str(unit.usage_key.for_branch(None).version_agnostic()),
        design_id=str(uuid.UUID(int=n)),
    )


def enrolled(course: Any, **fields: Any) -> Any:
    user = UserFactory(**fields)
    CourseEnrollmentFactory(user=user, course_id=course.id)
    return user


def invited(unit: Any, n: int) -> Any:
    user = UserFactory()
    SessionTrainer.objects.create(session=session(unit, n), user=user)
    return user


def with_role(role: Any) -> Any:
    user = UserFactory()
    role.add_users(user)
    return user


def everybody(course: Any, unit: Any, other: Any) -> dict[str, tuple[str, Callable[[], Any]]]:
    """Return how to make each person, and what that makes them to the blended unit.

    ``other`` is another course. Nobody's name stands for an anonymous visitor.
    """
    key = course.id
    return {
        "anonymous": ("nobody", lambda: None),
        "unenrolled": ("nobody", UserFactory),
        "learner of another course": ("nobody", lambda: enrolled(other)),
        "beta tester": ("nobody", lambda: BetaTesterFactory(course_key=key)),
        "data researcher": ("nobody", lambda: with_role(CourseDataResearcherRole(key))),
        "course creator": ("nobody", lambda: with_role(CourseCreatorRole())),
        "staff of another course": ("nobody", lambda: StaffFactory(course_key=other.id)),
        "learner": ("learner", lambda: enrolled(course)),
        "trainer of this session": ("trainer", lambda: invited(unit, 1)),
        "trainer of another session": ("trainer elsewhere", lambda: invited(unit, 2)),
        "limited staff": ("staff", lambda: with_role(CourseLimitedStaffRole(key))),
        "course staff": ("staff", lambda: StaffFactory(course_key=key)),
        "instructor": ("staff", lambda: InstructorFactory(course_key=key)),
        "staff of the organisation": ("staff", lambda: OrgStaffFactory(course_key=key)),
        "instructor of the organisation": ("staff", lambda: OrgInstructorFactory(course_key=key)),
        "global staff": ("staff", GlobalStaffFactory),
    }


def all_rows() -> dict[str, list[dict[str, Any]]]:
    """Return every row of ours, to see that nothing was written."""
    tables = [table for table in vars(models).values() if hasattr(table, "objects")]
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}
