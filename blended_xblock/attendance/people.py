"""People as a roll, a board and an export list them: by name, also those who left the course."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from django.contrib.auth import get_user_model

from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Learner


def fold(text: str) -> str:
    """Return text without case and accents, as people search it: "Chloé" is found by "chloe"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def get_former(user_ids: Collection[int]) -> dict[int, Learner]:
    """Return people on a roll who are no longer enrolled; they stay in the record."""
    if not user_ids:
        return {}
    names = get_host().names(user_ids)
    return {
        user.pk: Learner(
            user_id=user.pk,
            username=user.get_username(),
            name=names.get(user.pk) or user.get_username(),
            email=user.email,
        )
        for user in get_user_model().objects.filter(pk__in=user_ids)
    }
