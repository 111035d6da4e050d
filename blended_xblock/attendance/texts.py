"""What people write in their own words: as long as allowed, and storable."""

from __future__ import annotations

from django.utils.translation import gettext as _

from blended_xblock.errors import InvalidInputError


def clean_text(text: str, limit: int) -> str:
    """Return text without space around it; raise InvalidInputError where it cannot be kept.

    Half of a surrogate pair is no character, and a database takes no NUL.
    """
    text = text.strip()
    if len(text) > limit:
        raise InvalidInputError(
            _("Write at most %(limit)d characters. These are %(n)d.")
            % {"limit": limit, "n": len(text)}
        )
    try:
        text.encode()
        is_storable = "\0" not in text
    except UnicodeEncodeError:
        is_storable = False
    if not is_storable:
        raise InvalidInputError(_("Your text has a character that cannot be stored. Take it out."))
    return text
