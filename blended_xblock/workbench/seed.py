"""Fills an empty campus: the course, the people, and what they have done so far.

What people did is done through the same doors as by hand: attendance through
``blended_xblock.api``, answers through the blocks' handlers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import webob
from completion.models import BlockCompletion
from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from opaque_keys.edx.keys import UsageKey
from waffle.models import Switch

from blended_xblock.workbench.cast import LEARNERS, STAFF, Person, extra_learners
from blended_xblock.workbench.course import course_olx
from blended_xblock.workbench.keys import COURSE_KEY
from blended_xblock.workbench.models import CampusEnrollment
from blended_xblock.workbench.runtime import CampusRuntime
from blended_xblock.workbench.store import forget_course

UNIT_KEY: Final = COURSE_KEY.make_usage_key("blended_unit", "handling-conflict")
PREWORK: Final = (
    COURSE_KEY.make_usage_key("html_demo", "why-conflicts-escalate"),
    COURSE_KEY.make_usage_key("html_demo", "two-openings"),
    COURSE_KEY.make_usage_key("problem_demo", "self-check"),
)
EXERCISE: Final = COURSE_KEY.make_usage_key("drag-and-drop-v2", "five-steps")
_EXERCISE_INTRO: Final = COURSE_KEY.make_usage_key("html_demo", "sort-intro")
_ANSWER: Final = {"reply": [{"name": "reply", "value": "ask"}]}
# Which step each sentence of the exercise belongs to, in the order people place them.
_SENTENCES: Final = ((3, "pause"), (1, "open"), (4, "listen"), (2, "name"), (0, "agree"))


def is_seeded() -> bool:
    """Tell whether the campus has a course and people."""
    return CampusEnrollment.objects.filter(course_key=str(COURSE_KEY)).exists()


def prepare_tables() -> None:
    """Bring the database up to date; the workbench's own tables have no migrations."""
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)


def reset() -> None:
    """Make every table anew: whatever version of the demonstration filled them, they are empty."""
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
    ContentType.objects.clear_cache()
    prepare_tables()


@transaction.atomic
def seed(extra: int = 0, now: datetime | None = None) -> bool:
    """Fill an empty campus, all or nothing; return False and change nothing if it is not empty."""
    if is_seeded():
        return False
    now = now or timezone.now()
    seed_course(now)
    people = seed_people(extra)
    seed_history(people, now)
    return True


def seed_course(now: datetime | None = None) -> UsageKey:
    """Store the course with dates around ``now``, in place of what was there, and publish it."""
    from blended_xblock import api

    Switch.objects.update_or_create(
        name=ENABLE_COMPLETION_TRACKING_SWITCH.name, defaults={"active": True}
    )
    forget_course()
    root_key = CampusRuntime().parse_xml_string(course_olx(now or timezone.now()))
    api.sync_course(str(COURSE_KEY))
    return root_key


def seed_people(extra: int = 0) -> dict[str, Any]:
    """Add the people of the course, and ``extra`` more learners; return users by username."""
    user_model = get_user_model()
    cast = [*LEARNERS, *STAFF, *extra_learners(extra)]
    known = set(
        user_model.objects.filter(username__in=[p.username for p in cast]).values_list(
            "username", flat=True
        )
    )
    user_model.objects.bulk_create(
        [_user(user_model, person) for person in cast if person.username not in known]
    )
    users = {
        user.username: user
        for user in user_model.objects.filter(username__in=[p.username for p in cast])
    }
    CampusEnrollment.objects.bulk_create(
        [
            CampusEnrollment(
                user=users[person.username],
                course_key=str(COURSE_KEY),
                role=person.role,
                cohort=person.cohort,
                timezone=person.timezone,
                language=person.language,
                persona=person.persona,
                enrolled_at=timezone.now() - timedelta(days=20),
            )
            for person in cast
        ],
        ignore_conflicts=True,
    )
    _complete_prework(users, cast)
    return users


def seed_history(users: dict[str, Any], now: datetime | None = None) -> None:
    """Let last week's session have happened, and some have gone on to the exercise since."""
    from blended_xblock import api
    from blended_xblock.models import Session, SessionTrainer

    now = now or timezone.now()
    past, current, coming = Session.objects.filter(unit__usage_key=str(UNIT_KEY)).order_by(
        "starts_at"
    )
    trainer = users["camille.laurent"]
    api.open_roll(past.pk, actor=trainer)
    api.record_attendance(
        past.pk,
        [
            api.Mark(
                user_id=users[person.username].pk,
                status=person.mark,
                minutes=person.minutes,
                modality="room" if person.mark in "PLD" else None,
                note=person.note,
                at=past.ends_at,
            )
            for person in LEARNERS
            if person.mark
        ],
        actor=trainer,
    )
    api.close_roll(past.pk, actor=trainer)
    # The roll was taken on the day, not when the campus was filled.
    Session.objects.filter(pk=past.pk).update(
        roll_opened_at=past.starts_at, roll_closed_at=past.ends_at
    )
    SessionTrainer.objects.get_or_create(
        session=current, user=users["piotr.zielinski"], defaults={"invited_by": trainer}
    )
    for person in LEARNERS:
        if person.cannot_come:
            day_before = current.starts_at - timedelta(days=1)
            user = users[person.username]
            api.announce_absence(current.pk, user=user, reason=person.cannot_come, now=day_before)
            api.choose_alternative(current.pk, coming.pk, user=user)
        if person.appeal:
            api.make_appeal(past.pk, user=users[person.username], text=person.appeal)
        if person.right is not None:
            _work_on_exercise(users[person.username], person.right)


def _user(user_model: Any, person: Person) -> Any:
    is_operator = person.role == CampusEnrollment.Role.OPERATOR
    user = user_model(
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        is_staff=is_operator,
        is_superuser=is_operator,
    )
    # Nobody logs in with a password here, and nobody could.
    user.set_unusable_password()
    return user


def _complete_prework(users: dict[str, Any], cast: Iterable[Person]) -> None:
    """Record prework as done: reading by its completion, the question by answering it."""
    done = []
    for person in cast:
        user = users[person.username]
        done += [(user, usage_key) for usage_key in PREWORK[: person.prework]]
        if person.prework >= len(PREWORK) and not person.username.startswith("learner."):
            _post(user, PREWORK[-1], "check", _ANSWER)
    BlockCompletion.objects.bulk_create(
        [
            BlockCompletion(
                user=user,
                context_key=COURSE_KEY,
                block_key=usage_key,
                block_type=usage_key.block_type,
                completion=1.0,
            )
            for user, usage_key in done
        ],
        ignore_conflicts=True,
    )


def _work_on_exercise(user: Any, right: int) -> None:
    """Read the introduction and put ``right`` sentences where they belong."""
    _post(user, _EXERCISE_INTRO, "publish_completion", {})
    for item, zone in _SENTENCES[:right]:
        _post(user, EXERCISE, "drop_item", {"val": item, "zone": zone, "y_percent": "0%"})


def _post(user: Any, usage_key: UsageKey, handler: str, data: dict[str, Any]) -> None:
    """Call a handler as ``user``; anything but success is a fault of the seed."""
    runtime = CampusRuntime(user)
    request = webob.Request.blank("/", method="POST", body=json.dumps(data).encode())
    response = runtime.handle(runtime.get_block(usage_key), handler, request)
    if response.status_code != 200:
        raise RuntimeError(f"{handler} of {usage_key}: {response.status} {response.text}")
