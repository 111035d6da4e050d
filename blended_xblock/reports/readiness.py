"""Who is ready: prework done of total, for many learners in one query."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from blended_xblock.hosts import get_host
from blended_xblock.models import BlendedUnit, LinkedBlock


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one learner is with one piece of prework: completed leaves of all."""

    link: LinkedBlock
    done: int
    total: int

    @property
    def is_done(self) -> bool:
        return self.total > 0 and self.done == self.total

    @property
    def is_started(self) -> bool:
        return self.done > 0


def get_progress(
    unit: BlendedUnit, links: Sequence[LinkedBlock], user_ids: Collection[int]
) -> dict[int, list[Progress]]:
    """Return each learner's progress in these linked blocks, in the order given; one query.

    A leaf counts once its completion is whole (1.0). A link without anything to complete, or that
    leads nowhere, is left out: nobody can be behind with it.
    """
    links = [link for link in links if link.leaves]
    leaves = {leaf for link in links for leaf in link.leaves}
    if not leaves or not user_ids:
        return {user_id: [] for user_id in user_ids}
    found = get_host().completions(unit.course_key, user_ids, leaves)
    return {
        user_id: [
            Progress(
                link=link,
                done=sum(found.get((user_id, leaf), 0.0) >= 1.0 for leaf in link.leaves),
                total=len(link.leaves),
            )
            for link in links
        ]
        for user_id in user_ids
    }
