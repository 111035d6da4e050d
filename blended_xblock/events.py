"""What is told inside this package once it is committed, so that nobody below knows who listens."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.dispatch import Signal

# ``unit_id`` and ``user_ids``: these learners' records, standings or what they are worth changed.
decided = Signal()


def announce(unit_id: int, user_ids: Collection[int]) -> None:
    """Send ``decided`` when the transaction is committed; costs no query."""
    users = sorted(user_ids)
    transaction.on_commit(lambda: decided.send(sender=None, unit_id=unit_id, user_ids=users))
