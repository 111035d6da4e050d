"""What a press of "Remind" would send, before it is sent: to whom by name, and the very text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from blended_xblock.messages.reminders import TEXT_LENGTH, ReminderPreview

NAMES_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class ReminderPerson:
    user_id: int
    name: str
    language: str
    is_recent: bool


@dataclass(frozen=True, slots=True)
class ReminderText:
    """A message as one person reads it; ``before`` and ``after`` are around a personal line."""

    title: str
    language: str
    subject: str
    before: tuple[str, ...]
    personal: str
    after: tuple[str, ...]
    link_label: str


@dataclass(frozen=True, slots=True)
class ReminderPage:
    """``more`` are the ids of people beyond the names shown."""

    session_id: str
    people: tuple[ReminderPerson, ...]
    more: tuple[int, ...]
    left_out: tuple[str, ...]
    texts: tuple[ReminderText, ...]
    limit: int = TEXT_LENGTH


def reminder_page(session_id: str, preview: ReminderPreview) -> ReminderPage:
    """Return the preview for people; languages are named where there is more than one."""
    is_mixed = len(preview.samples) > 1
    reachable = [person for person in preview.people if person.user_id in preview.languages]
    beyond = [p.user_id for p in reachable[NAMES_SHOWN:] if p.user_id not in preview.recent]
    return ReminderPage(
        session_id=session_id,
        people=tuple(
            ReminderPerson(
                user_id=person.user_id,
                name=person.name,
                language=_language(preview.languages[person.user_id]) if is_mixed else "",
                is_recent=person.user_id in preview.recent,
            )
            for person in reachable[:NAMES_SHOWN]
        ),
        more=tuple(beyond),
        left_out=tuple(_left_out(preview, len(preview.people) - len(reachable))),
        texts=tuple(
            ReminderText(
                title=_title(sample.name, sample.message.language, is_mixed),
                language=sample.message.language,
                subject=sample.message.subject,
                before=sample.message.paragraphs[: sample.personal],
                personal=sample.message.paragraphs[sample.personal],
                after=sample.message.paragraphs[sample.personal + 1 :],
                link_label=sample.message.link_label,
            )
            for sample in preview.samples
        ),
    )


def _left_out(preview: ReminderPreview, unreachable: int) -> list[str]:
    lines = []
    if preview.absent:
        lines.append(
            ngettext(
                "%(n)d learner announced an absence and is not written to.",
                "%(n)d learners announced an absence and are not written to.",
                preview.absent,
            )
            % {"n": preview.absent}
        )
    if preview.gone:
        lines.append(
            ngettext(
                "%(n)d learner left the course and is not written to.",
                "%(n)d learners left the course and are not written to.",
                preview.gone,
            )
            % {"n": preview.gone}
        )
    if unreachable:
        lines.append(
            ngettext(
                "%(n)d learner has no e-mail address here.",
                "%(n)d learners have no e-mail address here.",
                unreachable,
            )
            % {"n": unreachable}
        )
    return lines


def _title(name: str, language: str, is_mixed: bool) -> str:
    if not is_mixed:
        return _("As %(name)s reads it") % {"name": name}
    return _("As %(name)s reads it (%(language)s)") % {
        "name": name,
        "language": _language(language),
    }


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
