"""Write to people by edx-ace, for ``openedx.py``; imports as there.

edx-ace swallows what goes wrong while it delivers, and so does the platform's emulated request
around it: whether a message went out is known only from the signal that says so.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey

from blended_xblock.errors import MessageNotSentError
from blended_xblock.hosts import openedx_courses as courses
from blended_xblock.hosts.base import Addressee, Message
from blended_xblock.schedule.zones import known_zone

log = logging.getLogger(__name__)

_LANGUAGE: Final = "pref-lang"
_ZONE: Final = "time_zone"
_FOR_LEARNERS: Final = frozenset({"prework_reminder"})
"""Kinds that somebody who wants no mail from a course does not get."""


def read_addressees(user_ids: Collection[int]) -> dict[int, Addressee]:
    """Return people whose account is active, with the language and zone of their settings."""
    from openedx.core.djangoapps.user_api.models import UserPreference

    people: Any = get_user_model().objects.filter(pk__in=user_ids, is_active=True)
    chosen = {
        (user_id, key): value
        for user_id, key, value in UserPreference.objects.filter(
            user_id__in=user_ids, key__in=(_LANGUAGE, _ZONE)
        ).values_list("user_id", "key", "value")
    }
    return {
        user.pk: _addressee(user, chosen) for user in people.select_related("profile") if user.email
    }


def read_team(course_key: str) -> list[Addressee]:
    """Return who has a role in the course that makes them its staff, ordered by name."""
    from common.djangoapps.student.models import CourseAccessRole

    roles = CourseAccessRole.objects.filter(
        course_id=CourseKey.from_string(course_key), role__in=courses.TEAM
    )
    team = read_addressees(set(roles.values_list("user_id", flat=True)))
    return sorted(team.values(), key=lambda one: (one.name.casefold(), one.user_id))


def send(message: Message) -> bool:
    """Send one message; tell whether it went out, raise MessageNotSentError where it may later."""
    from django.contrib.sites.models import Site
    from openedx.core.lib.celery.task_utils import emulate_http_request

    user = get_user_model().objects.filter(pk=message.user_id, is_active=True).first()
    if user is None or not user.email or _is_shut(user) or _is_unwanted(message):
        return False
    sent: list[str] = []
    with emulate_http_request(site=Site.objects.get_current(), user=user):
        sent = _deliver(message, user)
    if not sent:
        raise MessageNotSentError(_("The message could not be sent. Try again later."))
    return True


def _deliver(message: Message, user: Any) -> list[str]:
    """Hand a message to edx-ace; return what it says went out by e-mail."""
    from django.contrib.sites.models import Site
    from edx_ace import ace
    from edx_ace.channel import ChannelType
    from edx_ace.recipient import Recipient
    from edx_ace.signals import ACE_MESSAGE_SENT
    from openedx.core.djangoapps.ace_common.template_context import get_base_template_context

    context = get_base_template_context(Site.objects.get_current())
    context |= {
        "subject": message.subject,
        "paragraphs": list(message.paragraphs),
        "link": message.link,
        "link_label": message.link_label,
        # What somebody wants no mail from; and no link to unsubscribe from what has none.
        "course_ids": [message.course_key] if message.kind in _FOR_LEARNERS else [],
        "omit_unsubscribe_link": True,
    }
    mail = _message_type(message.kind)().personalize(
        Recipient(user.pk, user.email), message.language, context
    )
    sent: list[str] = []

    def note(sender: Any, message: Mapping[str, Any], **_signal: Any) -> None:
        if (
            message.get("uuid") == str(mail.uuid)
            and getattr(sender, "channel_type", None) == ChannelType.EMAIL
        ):
            sent.append(str(mail.uuid))

    ACE_MESSAGE_SENT.connect(note, weak=False)
    try:
        ace.send(mail)
    except Exception:
        # Whatever a channel raises that edx-ace does not expect, such as a server that is away.
        log.exception("%s to user %s could not be sent.", message.kind, user.pk)
    finally:
        ACE_MESSAGE_SENT.disconnect(note)
    return sent


def _message_type(kind: str) -> Any:
    """Return the message type of a kind; its name is that of its templates."""
    from openedx.core.djangoapps.ace_common.message import BaseMessageType

    class OurMessage(BaseMessageType):
        NAME = kind
        APP_LABEL = "blended_xblock"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            # Somebody asked for it, or works with it: it is no marketing.
            self.options["transactional"] = True

    return OurMessage


def _is_shut(user: Any) -> bool:
    """Tell whether the platform disabled the account: it says so in either of two places."""
    from common.djangoapps.student.models import UserStanding

    is_disabled = UserStanding.objects.filter(
        user=user, account_status=UserStanding.ACCOUNT_DISABLED
    ).exists()
    return is_disabled or not user.has_usable_password()


def _is_unwanted(message: Message) -> bool:
    """Tell whether the person wants no mail from the course, as set on their dashboard."""
    from lms.djangoapps.bulk_email.models import Optout

    return (
        message.kind in _FOR_LEARNERS
        and Optout.objects.filter(
            user_id=message.user_id, course_id=CourseKey.from_string(message.course_key)
        ).exists()
    )


def _addressee(user: Any, chosen: Mapping[tuple[int, str], str]) -> Addressee:
    profile = getattr(user, "profile", None)
    zone = chosen.get((user.pk, _ZONE))
    return Addressee(
        user_id=user.pk,
        name=(profile.name if profile else "") or user.get_full_name() or user.username,
        language=chosen.get((user.pk, _LANGUAGE)) or settings.LANGUAGE_CODE,
        timezone=zone if zone and known_zone(zone) else None,
    )
