"""A roll with one of each kind of row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from blended_xblock import api
from tests import factories as f


@pytest.fixture
def roll(course, trainer, ana, ben) -> None:
    """Record a learner, leave one, add a walk-in and guests; one has left the course since."""
    ana.first_name, ana.email = "Ana", "ana@example.org"
    ana.save()
    ben.campus_enrollments.update(cohort="Paris")
    gone = f.person("gone", first_name="Gone", email="gone@example.org")
    walk_in = f.person("walk_in", enrolled_at=datetime(2027, 1, 1, tzinfo=UTC))
    api.open_roll(f.session_id(), actor=trainer)
    arrived = datetime(2026, 5, 12, 7, 25, tzinfo=UTC)
    mark = api.Mark(
        ana.pk, "L", minutes=95, modality="remote", note="Bus; said so", arrived_at=arrived
    )
    f.give(trainer, [mark, api.Mark(gone.pk, "P")])
    api.add_to_roll(f.session_id(), walk_in.pk, actor=trainer, status="P")
    api.add_guest(f.session_id(), "Zoë", "zoe@example.org", actor=trainer, status="P")
    linked = api.add_guest(f.session_id(), "Walker", actor=trainer)
    api.link_guest(f.session_id(), linked.id, walk_in.pk, actor=trainer)
    removed = api.add_guest(f.session_id(), "Nobody", actor=trainer)
    api.remove_guest(f.session_id(), removed.id, actor=trainer)
    gone.campus_enrollments.all().delete()
