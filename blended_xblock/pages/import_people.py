"""The people of a file with attendance as somebody checks them: who is meant, what each gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.attendance.intake.effects import Effect
from blended_xblock.attendance.intake.fates import fate_of
from blended_xblock.attendance.intake.known import learners_of
from blended_xblock.attendance.intake.listing import Preview
from blended_xblock.attendance.intake.stored import participant_of
from blended_xblock.attendance.statuses import meanings_of
from blended_xblock.hosts import get_host
from blended_xblock.models import ImportBatch, ImportedPerson
from blended_xblock.pages.common import StatusChoice, status_choice, unmarked_choice
from blended_xblock.pages.history import describe_values
from blended_xblock.pages.imports import Event, history_of
from blended_xblock.schedule.wording import describe_clock, describe_instant

STRONG: Final = 95
"""From this likeness on a single suggestion may be confirmed together with others."""
_CLEAR: Final = 5
_LINES: Final = 5

GROUPS: Final = ("to_settle", "aside", "kept", "change", "same", "out")
"""What may be shown alone, in this order; each person of a file is in one of them."""

_OUTCOMES: Final = {
    "record": "change",
    "added": "change",
    "fill": "change",
    "kept": "kept",
    "same": "same",
}
DONE: Final = frozenset({ImportBatch.State.APPLIED, ImportBatch.State.UNDONE})


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody a person of the file may be."""

    user_id: int
    name: str
    username: str
    score: int


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What becomes of one person at one session; ``session`` is empty where there is only one.

    ``text`` is what the file says in words, ``stands`` what is recorded there, ``detail`` by whom.
    """

    session: str
    kind: str
    before: StatusChoice
    after: StatusChoice
    text: str
    stands: str
    detail: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of a file; ``group`` is one of ``GROUPS``, ``fate`` what becomes of them.

    ``is_decided``: a person said so, and may take it back. ``best`` is whom one press confirms.
    ``is_unknown``: nobody can tell the status from the file. ``said`` is what the fate means.
    """

    number: int
    name: str
    email: str
    group: str
    fate: str
    why: str
    when: str
    lines: str
    said: str
    is_decided: bool
    chosen: Choice | None
    best: Choice | None
    suggestions: tuple[Choice, ...]
    effects: tuple[EffectRow, ...]
    status: str
    overrules: bool
    is_unknown: bool
    unknown: str

    @property
    def stands_against(self) -> bool:
        """Tell whether somebody has to choose between a mark and the file, or has chosen."""
        return self.overrules or any(effect.kind == "kept" for effect in self.effects)

    @property
    def is_recorded(self) -> bool:
        return self.fate in ("learner", "guest")


def group_of(row: ImportedPerson, effects: Sequence[Effect], *, is_done: bool) -> str:
    """Return where a person of the file stands; what needs somebody comes first."""
    if is_done:
        return _OUTCOMES.get(row.outcome, "out")
    fate = fate_of(row)
    kinds = {effect.kind for effect in effects}
    if fate == "unsettled" or "unknown" in kinds:
        return "to_settle"
    if fate in ("aside", "out"):
        return fate
    if "kept" in kinds:
        return "kept"
    return "change" if kinds & {"record", "fill"} else "same"


class Words:
    """Says in words what a file would do to some of its people; names are read at once."""

    def __init__(self, preview: Preview, rows: Sequence[ImportedPerson], now: datetime) -> None:
        batch = preview.batch
        self.batch, self.now = batch, now
        self.session = batch.session
        self.is_done = batch.state in DONE
        self.is_of_several = len(preview.plan.sessions) > 1
        sessions = [each for each, _is_chosen in preview.covered] or [self.session]
        self.learners = learners_of(sessions) if preview.plan.people else {}
        strangers = {row.user_id for row in rows if row.user_id} - self.learners.keys()
        by = {
            effect.row.recorded_by_id
            for effect in preview.plan.effects
            if effect.kind in ("kept", "fill", "same", "record")
        }
        whose = {batch.imported_by_id, batch.applied_by_id, batch.undone_by_id}
        people = {each for each in (*strangers, *by, *whose) if each is not None}
        self.names = get_host().names(people) if people else {}
        meanings = meanings_of(self.session.unit)
        self.choices = {code: status_choice(status) for code, status in meanings.items()}
        self.labels = {code: choice.label for code, choice in self.choices.items()}

    def row(self, row: ImportedPerson, group: str, effects: Sequence[Effect]) -> PersonRow:
        fate = fate_of(row)
        chosen = None
        if fate == "learner" and row.user_id is not None:
            chosen = self._choice(row.user_id, 100)
        suggestions = self.suggestions_of(row)
        said = self._done(row) if self.is_done else _fate_words(row, fate, chosen)
        return PersonRow(
            number=row.number,
            name=row.name or row.email or row.account or _("Name removed"),
            email=row.email if row.name else "",
            group=group,
            fate=fate,
            why=_why(row.why),
            when=self._when(row),
            lines=_lines(participant_of(row).lines),
            said=said,
            is_decided=bool(row.decision) and fate != "unsettled",
            chosen=chosen,
            best=_best(suggestions),
            suggestions=suggestions,
            effects=() if self.is_done else tuple(self._effect(effect) for effect in effects),
            status=row.status or "",
            overrules=row.overrules,
            is_unknown=any(effect.kind == "unknown" for effect in effects),
            unknown=next((_problem(each) for each in effects if each.kind == "unknown"), ""),
        )

    def history(self) -> tuple[str, ...]:
        """Return who did what with the file, and when."""
        batch = self.batch

        def event(who: int | None, at: datetime | None) -> Event:
            return self.names.get(who or 0, ""), at

        return history_of(
            event(batch.imported_by_id, batch.imported_at),
            event(batch.applied_by_id, batch.applied_at),
            event(batch.undone_by_id, batch.undone_at),
            self.session.timezone,
            self.now,
        )

    def suggestions_of(self, row: ImportedPerson) -> tuple[Choice, ...]:
        return tuple(
            self._choice(user_id, score)
            for user_id, score in row.suggestions
            if user_id in self.learners
        )

    def single_of(self, row: ImportedPerson) -> int | None:
        """Return the one learner who is strongly suggested for somebody to settle, if any is."""
        if row.why != "name" or fate_of(row) != "unsettled":
            return None
        strong = [each.user_id for each in self.suggestions_of(row) if each.score >= STRONG]
        return strong[0] if len(strong) == 1 else None

    def _choice(self, user_id: int, score: int) -> Choice:
        learner = self.learners.get(user_id)
        if learner is None:
            return Choice(user_id, self.names.get(user_id) or _("somebody"), "", score)
        return Choice(user_id, learner.name, learner.username, score)

    def _when(self, row: ImportedPerson) -> str:
        """Return from when to when somebody was there, and for how long within the session."""
        person = participant_of(row)
        parts = []
        if person.intervals:
            zone = self.session.timezone
            parts.append(
                _("%(start)s–%(end)s")
                % {
                    "start": describe_clock(person.intervals[0][0], zone),
                    "end": describe_clock(person.intervals[-1][1], zone),
                }
            )
        if person.minutes is not None:
            parts.append(
                ngettext("%(n)d minute", "%(n)d minutes", person.minutes) % {"n": person.minutes}
            )
        elif not person.status:
            parts.append(_("time unknown"))
        if len(person.intervals) > 1:
            n = len(person.intervals)
            parts.append(ngettext("joined once", "joined %(n)d times", n) % {"n": n})
        if "open-ended" in person.flags:
            parts.append(_("no leave in the file"))
        return " · ".join(parts)

    def _effect(self, effect: Effect) -> EffectRow:
        zone = effect.session.timezone
        detail = ""
        if effect.row.recorded_at is not None:
            detail = _("%(name)s, %(when)s") % {
                "name": self.names.get(effect.row.recorded_by_id or 0) or _("somebody"),
                "when": describe_instant(effect.row.recorded_at, zone, self.now),
            }
        return EffectRow(
            session=effect.session.title if self.is_of_several else "",
            kind=effect.kind,
            before=self._status(effect.before.get("status")),
            after=self._status(effect.after.get("status")),
            text=describe_values(self._said(effect.after), self.labels, zone),
            stands=describe_values(self._said(effect.before), self.labels, zone),
            detail=detail,
        )

    def _said(self, after: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the file says without the times, which stand beside the name already."""
        times = () if self.is_of_several else ("arrived_at", "left_at")
        return {name: value for name, value in after.items() if name not in times}

    def _status(self, code: str | None) -> StatusChoice:
        return self.choices[code] if code in self.choices else unmarked_choice()

    def _done(self, row: ImportedPerson) -> str:
        """Return what became of somebody when the file was applied."""
        is_learner = row.user_id is not None and fate_of(row) == "learner"
        name = self._choice(row.user_id or 0, 100).name if is_learner else ""
        template = {
            "record": _("Recorded as %(name)s"),
            "added": _("Recorded as %(name)s, who was not expected"),
            "fill": _("%(name)s: minutes added to the mark that stood"),
            "same": _("%(name)s: nothing changed"),
            "kept": _("%(name)s: the mark that stood was kept"),
            "unknown": _("%(name)s: not recorded, since the time is unknown"),
        }.get(row.outcome)
        if template is None:
            return _("Left out")
        return template % {"name": name or _("a guest")}


def _fate_words(row: ImportedPerson, fate: str, chosen: Choice | None) -> str:
    if chosen is not None and not row.decision and chosen.name == row.name:
        return ""
    if chosen is not None:
        return _("This is %(name)s") % {"name": chosen.name}
    if fate == "guest":
        return _("A guest")
    if fate == "out":
        return _("Left out")
    if fate == "aside":
        return {
            "host": _("The host: left out, unless you say otherwise."),
            "bot": _("A recording or note-taking program: left out, unless you say otherwise."),
            "room": _("A device in a room: left out, unless you say otherwise."),
        }.get(row.why, "")
    return ""


def _best(suggestions: Sequence[Choice]) -> Choice | None:
    """Return whom one press may confirm: nobody where two are about as likely."""
    if not suggestions:
        return None
    is_clear = len(suggestions) == 1 or suggestions[0].score - suggestions[1].score >= _CLEAR
    return suggestions[0] if is_clear else None


def _problem(effect: Effect) -> str:
    """Return why the file does not tell a status."""
    if effect.problem is not None:
        return effect.problem.remark.translated(_)
    return _("How long they were there cannot be told from the file.")


def _lines(lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:_LINES])
    return f"{shown}, …" if len(lines) > _LINES else shown


def _why(why: str) -> str:
    """Return why somebody is taken for who they are, or is not."""
    return {
        "email": _("same e-mail address"),
        "account": _("same username or id"),
        "alias": _("confirmed earlier in this course"),
        "name": _("a similar name"),
        "several": _("more than one person fits"),
        "host": _("host"),
        "bot": _("program"),
        "room": _("room device"),
        "guest": _("a guest in the export"),
        "unknown": _("nobody of this course"),
    }.get(why, "")
