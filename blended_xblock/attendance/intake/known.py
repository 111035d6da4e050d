"""Who may be meant by a name in a file: the course's learners, its team, and remembered names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.contrib.auth import get_user_model

from blended_xblock.attendance.people import get_former
from blended_xblock.attendance.roster import get_teaching
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner
from blended_xblock.imports.matching import Candidate
from blended_xblock.models import AttendanceRecord, ImportAlias, Session


def learners_of(sessions: Sequence[Session]) -> dict[int, Learner]:
    """Return who can be recorded at these sessions of one unit, by user id.

    These are the course's learners, and who is on a roll and has left the course since.
    """
    learners = {each.user_id: each for each in get_host().learners(sessions[0].unit.course_key)}
    on_roll = set(
        AttendanceRecord.objects.filter(session__in=sessions).values_list("user_id", flat=True)
    )
    return learners | get_former(on_roll - learners.keys())


def candidates_of(sessions: Sequence[Session], accounts: Collection[str] = ()) -> list[Candidate]:
    """Return everybody a file of these sessions may name.

    ``accounts`` are the usernames and other ids that the file names.
    """
    unit = sessions[0].unit
    learners = learners_of(sessions)
    team = {each.user_id for each in get_host().course_team(unit.course_key)}
    for trainers in get_teaching([session.pk for session in sessions]).values():
        team |= set(trainers)
    strange = {each for each in accounts if each} - {each.username for each in learners.values()}
    external = get_host().external_ids(learners.keys()) if strange else {}
    found = [
        Candidate(
            user_id=learner.user_id,
            username=learner.username,
            name=learner.name,
            emails=(learner.email,) if learner.email else (),
            external_ids=tuple(external.get(learner.user_id, ())),
            is_team=learner.user_id in team,
        )
        for learner in learners.values()
    ]
    others = team - learners.keys()
    names = get_host().names(others) if others else {}
    users = get_user_model().objects.filter(pk__in=others) if others else ()
    return found + [
        Candidate(
            user_id=user.pk,
            username=user.get_username(),
            name=names.get(user.pk) or user.get_username(),
            emails=(user.email,) if user.email else (),
            is_team=True,
        )
        for user in users
    ]


def aliases_of(course_key: str, keys: Collection[str] | None = None) -> Mapping[str, int]:
    """Return who the remembered names and addresses (all, or these) of a course are; one query."""
    rows = ImportAlias.objects.filter(course_key=course_key)
    if keys is not None:
        rows = rows.filter(key__in=keys)
    # Of several with the same key the newest, which comes last, counts.
    newest = dict(rows.order_by("id").values_list("key", "user_id"))
    return {key: user_id for key, user_id in newest.items() if user_id is not None}
