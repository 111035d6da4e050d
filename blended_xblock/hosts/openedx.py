"""The LMS and Studio as our host: every import of the platform stands inside a function here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from blended_xblock.gate.groups import merge_access
from blended_xblock.hosts.base import Learner, OutlineNode, PublishedUnit, Viewer
from blended_xblock.schedule.zones import known_zone

BLOCK_TYPE = "blended_unit"


class OpenEdxHost:
    """Answers from the platform's own tables, modulestore and services."""

    def viewer(self, block: Any) -> Viewer:
        """Return who is looking; a masquerading member of staff is named and may not write."""
        from crum import get_current_user

        usage_key = block.scope_ids.usage_id
        service = block.runtime.service(block, "user")
        attributes = service.get_current_user().opt_attrs if service else {}
        user_id = attributes.get("edx-platform.user_id")
        # The request's own user object carries the masquerade; one fetched anew would not.
        real = get_current_user()
        user = None
        if user_id:
            is_real = real is not None and real.pk == user_id
            user = real if is_real else get_user_model().objects.filter(pk=user_id).first()
        course_key = _without_branch(usage_key.context_key)
        is_somebody_else = user is not None and (
            hasattr(user, "real_user") or (real is not None and real.pk != user.pk)
        )
        is_known = user is not None
        return Viewer(
            user=user,
            course_key=course_key,
            usage_key=_without_branch(usage_key),
            is_staff=is_known and self.is_course_staff(user, course_key),
            is_learner=is_known and self.is_enrolled(user, course_key),
            is_author=is_known and self.may_author(user, course_key),
            is_masquerading=is_somebody_else or _is_masquerading(user, course_key),
            is_author_mode=_is_studio(),
            timezone=self.timezone_of(user) if is_known else None,
        )

    def outline(self, course_key: str) -> OutlineNode | None:
        """Return the published course as a tree."""
        course = _published_course(course_key)
        if course is None:
            return None
        with _as_authored():
            return _node(course, {})

    def published_units(self, course_key: str) -> list[PublishedUnit]:
        """Return every published blended unit, in outline order."""
        course = _published_course(course_key)
        if course is None:
            return []
        return [
            PublishedUnit(
                usage_key=_without_branch(block.location),
                title=block.display_name,
                weight=block.weight if block.weight is not None else 1.0,
                design=dict(block.design),
                ancestors=ancestors,
            )
            for block, ancestors in _walk(course, ())
            if block.scope_ids.block_type == BLOCK_TYPE
        ]

    def course_start(self, course_key: str) -> datetime | None:
        """Return the course's start date."""
        course = _published_course(course_key, depth=0)
        return None if course is None else course.start

    def learners(self, course_key: str, user_ids: Collection[int] | None = None) -> list[Learner]:
        """Return active enrolments with cohorts; two queries."""
        from common.djangoapps.student.models import CourseEnrollment
        from openedx.core.djangoapps.course_groups.models import CohortMembership

        key = CourseKey.from_string(course_key)
        rows = CourseEnrollment.objects.filter(course_id=key, is_active=True)
        memberships = CohortMembership.objects.filter(course_id=key)
        if user_ids is not None:
            rows = rows.filter(user_id__in=user_ids)
            memberships = memberships.filter(user_id__in=user_ids)
        cohorts = dict(memberships.values_list("user_id", "course_user_group__name"))
        learners = [
            Learner(
                user_id=row.user_id,
                username=row.user.username,
                name=_name(row.user),
                email=row.user.email,
                cohort=cohorts.get(row.user_id, ""),
                enrolled_at=row.created,
            )
            for row in rows.select_related("user__profile")
        ]
        return sorted(learners, key=lambda learner: (learner.name.casefold(), learner.user_id))

    def names(self, user_ids: Collection[int]) -> dict[int, str]:
        """Return names from the profiles, where the platform keeps them; one query."""
        from common.djangoapps.student.models import UserProfile

        profiles = UserProfile.objects.filter(user_id__in=user_ids).select_related("user")
        return {profile.user_id: profile.name or profile.user.username for profile in profiles}

    def is_enrolled(self, user: Any, course_key: str) -> bool:
        """Tell whether ``user`` has an active enrolment."""
        from common.djangoapps.student.models import CourseEnrollment

        return bool(CourseEnrollment.is_enrolled(user, CourseKey.from_string(course_key)))

    def is_course_staff(self, user: Any, course_key: str) -> bool:
        """Ask the platform, which answers no for staff who view the course as a learner."""
        if _is_studio():
            return False
        from lms.djangoapps.courseware.access import has_access

        return bool(has_access(user, "staff", CourseKey.from_string(course_key)))

    def may_author(self, user: Any, course_key: str) -> bool:
        """Tell whether ``user`` may write to this course in Studio; nobody may in the LMS."""
        if not _is_studio():
            return False
        from common.djangoapps.student.auth import has_studio_write_access

        return bool(has_studio_write_access(user, CourseKey.from_string(course_key)))

    def completions(
        self, course_key: str, user_ids: Collection[int], usage_keys: Collection[str]
    ) -> dict[tuple[int, str], float]:
        """Read edx-completion; one query."""
        from completion.models import BlockCompletion

        rows = BlockCompletion.objects.filter(
            context_key=CourseKey.from_string(course_key),
            user_id__in=user_ids,
            block_key__in=[UsageKey.from_string(key) for key in usage_keys],
        ).values_list("user_id", "block_key", "completion")
        return {(user_id, _without_branch(key)): done for user_id, key, done in rows}

    def timezone_of(self, user: Any) -> str | None:
        """Return the zone of the person's account settings, if this machine knows it."""
        from openedx.core.djangoapps.user_api.preferences.api import get_user_preference

        zone = get_user_preference(user, "time_zone")
        return zone if zone and known_zone(zone) else None

    def block_url(self, course_key: str, usage_key: str) -> str:
        """Return the address that leads to the block, whichever front end serves the course."""
        root = getattr(settings, "LMS_ROOT_URL", "") or ""
        return f"{root}/courses/{course_key}/jump_to/{usage_key}"


def _is_studio() -> bool:
    return getattr(settings, "SERVICE_VARIANT", "lms") == "cms"


def _is_masquerading(user: Any, course_key: str) -> bool:
    if user is None or _is_studio():
        return False
    from lms.djangoapps.courseware.masquerade import get_course_masquerade

    masquerade = get_course_masquerade(user, CourseKey.from_string(course_key))
    return masquerade is not None and masquerade.role != "staff"


def _without_branch(key: Any) -> str:
    return str(key.for_branch(None).version_agnostic())


def _name(user: Any) -> str:
    profile = getattr(user, "profile", None)
    return (profile.name if profile else "") or user.get_full_name() or user.username


def _published_course(course_key: str, depth: int | None = None) -> Any | None:
    from xmodule.modulestore import ModuleStoreEnum
    from xmodule.modulestore.django import modulestore

    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError:
        return None
    store = modulestore()
    with store.branch_setting(ModuleStoreEnum.Branch.published_only, key):
        return store.get_course(key, depth=depth)


@contextmanager
def _as_authored() -> Iterator[None]:
    """Read fields as the course team wrote them: in the LMS our own gate would answer too."""
    if _is_studio():
        yield
        return
    from lms.djangoapps.courseware.field_overrides import disable_overrides

    with disable_overrides():
        yield


def _walk(block: Any, ancestors: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    yield block, ancestors
    if block.has_children:
        below = (*ancestors, _without_branch(block.location))
        for child in block.get_children():
            yield from _walk(child, below)


def _node(
    block: Any, inherited: Mapping[int, list[int]], *, is_for_all: bool = True
) -> OutlineNode:
    """Return a block as a node; what not every learner gets cannot be asked of any as prework."""
    from xblock.completable import XBlockCompletionMode

    is_for_all = is_for_all and not getattr(block, "visible_to_staff_only", False)
    picks = getattr(block, "has_dynamic_children", lambda: False)()
    restriction = merge_access(inherited, block.group_access or {})
    children: tuple[OutlineNode, ...] = ()
    if block.has_children:
        children = tuple(
            _node(child, restriction, is_for_all=is_for_all and not picks)
            for child in block.get_children()
        )
    is_completable = XBlockCompletionMode.get_mode(block) == XBlockCompletionMode.COMPLETABLE
    return OutlineNode(
        usage_key=_without_branch(block.location),
        block_type=block.scope_ids.block_type,
        block_id=block.location.block_id,
        title=block.display_name_with_default,
        children=children,
        graded=bool(getattr(block, "graded", False)) and bool(getattr(block, "has_score", False)),
        completable=not block.has_children and is_for_all and is_completable,
        restriction=restriction,
    )
