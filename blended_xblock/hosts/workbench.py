"""The host of the embedded default: the campus, with people in its own tables and stored blocks."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.templatetags.static import static
from django.urls import reverse
from opaque_keys.edx.keys import UsageKey

from blended_xblock.hosts.base import (
    Addressee,
    Learner,
    Message,
    OutlineNode,
    PublishedUnit,
    Viewer,
)
from blended_xblock.results.score import points_of
from blended_xblock.workbench.cast import WITH_FACES
from blended_xblock.workbench.keys import COURSE_KEY, ROOT_KEY
from blended_xblock.workbench.models import CampusEnrollment, CampusMail

if TYPE_CHECKING:
    from blended_xblock.results.score import Score

# Above this a list of people costs more in the statement than it saves in rows.
_MOST_PEOPLE_IN_A_QUERY = 500


def _sort_name(learner: Learner) -> tuple[str, int]:
    """Order names as a person reads them: É beside E, whatever the case."""
    return _letters(learner.name), learner.user_id


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return letters.casefold()


class WorkbenchHost:
    """Answers for one course; of any other course it knows nothing and nobody."""

    def viewer(self, block: Any) -> Viewer:
        """Return who is looking: the person of the Django session that made the runtime."""
        runtime = block.runtime
        user = getattr(runtime, "user", None)
        place = runtime.place if user is not None else None
        viewer = _viewer(user, place, str(COURSE_KEY), str(block.scope_ids.usage_id))
        return replace(viewer, is_author_mode=bool(getattr(runtime, "is_author_mode", False)))

    def viewer_of(self, request: Any, course_key: str, usage_key: str) -> Viewer:
        """Return the person of the Django session; of another course they are nobody."""
        user = request.user if request.user.is_authenticated else None
        return _viewer(user, _place(user, course_key), course_key, usage_key)

    def outline(self, course_key: str) -> OutlineNode | None:
        """Return the stored course."""
        from blended_xblock.workbench.outline import get_outline

        return get_outline() if _is_ours(course_key) else None

    def authored_outline(self, course_key: str) -> OutlineNode | None:
        """Return the stored course: there are no drafts and no due dates on the campus."""
        from blended_xblock.workbench.outline import get_authored_outline

        return get_authored_outline() if _is_ours(course_key) else None

    def cohorts(self, course_key: str) -> list[str]:
        """Return the cohorts that people of the course are in; one query."""
        places = CampusEnrollment.objects.filter(course_key=course_key).exclude(cohort="")
        return sorted(places.values_list("cohort", flat=True).distinct())

    def published_units(self, course_key: str) -> list[PublishedUnit]:
        """Return the stored blended units; what is saved there counts once it is synced."""
        from blended_xblock.workbench.outline import get_outline, walk_with_ancestors
        from blended_xblock.workbench.runtime import CampusRuntime

        if not _is_ours(course_key):
            return []
        runtime = CampusRuntime()
        root = get_outline(runtime)
        if root is None:
            return []
        units = []
        for node, above in walk_with_ancestors(root):
            if node.block_type != "blended_unit":
                continue
            block = runtime.get_block(node.usage_key)
            units.append(
                PublishedUnit(
                    usage_key=node.usage_key,
                    title=node.title,
                    weight=points_of(block.weight),
                    design=block.design,
                    ancestors=tuple(each.usage_key for each in above),
                )
            )
        return units

    def course_keys(self) -> list[str]:
        """Return the one course."""
        return [str(COURSE_KEY)]

    def has_units(self, course_key: str) -> bool:
        """Tell whether the course holds a blended unit."""
        return bool(self.published_units(course_key))

    def course_start(self, course_key: str) -> datetime | None:
        """Return when the course starts, as its root block says."""
        from xblock.exceptions import NoSuchUsage

        from blended_xblock.workbench.runtime import CampusRuntime

        if not _is_ours(course_key):
            return None
        try:
            start = CampusRuntime().get_block(ROOT_KEY).start
        except NoSuchUsage:
            return None
        return start.astimezone(UTC) if start else None

    def learners(self, course_key: str, user_ids: Collection[int] | None = None) -> list[Learner]:
        """Return the learners of the course, ordered by name; one query."""
        places = CampusEnrollment.objects.filter(
            course_key=course_key, role=CampusEnrollment.Role.LEARNER, user__is_active=True
        ).select_related("user")
        wanted = None if user_ids is None else set(user_ids)
        if wanted is not None and len(wanted) <= _MOST_PEOPLE_IN_A_QUERY:
            places = places.filter(user_id__in=wanted)
        learners = [
            Learner(
                user_id=place.user_id,
                username=place.user.get_username(),
                name=place.user.get_full_name() or place.user.get_username(),
                email=place.user.email,
                cohort=place.cohort,
                enrolled_at=place.enrolled_at,
            )
            for place in places
            if wanted is None or place.user_id in wanted
        ]
        return sorted(learners, key=_sort_name)

    def names(self, user_ids: Collection[int]) -> dict[int, str]:
        """Return the names of these people; one query."""
        return {
            user.pk: user.get_full_name() or user.get_username()
            for user in get_user_model().objects.filter(pk__in=user_ids)
        }

    def external_ids(self, user_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return nothing: nobody on the campus is known elsewhere."""
        return {}

    def photos(self, course_key: str, user_ids: Collection[int]) -> dict[int, str]:
        """Return the drawn faces of the few who have one; one query."""
        if not _is_ours(course_key):
            return {}
        wanted = set(user_ids)
        drawn = get_user_model().objects.filter(username__in=WITH_FACES)
        return {
            pk: static(f"blended_xblock/campus/faces/{username}.svg")
            for pk, username in drawn.values_list("pk", "username")
            if pk in wanted
        }

    def person(self, anonymous_id: str) -> Any | None:
        """Look through the people of the campus; an id does not speak."""
        from blended_xblock.workbench.people import anonymous_id as id_of

        people = get_user_model().objects.all()
        return next((user for user in people if id_of(user.pk) == anonymous_id), None)

    def is_enrolled(self, user: Any, course_key: str) -> bool:
        """Tell whether the person is a learner of the course."""
        place = _place(user, course_key)
        return place is not None and place.role == CampusEnrollment.Role.LEARNER

    def is_course_staff(self, user: Any, course_key: str) -> bool:
        """Tell whether the person is staff of the course, or of the whole site."""
        if _is_site_staff(user):
            return True
        place = _place(user, course_key)
        return place is not None and place.is_staff

    def may_author(self, user: Any, course_key: str) -> bool:
        """Tell whether the person may change the course in Studio."""
        if _is_site_staff(user):
            return True
        place = _place(user, course_key)
        return place is not None and place.may_author

    def completions(
        self, course_key: str, user_ids: Collection[int], usage_keys: Collection[str]
    ) -> dict[tuple[int, str], float]:
        """Return what edx-completion holds for these people and blocks; one query."""
        from completion.models import BlockCompletion

        if not user_ids or not usage_keys:
            return {}
        rows = BlockCompletion.objects.filter(
            context_key=course_key, block_key__in=list(usage_keys)
        )
        wanted = set(user_ids)
        if len(wanted) <= _MOST_PEOPLE_IN_A_QUERY:
            rows = rows.filter(user_id__in=wanted)
        return {
            (user_id, str(block_key)): completion
            for user_id, block_key, completion in rows.values_list(
                "user_id", "block_key", "completion"
            )
            if user_id in wanted
        }

    def publish_score(
        self, course_key: str, usage_key: str, user_id: int, score: Score | None
    ) -> None:
        """Write to edx-submissions, or take back what is there."""
        from submissions import api as submissions

        from blended_xblock.workbench import scores

        user = get_user_model().objects.get(pk=user_id)
        before = scores.get_scores(user).get(usage_key)
        if score is None:
            if before is not None:
                submissions.reset_score(scores.anonymous_id(user_id), course_key, usage_key)
        elif before != (score.earned, score.possible):
            key = UsageKey.from_string(usage_key)
            scores.record_score(user, key, score.earned, score.possible)

    def publish_completion(
        self, course_key: str, usage_key: str, user_id: int, completion: float
    ) -> None:
        """Write to edx-completion where it is on, unless nothing is done and nothing was."""
        from completion.models import BlockCompletion
        from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH

        if not ENABLE_COMPLETION_TRACKING_SWITCH.is_enabled():
            return
        before = BlockCompletion.objects.filter(
            user_id=user_id, context_key=course_key, block_key=usage_key
        ).first()
        if (before.completion if before else 0.0) != completion:
            user = get_user_model().objects.get(pk=user_id)
            BlockCompletion.objects.submit_completion(
                user, UsageKey.from_string(usage_key), completion
            )

    def forget_navigation(self, course_key: str, user_id: int) -> None:
        """Do nothing: the campus keeps no copy of an outline."""

    def listen(self) -> None:
        """Do nothing: the campus itself calls what a change means."""

    def timezone_of(self, user: Any) -> str | None:
        """Return the zone in the person's profile, or None."""
        if user is None:
            return None
        place = CampusEnrollment.objects.filter(user_id=user.pk).first()
        return (place.timezone or None) if place else None

    def reading_url(self, block: Any, handler: str, suffix: str) -> str:
        """Return the handler's only address: the campus stores what a handler changed, no more."""
        return str(block.runtime.handler_url(block, handler, suffix))

    def block_url(self, course_key: str, usage_key: str) -> str:
        """Return the address of a block's page on the campus."""
        return reverse("campus_block", args=(usage_key,))

    def logout_url(self, address: str) -> str:
        """Return the first page, where one becomes somebody else."""
        return f"{reverse('campus_home')}?{urlencode({'next': address})}"

    def site_url(self, path: str) -> str:
        """Return the path: messages are read on the campus itself."""
        return path

    def addressees(self, user_ids: Collection[int]) -> dict[int, Addressee]:
        """Return active people with what their place in the course says; one query."""
        wanted = set(user_ids)
        people = get_user_model().objects.filter(is_active=True)
        if len(wanted) <= _MOST_PEOPLE_IN_A_QUERY:
            people = people.filter(pk__in=wanted)
        rows = people.values_list(
            "pk",
            "username",
            "first_name",
            "last_name",
            "campus_enrollments__language",
            "campus_enrollments__timezone",
        )
        return {
            user_id: Addressee(
                user_id=user_id,
                name=f"{first} {last}".strip() or username,
                language=language or settings.LANGUAGE_CODE,
                timezone=zone or None,
            )
            for user_id, username, first, last, language, zone in rows
            if user_id in wanted
        }

    def course_team(self, course_key: str) -> list[Addressee]:
        """Return those whose place in the course carries the rights of its staff; two queries."""
        places = CampusEnrollment.objects.filter(
            course_key=course_key, role__in=CampusEnrollment.STAFF_ROLES
        )
        team = self.addressees(set(places.values_list("user_id", flat=True)))
        return sorted(team.values(), key=lambda one: (_letters(one.name), one.user_id))

    def send(self, message: Message) -> bool:
        """Put the message where its reader finds it on the campus."""
        if not get_user_model().objects.filter(pk=message.user_id, is_active=True).exists():
            return False
        CampusMail.objects.create(
            user_id=message.user_id,
            kind=message.kind,
            language=message.language,
            subject=message.subject[:255],
            paragraphs=list(message.paragraphs),
            link=message.link,
            link_label=message.link_label,
        )
        return True


def _viewer(user: Any, place: CampusEnrollment | None, course_key: str, usage_key: str) -> Viewer:
    is_site_staff = _is_site_staff(user)
    return Viewer(
        user=user,
        course_key=course_key,
        usage_key=usage_key,
        is_staff=is_site_staff or bool(place and place.is_staff),
        is_learner=bool(place and place.role == CampusEnrollment.Role.LEARNER),
        is_author=is_site_staff or bool(place and place.may_author),
        timezone=(place.timezone or None) if place else None,
    )


def _is_ours(course_key: str) -> bool:
    return str(course_key) == str(COURSE_KEY)


def _is_site_staff(user: Any) -> bool:
    return bool(user is not None and user.is_active and user.is_staff)


def _place(user: Any, course_key: str) -> CampusEnrollment | None:
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    return CampusEnrollment.objects.filter(user_id=user.pk, course_key=str(course_key)).first()
