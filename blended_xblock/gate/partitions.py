"""The platform's door to the gate: a user partition for each blended unit that gates anything.

Named by the entry points ``openedx.user_partition_scheme`` and
``openedx.dynamic_partition_generator``. Partitions are pickled into the platform's block
structures, so they hold values only and decide nothing themselves.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from web_fragments.fragment import Fragment
from xblock.utils.resources import ResourceLoader

from blended_xblock.errors import GateError
from blended_xblock.gate.course_gates import GatingUnit, Place, gates_of, refuse
from blended_xblock.gate.groups import group_ids, group_name
from blended_xblock.gate.learner import Refusal, group_of, refusal_of
from blended_xblock.gate.structure import has_blended_units, is_draft, without_branch
from blended_xblock.hosts import get_host

if TYPE_CHECKING:
    UserPartition: Any
else:
    try:
        from xmodule.partitions.partitions import UserPartition
    except ImportError:  # Without a platform there is nobody to ask for partitions.
        UserPartition = object

log = logging.getLogger(__name__)

SCHEME = "blended_unit"


class BlendedPartition(UserPartition):
    """The groups of one blended unit, and what a learner reads who is in the wrong one."""

    def access_denied_message(
        self, block_key: Any, user: Any, user_group: Any, allowed_groups: Any
    ) -> str:
        """Return one sentence; with none the block would vanish from outline and grade."""
        refusal = self._refusal(block_key, user)
        return refusal.reason if refusal else _("This is not open to you yet.")

    def access_denied_fragment(
        self, block: Any, user: Any, user_group: Any, allowed_groups: Any
    ) -> Fragment:
        """Return what is read instead of the content, with the way to the blended unit."""
        key = block.scope_ids.usage_id
        reason = self.access_denied_message(key, user, user_group, allowed_groups)
        refusal = self._refusal(key, user)
        url = refusal and get_host().block_url(
            without_branch(key.course_key), refusal.unit.usage_key
        )
        return _Locked({"lock": {"reason": reason}, "unit_url": url})

    def _refusal(self, block_key: Any, user: Any) -> Refusal | None:
        course_key = without_branch(block_key.course_key)
        gates = gates_of(course_key)
        unit = gates.by_partition.get(self.id)
        if unit is None:
            # The learner asks while a publish takes this gate away.
            return None
        user_id = None if _is_masked(user, block_key.course_key) else user.pk
        return refusal_of(user_id, course_key, gates, unit, _place(block_key))


class _Locked(Fragment):
    """A page's explanation, rendered when it is shown: the platform asks for far more than that."""

    def __init__(self, context: dict[str, Any]) -> None:
        self._context = context
        super().__init__()
        self.add_css(_style())

    @property
    def content(self) -> str:
        """Return the explanation as HTML."""
        return str(render_to_string("blended_xblock/locked.html", self._context))

    @content.setter
    def content(self, _content: str) -> None:
        """Take nothing: what is shown is made when it is asked for."""


class BlendedPartitionScheme:
    """Puts a learner in the group of their standing; the standing itself was decided on writing."""

    # The platform sets it only where it looks a scheme up by name; its list of views asks for it.
    name = SCHEME
    read_only = True

    @classmethod
    def get_group_for_user(
        cls, course_key: Any, user: Any, user_partition: Any, **_options: Any
    ) -> Any:
        """Return the learner's group, or that of the group somebody looks through.

        A member of staff who views the course as any learner is in no group, so all is shut.
        """
        from lms.djangoapps.courseware.masquerade import get_masquerading_user_group

        if _is_masked(user, course_key):
            return get_masquerading_user_group(course_key, user, user_partition)
        key = without_branch(course_key)
        gates = gates_of(key)
        unit = gates.by_partition.get(user_partition.id)
        if unit is None:
            return None
        return user_partition.get_group(group_of(user.pk, key, gates, unit))

    @classmethod
    def create_user_partition(
        cls,
        id: int,
        name: str,
        description: str,
        groups: Any = None,
        parameters: Any = None,
        active: bool = True,
    ) -> BlendedPartition:
        """Return a partition of this scheme, as the platform's own schemes do."""
        return BlendedPartition(id, name, description, groups or [], cls, parameters, active)


def blended_partitions(course: Any) -> list[BlendedPartition]:
    """Return a partition for each blended unit of a published course that gates anything.

    An error here would break access checks in every course. So it is logged, and what cannot be
    found is shut: gated blocks name a partition that is missing.
    """
    try:
        if is_draft(course) or not has_blended_units(course):
            return []
        gates = gates_of(without_branch(course.id))
        units = gates.by_partition
        if taken := units.keys() & {partition.id for partition in course.user_partitions}:
            raise ValueError(f"Partitions of another kind have the ids {sorted(taken)}.")
        language = get_language() or ""
        if language not in gates.partitions:
            gates.partitions[language] = [_partition(unit) for unit in units.values()]
        return list(gates.partitions[language])
    except GateError:
        return []
    except Exception:
        log.exception("The partitions of blended units could not be made for %s.", course.id)
        refuse(without_branch(course.id))
        return []


@cache
def _style() -> str:
    # In the page itself: an address in a manifest that misses it would break the page instead.
    return str(
        ResourceLoader("blended_xblock").load_unicode("static/blended_xblock/css/blended.css")
    )


def _partition(unit: GatingUnit) -> BlendedPartition:
    from xmodule.partitions.partitions import Group

    return BlendedPartitionScheme.create_user_partition(
        unit.partition_id,
        # Translators: the name of a group configuration, in the list "View this course as".
        str(_("Blended unit “%(title)s”") % {"title": unit.title}),
        str(_("Whether a learner took part in a live session.")),
        [Group(group_id, group_name(group_id)) for group_id in group_ids(unit.delays)],
    )


def _is_masked(user: Any, course_key: Any) -> bool:
    from lms.djangoapps.courseware.masquerade import (
        get_course_masquerade,
        is_masquerading_as_specific_student,
    )

    return bool(get_course_masquerade(user, course_key)) and not (
        is_masquerading_as_specific_student(user, course_key)
    )


def _place(block_key: Any) -> Place:
    return block_key.block_type, block_key.block_id
