"""What is told inside this package once it is committed, so that nobody below knows who listens."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.dispatch import Signal

# ``unit_id`` and ``user_ids``: these learners' records, standings or what they are worth changed.
decided = Signal()
# ``message_ids`` and ``text``: these rows of ``SentMessage`` wait to be sent, with these words.
queued = Signal()
# ``batch_id``: this file is whole and too large to be read while somebody waits for the answer.
file_received = Signal()


def announce(unit_id: int, user_ids: Collection[int]) -> None:
    """Send ``decided`` when the transaction is committed; costs no query."""
    users = sorted(user_ids)
    transaction.on_commit(lambda: decided.send(sender=None, unit_id=unit_id, user_ids=users))


def announce_messages(message_ids: Collection[int], text: str) -> None:
    """Send ``queued`` when the transaction is committed; costs no query."""
    ids = sorted(message_ids)
    transaction.on_commit(lambda: queued.send(sender=None, message_ids=ids, text=text))


def announce_file(batch_id: int) -> None:
    """Send ``file_received`` when the transaction is committed; costs no query."""
    transaction.on_commit(lambda: file_received.send(sender=None, batch_id=batch_id))
