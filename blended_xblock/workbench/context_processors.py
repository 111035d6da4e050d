"""What the bar on every page needs: who you are, and who you could be."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from blended_xblock.workbench.cards import get_personas
from blended_xblock.workbench.people import place_of


def campus(request: HttpRequest) -> dict[str, Any]:
    """Return lazy values: a page that does not show the bar pays for nothing."""
    user = getattr(request, "user", None)
    return {
        "campus_place": SimpleLazyObject(lambda: place_of(user)),
        "campus_personas": SimpleLazyObject(get_personas),
    }
