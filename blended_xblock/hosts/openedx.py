"""The LMS and Studio as our host: every import of the platform stands inside a function here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models.signals import post_delete
from django.urls import reverse
from opaque_keys.edx.keys import CourseKey, UsageKey

from blended_xblock.gate.structure import BLOCK_TYPE, has_blended_units, without_branch
from blended_xblock.hosts import openedx_courses as courses
from blended_xblock.hosts import openedx_messages as messages
from blended_xblock.hosts.base import (
    Addressee,
    Learner,
    Message,
    OutlineNode,
    PublishedUnit,
    StandIn,
    Viewer,
)
from blended_xblock.schedule.zones import known_zone

if TYPE_CHECKING:
    from blended_xblock.results.score import Score


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
        user: Any = None
        if user_id:
            is_real = real is not None and real.pk == user_id
            user = real if is_real else get_user_model().objects.filter(pk=user_id).first()
            if user is not None and hasattr(real, "masquerade_settings"):
                # A handler then answers as the page did: whoever is looked at is a learner, even
                # where they are staff as well.
                user.masquerade_settings = real.masquerade_settings
        return self._viewer(
            user, real, without_branch(usage_key.context_key), without_branch(usage_key)
        )

    def viewer_of(self, request: Any, course_key: str, usage_key: str) -> Viewer:
        """Return who asks; staff who view the course as somebody else do so here too."""
        from lms.djangoapps.courseware.masquerade import setup_masquerade

        if not request.user.is_authenticated:
            return Viewer(user=None, course_key=course_key, usage_key=usage_key)
        real = request.user
        is_staff = self.is_course_staff(real, course_key)
        _masquerade, user = setup_masquerade(
            request, CourseKey.from_string(course_key), is_staff, reset_masquerade_data=False
        )
        return self._viewer(user, real, course_key, usage_key)

    def _viewer(self, user: Any, real: Any, course_key: str, usage_key: str) -> Viewer:
        is_somebody_else = user is not None and (
            hasattr(user, "real_user") or (real is not None and real.pk != user.pk)
        )
        is_known = user is not None
        masquerade = _masquerade(user, course_key)
        stand_in = None if is_somebody_else else _stand_in(masquerade, course_key)
        return Viewer(
            user=user,
            course_key=course_key,
            usage_key=usage_key,
            is_staff=is_known and self.is_course_staff(user, course_key),
            is_learner=stand_in is not None or (is_known and self.is_enrolled(user, course_key)),
            is_author=is_known and self.may_author(user, course_key),
            is_masquerading=is_somebody_else or masquerade is not None,
            is_author_mode=courses.is_studio(),
            timezone=self.timezone_of(user) if is_known else None,
            stand_in=stand_in,
        )

    def outline(self, course_key: str) -> OutlineNode | None:
        """Return the published course as a tree."""
        return courses.read_outline(course_key)

    def authored_outline(self, course_key: str) -> OutlineNode | None:
        """Return the draft course; one query while nobody changes or publishes anything."""
        return courses.authored_outline(course_key)

    def cohorts(self, course_key: str) -> list[str]:
        """Ask the platform; where a course has none, nothing."""
        from openedx.core.djangoapps.course_groups.models import CourseUserGroup

        groups = CourseUserGroup.objects.filter(
            course_id=CourseKey.from_string(course_key), group_type=CourseUserGroup.COHORT
        )
        return sorted(groups.values_list("name", flat=True))

    def published_units(self, course_key: str) -> list[PublishedUnit]:
        """Return every published blended unit, in outline order."""
        return courses.read_units(course_key)

    def course_keys(self) -> list[str]:
        """Return the courses of which the platform keeps an overview; one query."""
        from openedx.core.djangoapps.content.course_overviews.models import CourseOverview

        keys = CourseOverview.objects.order_by("id").values_list("id", flat=True)
        return [str(key) for key in keys]

    def has_units(self, course_key: str) -> bool:
        """Look through the structure of the published course; its blocks are not loaded."""
        course = courses.published_course(course_key, depth=0)
        return course is not None and has_blended_units(course)

    def course_start(self, course_key: str) -> datetime | None:
        """Return the course's start date as the course team set it, so the draft's.

        The published branch of a re-run has the start of the course it was made from, until the
        course's own settings are saved once.
        """
        course = courses.draft_course(course_key, depth=0)
        return None if course is None else course.start

    def learners(self, course_key: str, user_ids: Collection[int] | None = None) -> list[Learner]:
        """Return active enrolments with cohorts, without the course's own team; two queries."""
        from common.djangoapps.student.models import CourseAccessRole, CourseEnrollment
        from openedx.core.djangoapps.course_groups.models import CohortMembership

        key = CourseKey.from_string(course_key)
        # Those who give a course enrol in it to see it; nobody expects them at its sessions.
        team = CourseAccessRole.objects.filter(course_id=key, role__in=courses.TEAM)
        rows = CourseEnrollment.objects.filter(course_id=key, is_active=True).exclude(
            user_id__in=team.values("user_id")
        )
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

    def external_ids(self, user_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return what single sign-on and the platform's own external ids call these people.

        The id of SAML and LTI begins with the provider's slug; what follows is the person's.
        """
        from openedx.core.djangoapps.external_user_ids.models import ExternalId
        from social_django.models import UserSocialAuth

        found: dict[int, list[str]] = defaultdict(list)
        known = UserSocialAuth.objects.filter(user_id__in=user_ids).values_list("user_id", "uid")
        for user_id, uid in known:
            found[user_id] += dict.fromkeys((uid, uid.partition(":")[2] or uid))
        rows = ExternalId.objects.filter(user_id__in=user_ids)
        for user_id, external_id in rows.values_list("user_id", "external_user_id"):
            found[user_id].append(str(external_id))
        return {user_id: tuple(ids) for user_id, ids in found.items()}

    def photos(self, course_key: str, user_ids: Collection[int]) -> dict[int, str]:
        """Return the profile pictures that people uploaded; a child's is nobody's to show.

        A site that takes the picture out of what is always public shows none here: whom each
        person shows it to would be a question per person.
        """
        from common.djangoapps.student.models import UserProfile
        from openedx.core.djangoapps.user_api.accounts.image_helpers import (
            get_profile_image_urls_for_user,
        )

        public = getattr(settings, "ACCOUNT_VISIBILITY_CONFIGURATION", {}).get("public_fields", ())
        if "profile_image" not in public:
            return {}
        profiles = UserProfile.objects.filter(
            user_id__in=user_ids, profile_image_uploaded_at__isnull=False
        ).select_related("user")
        return {
            profile.user_id: get_profile_image_urls_for_user(profile.user)["medium"]
            for profile in profiles
            if not profile.requires_parental_consent()
        }

    def person(self, anonymous_id: str) -> Any | None:
        """Ask the platform, which gives everybody such an id for each course."""
        from common.djangoapps.student.models import user_by_anonymous_id

        return user_by_anonymous_id(anonymous_id)

    def is_enrolled(self, user: Any, course_key: str) -> bool:
        """Tell whether ``user`` has an active enrolment."""
        from common.djangoapps.student.models import CourseEnrollment

        return bool(CourseEnrollment.is_enrolled(user, CourseKey.from_string(course_key)))

    def is_course_staff(self, user: Any, course_key: str) -> bool:
        """Ask the platform, which answers no for staff who view the course as a learner."""
        if courses.is_studio():
            return False
        from lms.djangoapps.courseware.access import has_access

        return bool(has_access(user, "staff", CourseKey.from_string(course_key)))

    def may_author(self, user: Any, course_key: str) -> bool:
        """Tell whether ``user`` may write to this course in Studio; nobody may in the LMS."""
        if not courses.is_studio():
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
        return {(user_id, without_branch(key)): done for user_id, key, done in rows}

    def publish_score(
        self, course_key: str, usage_key: str, user_id: int, score: Score | None
    ) -> None:
        """Write to edx-submissions, whose signals have the platform grade the subsection again."""
        from common.djangoapps.student.models import anonymous_id_for_user
        from submissions import api as submissions

        user = get_user_model().objects.get(pk=user_id)
        item = {
            "student_id": anonymous_id_for_user(user, CourseKey.from_string(course_key)),
            "course_id": course_key,
            "item_id": usage_key,
            "item_type": BLOCK_TYPE,
        }
        before = submissions.get_score(item)
        # One that was taken away is kept, with no points possible.
        has_score = bool(before and before["points_possible"])
        if score is None:
            if has_score:
                submissions.reset_score(item["student_id"], course_key, usage_key)
            return
        wanted = (score.earned, score.possible)
        if has_score and (before["points_earned"], before["points_possible"]) == wanted:
            return
        submission = submissions.create_submission(item, {"from": "blended_xblock"})
        submissions.set_score(submission["uuid"], *wanted)

    def publish_completion(
        self, course_key: str, usage_key: str, user_id: int, completion: float
    ) -> None:
        """Write to edx-completion, where the platform tracks completion at all."""
        from completion.models import BlockCompletion
        from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH

        if not ENABLE_COMPLETION_TRACKING_SWITCH.is_enabled():
            return
        key = UsageKey.from_string(usage_key).map_into_course(CourseKey.from_string(course_key))
        before = BlockCompletion.objects.filter(
            user_id=user_id, context_key=key.context_key, block_key=key
        ).first()
        if (before.completion if before else 0.0) == completion:
            return
        user = get_user_model().objects.get(pk=user_id)
        BlockCompletion.objects.submit_completion(user, key, completion)

    def forget_navigation(self, course_key: str, user_id: int) -> None:
        """Drop the learner's course sidebar, which the LMS keeps for an hour.

        It does so by course version, learner, cohort and mode, and tells nobody; another release
        may keep it otherwise, and then it is only late.
        """
        if courses.is_studio():
            return
        from common.djangoapps.student.models import CourseEnrollment
        from openedx.core.djangoapps.course_groups.models import CohortMembership

        try:
            from lms.djangoapps.course_home_api.outline.views import CourseNavigationBlocksView

            template = CourseNavigationBlocksView.COURSE_BLOCKS_CACHE_KEY_TEMPLATE
        except (ImportError, AttributeError):
            return
        key = CourseKey.from_string(course_key)
        course = courses.published_course(course_key, depth=0)
        enrolment = CourseEnrollment.objects.filter(user_id=user_id, course_id=key).first()
        cohort = CohortMembership.objects.filter(user_id=user_id, course_id=key).first()
        cache.delete(
            template.format(
                course_key_string=course_key,
                course_version=str(getattr(course, "course_version", None)),
                user_id=user_id,
                enrollment_mode=getattr(enrolment, "mode", ""),
                user_cohort_id=cohort.course_user_group_id if cohort else "",
                allow_public=False,
                allow_public_outline=False,
                is_masquerading=False,
            )
        )

    def listen(self) -> None:
        """Connect the platform's signals; weakly held receivers would be lost, so these are not."""
        from openedx_events.content_authoring.signals import COURSE_IMPORT_COMPLETED
        from openedx_events.learning.signals import (
            COHORT_MEMBERSHIP_CHANGED,
            COURSE_ENROLLMENT_CHANGED,
        )
        from xmodule.modulestore.django import SignalHandler

        def connect(signal: Any, receiver: Any, **options: Any) -> None:
            uid = f"blended_xblock.{receiver.__name__}"
            signal.connect(receiver, weak=False, dispatch_uid=uid, **options)

        connect(SignalHandler.course_published, _on_publish)
        connect(SignalHandler.course_deleted, _on_deletion)
        connect(COURSE_IMPORT_COMPLETED, _on_import)
        if courses.is_studio():
            return
        from openedx.core.djangoapps.course_groups.models import CohortMembership
        from openedx.core.djangoapps.user_api.accounts.signals import USER_RETIRE_LMS_MISC

        connect(USER_RETIRE_LMS_MISC, _on_retirement)
        connect(COHORT_MEMBERSHIP_CHANGED, _on_cohort)
        # The platform tells who joins a cohort, but not who is taken out of one.
        connect(post_delete, _on_cohort_left, sender=CohortMembership)
        # Told of every enrolment and unenrolment too, which have events of their own besides.
        connect(COURSE_ENROLLMENT_CHANGED, _on_enrolment)

    def timezone_of(self, user: Any) -> str | None:
        """Return the zone of the person's account settings, if this machine knows it."""
        from openedx.core.djangoapps.user_api.preferences.api import get_user_preference

        zone = get_user_preference(user, "time_zone")
        return zone if zone and known_zone(zone) else None

    def reading_url(self, block: Any, handler: str, suffix: str) -> str:
        """Return Studio's address for previews; anywhere else there is only one."""
        if not courses.is_studio():
            return str(block.runtime.handler_url(block, handler, suffix))
        names = {"usage_key_string": str(block.scope_ids.usage_id), "handler": handler}
        return reverse("preview_handler", kwargs=names | {"suffix": suffix})

    def block_url(self, course_key: str, usage_key: str) -> str:
        """Return the address that leads to the block, whichever front end serves the course."""
        root = getattr(settings, "LMS_ROOT_URL", "") or ""
        return f"{root}/courses/{course_key}/jump_to/{usage_key}"

    def logout_url(self, address: str) -> str:
        """Return the platform's own, which leads on; the page there asks for a login."""
        return f"{reverse('logout')}?{urlencode({'next': address})}"

    def site_url(self, path: str) -> str:
        """Return the address of a page that the LMS serves."""
        return f"{getattr(settings, 'LMS_ROOT_URL', '') or ''}{path}"

    def addressees(self, user_ids: Collection[int]) -> dict[int, Addressee]:
        """Return active people with what their account settings say; two queries."""
        return messages.read_addressees(user_ids)

    def course_team(self, course_key: str) -> list[Addressee]:
        """Return the course's own team; three queries."""
        return messages.read_team(course_key)

    def send(self, message: Message) -> bool:
        """Send by edx-ace, as the platform's own apps do."""
        return messages.send(message)


def _on_publish(*, course_key: Any, **_signal: Any) -> None:
    from blended_xblock import signals

    # Content libraries are published by the same signal; nobody learns in one.
    if course_key.is_course:
        signals.course_published(without_branch(course_key))


def _on_import(*, course: Any, **_event: Any) -> None:
    """Sync again: while an import runs its own publish shows subsections without children."""
    from blended_xblock import signals

    signals.course_published(without_branch(course.course_key))


def _on_deletion(*, course_key: Any, **_signal: Any) -> None:
    from blended_xblock import signals

    signals.course_deleted(without_branch(course_key))


def _on_enrolment(*, enrollment: Any, **_event: Any) -> None:
    from blended_xblock import signals

    signals.learners_moved(str(enrollment.course.course_key), [enrollment.user.id])


def _on_cohort(*, cohort: Any, **_event: Any) -> None:
    from blended_xblock import signals

    signals.learners_moved(str(cohort.course.course_key), [cohort.user.id])


def _on_cohort_left(*, instance: Any, **_signal: Any) -> None:
    from blended_xblock import signals

    signals.learners_moved(without_branch(instance.course_id), [instance.user_id])


def _on_retirement(*, user: Any, **_signal: Any) -> None:
    from openedx.core.djangoapps.user_api.models import UserRetirementStatus

    from blended_xblock import signals

    # The account has lost its own address by then.
    kept = UserRetirementStatus.objects.filter(user=user).values_list("original_email", flat=True)
    signals.person_retired(user, list(kept))


def _masquerade(user: Any, course_key: str) -> Any | None:
    """Return as whom a member of staff looks at the course, or None where it is as themselves."""
    if user is None or courses.is_studio():
        return None
    from lms.djangoapps.courseware.masquerade import get_course_masquerade

    masquerade = get_course_masquerade(user, CourseKey.from_string(course_key))
    return None if masquerade is None or masquerade.role == "staff" else masquerade


def _stand_in(masquerade: Any | None, course_key: str) -> StandIn | None:
    """Return the learner as whom staff look who chose a kind of learner, not a person."""
    if masquerade is None or masquerade.user_name:
        return None
    partition_id, group_id = masquerade.user_partition_id, masquerade.group_id
    if group_id is None:
        return StandIn()
    from openedx.core.djangoapps.course_groups.models import CourseUserGroupPartitionGroup

    cohorts = CourseUserGroupPartitionGroup.objects.filter(
        course_user_group__course_id=CourseKey.from_string(course_key),
        partition_id=partition_id,
        group_id=group_id,
    )
    cohort = cohorts.values_list("course_user_group__name", flat=True).first()
    return StandIn(cohort or "", partition_id, group_id)


def _name(user: Any) -> str:
    profile = getattr(user, "profile", None)
    return (profile.name if profile else "") or user.get_full_name() or user.username
