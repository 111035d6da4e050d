"""What our messages say, each in the language of the person it is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.hosts.base import Addressee, Message
from blended_xblock.models import Session
from blended_xblock.reports.alarms import Alarm
from blended_xblock.reports.readiness import REMINDER, Progress
from blended_xblock.schedule.wording import (
    describe_day,
    describe_span_in_zone,
    is_same_clock,
)


def reminder(
    session: Session,
    person: Addressee,
    items: Sequence[Progress],
    *,
    sender: str,
    personal: str,
    link: str,
    now: datetime,
) -> Message:
    """Return the reminder of a session to one learner who has prework left to do.

    ``personal`` is what ``sender`` (a name) adds in their own words, or empty.
    """
    with translation.override(person.language):
        paragraphs = [
            _("Hello %(name)s,") % {"name": person.name},
            _("“%(session)s” is on %(when)s.")
            % {"session": session.title, "when": _when(session, session.timezone, now)},
        ]
        if person.timezone and not is_same_clock(
            session.timezone, person.timezone, session.starts_at
        ):
            paragraphs.append(
                _("By your clock that is %(when)s.")
                % {"when": _when(session, person.timezone, now)}
            )
        if personal:
            paragraphs.append(said_by(sender, personal))
        paragraphs.append("\n".join([_("Please do this before you come:"), *_lines(items)]))
        return Message(
            user_id=person.user_id,
            kind=REMINDER,
            course_key=session.unit.course_key,
            language=person.language,
            subject=_("Before “%(session)s” on %(day)s: your prework")
            % {
                "session": session.title,
                "day": describe_day(session.starts_at.astimezone(ZoneInfo(session.timezone)), now),
            },
            paragraphs=tuple(paragraphs),
            link=link,
            link_label=_("Go to the prework"),
        )


def digest(
    course_key: str,
    person: Addressee,
    alarms: Sequence[Alarm],
    sessions: Sequence[Session],
    *,
    link: str,
    now: datetime,
) -> Message:
    """Return one day's digest: what waits for somebody, and their sessions of the next day."""
    with translation.override(person.language):
        paragraphs = [_("Hello %(name)s,") % {"name": person.name}]
        if alarms:
            lines = [_alarm_line(alarm) for alarm in alarms]
            paragraphs.append("\n".join([_("This waits for you:"), *lines]))
        if sessions:
            lines = [_session_line(session, person, now) for session in sessions]
            paragraphs.append("\n".join([_("You meet within the next 24 hours:"), *lines]))
        n = len(alarms)
        waits = ngettext("%(n)d thing waits for you", "%(n)d things wait for you", n) % {"n": n}
        return Message(
            user_id=person.user_id,
            kind="alarm_digest",
            course_key=course_key,
            language=person.language,
            subject=waits if alarms else _("Your sessions of the next 24 hours"),
            paragraphs=tuple(paragraphs),
            link=link,
            link_label=_("Open the sessions"),
        )


def _alarm_line(alarm: Alarm) -> str:
    said = _("%(what)s %(advice)s") % {"what": alarm.sentence, "advice": alarm.advice}
    if not alarm.title:
        return f"• {said}"
    return "• " + _("%(session)s: %(what)s") % {"session": alarm.title, "what": said}


def _session_line(session: Session, person: Addressee, now: datetime) -> str:
    """Say a session by its own clock, and by the reader's where that is another."""
    when = _when(session, session.timezone, now)
    line = _("%(session)s, %(when)s") % {"session": session.title, "when": when}
    if person.timezone and not is_same_clock(session.timezone, person.timezone, session.starts_at):
        line += "; " + _("By your clock that is %(when)s.") % {
            "when": _when(session, person.timezone, now)
        }
    return f"• {line}"


def said_by(sender: str, personal: str) -> str:
    """Return a trainer's own words as theirs, in the language that is active."""
    if not sender:
        return personal
    return _("%(name)s writes: %(text)s") % {"name": sender, "text": personal}


def _when(session: Session, zone: str, now: datetime) -> str:
    return describe_span_in_zone(session.starts_at, session.ends_at, zone, now)


def _lines(items: Sequence[Progress]) -> list[str]:
    lines = []
    for item in items:
        if item.is_done:
            continue
        title = item.link.title
        if item.is_started:
            title = _("%(title)s (%(done)d of %(total)d done)") % {
                "title": title,
                "done": item.done,
                "total": item.total,
            }
        lines.append(f"• {title}")
    return lines
