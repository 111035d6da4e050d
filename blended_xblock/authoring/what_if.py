"""The what-if table: what becomes of a few typical learners, decided by the rule itself.

Nobody is looked up: each case is a set of imagined marks at the sessions of the design, given with
its own statuses, and goes the way real marks go (``gate.rule``, then ``gate.standing``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring.wording import NAMED, by_delay, name_all, quote
from blended_xblock.design import DEFAULT_STATUSES, Design, SessionDesign, Status
from blended_xblock.gate.rule import Mark, SessionFact, Verdict, evaluate
from blended_xblock.gate.standing import columns_of, opening_at
from blended_xblock.models import Standing
from blended_xblock.schedule import zones
from blended_xblock.schedule.wording import (
    describe_day,
    describe_instant,
    describe_zone,
    is_same_clock,
)

Outcome = Literal["open", "later", "waits", "shut"]
Marks = tuple[Mark | None, ...]

MAX_CASES: Final = 8
# From so many sessions on, half of them is neither one nor all but one.
_MANY: Final = 4


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table: ``who`` goes on from "A learner who", ``text`` is what they find.

    ``outcome`` is that of the follow-up that opens first: with the mark or already (``open``), on a
    day to come (``later``), when a roll is done (``waits``), or not at all (``shut``).
    """

    who: str
    outcome: Outcome
    text: str


def list_cases(
    design: Design, titles: Mapping[str, str], now: datetime, zone: str | None
) -> list[Case]:
    """Return at most eight telling cases, whoever attends most first; none without a session.

    ``titles`` names linked blocks by ``type@id``; ``now`` is aware. Dates are read in the session's
    own zone, and in ``zone`` (the author's, IANA) too where its clocks show another time. Where
    cohorts meet apart, every case is somebody of the cohort named first, and says so.
    """
    sessions, cohort = _expected(design)
    if not sessions:
        return []
    facts = [_fact(session) for session in sessions]
    table = _Table(
        design=design,
        sessions={session.id: session for session in sessions},
        facts=facts,
        groups=by_delay(design.follow_ups, titles),
        now=now,
        then=max(now, facts[-1].ends_at),
        zone=zone if zone and zones.known_zone(zone) else None,
    )
    cases = []
    for idea in _choose(_imagine(design, sessions, facts)):
        who = idea.who
        if cohort:
            who = _("%(who)s (cohort %(cohort)s)") % {"who": who, "cohort": quote(cohort)}
        cases.append(table.decide(who, idea.marks))
    return cases


def _expected(design: Design) -> tuple[list[SessionDesign], str]:
    """Return the sessions a learner is expected at, by time, and the learner's cohort.

    The cohort is empty where it makes no difference.
    """
    live = [session for session in design.sessions if not session.cancelled]
    audiences = [session.audience for session in live]
    cohort = ""
    if len(set(map(frozenset, audiences))) > 1:
        cohort = next(audience[0] for audience in audiences if audience)
        live = [s for s in live if not s.audience or cohort in s.audience]
    return sorted(live, key=lambda session: (session.ends_at, session.id)), cohort


def _fact(session: SessionDesign) -> SessionFact:
    starts_at, ends_at = session.starts_at, session.ends_at
    return SessionFact(
        session_id=session.id,
        occurrence=session.occurrence_key,
        ends_at=ends_at,
        length=int((ends_at - starts_at).total_seconds()) // 60,
    )


@dataclass(frozen=True, slots=True)
class _Idea:
    """Marks to try, one for each session; of too many, those of the lowest ``rank`` are kept.

    What is the same as a better idea is not told twice, unless it is a ``status`` by itself.
    """

    rank: int
    who: str
    marks: Marks
    status: str = ""


def _choose(ideas: Iterator[_Idea]) -> list[_Idea]:
    """Return the ideas worth a line, in the order they came."""
    in_order = list(ideas)
    told: dict[tuple[Marks, str], _Idea] = {}
    for idea in sorted(in_order, key=lambda idea: idea.rank):
        told.setdefault((idea.marks, idea.status), idea)
    kept = list(told.values())[:MAX_CASES]
    return [idea for idea in in_order if any(idea is each for each in kept)]


def _imagine(
    design: Design, sessions: Sequence[SessionDesign], facts: Sequence[SessionFact]
) -> Iterator[_Idea]:
    """Yield what may become of a learner expected at these sessions."""
    statuses = design.effective_statuses
    present = max(
        (status for status in statuses if status.attended),
        key=lambda status: (status.counted, status.credit),
    )
    absent = max(
        (status for status in statuses if not status.attended),
        key=lambda status: (status.counted, -status.credit),
        default=None,
    )
    count = len(sessions)
    came, missed = _mark(present), _mark(absent) if absent else None

    def only(chosen: Sequence[bool]) -> Marks:
        return tuple(came if comes else missed for comes in chosen)

    every = _("attends every session") if count > 1 else _("attends the session")
    yield _Idea(0, every, only([True] * count))
    if count > 2:
        who = _("attends all sessions but the last")
        yield _Idea(7, who, only([place < count - 1 for place in range(count)]))
    if design.rule.kind == "minutes":
        half = tuple(replace(came, minutes=fact.length // 2) for fact in facts)
        who = _("stays for half of every session") if count > 1 else _("stays for half the session")
        yield _Idea(2, who, half)
    if count >= _MANY:
        who = ngettext(
            "attends the first %(n)d session of %(all)d",
            "attends the first %(n)d sessions of %(all)d",
            count // 2,
        ) % {"n": count // 2, "all": count}
        yield _Idea(8, who, only([place < count // 2 for place in range(count)]))
    occurrence = _first_occurrence(sessions)
    if occurrence:
        who = _("attends every session of %(occurrence)s") % {"occurrence": quote(occurrence)}
        yield _Idea(5, who, only([s.occurrence == occurrence for s in sessions]))
    if count > 1:
        who = _("attends the first session only")
        yield _Idea(1, who, only([place == 0 for place in range(count)]))
    for rank, status in _other_statuses(design, present, absent):
        yield _Idea(rank, _who_is(status, count), (_mark(status),) * count, status.code)
    if absent is not None and absent.counted:
        who = _("misses every session") if count > 1 else _("misses the session")
        yield _Idea(3, who, (missed,) * count)
    elif absent is not None:
        yield _Idea(3, _who_is(absent, count), (missed,) * count)
    yield _Idea(2, _("comes, but nobody does the roll"), (None,) * count)


def _first_occurrence(sessions: Sequence[SessionDesign]) -> str:
    """Return the first of several occurrences that has several sessions, or an empty text."""
    names = [session.occurrence for session in sessions]
    if len({session.occurrence_key for session in sessions}) < 2:
        return ""
    return next((name for name in names if name and names.count(name) > 1), "")


def _other_statuses(
    design: Design, present: Status, absent: Status | None
) -> Iterator[tuple[int, Status]]:
    """Yield the statuses that mean something else, by rank: one for each thing they can mean."""
    told = {(status.attended, status.counted) for status in (present, absent) if status}
    for status in design.effective_statuses:
        meaning = (status.attended, status.counted)
        if meaning not in told:
            told.add(meaning)
            yield 4, status
    for status in design.effective_statuses:
        # The rule measures who leaves early by the minutes; without them, as if they had stayed.
        if (
            design.rule.kind != "minutes"
            and status.attended
            and status.counted == present.counted
            and status.credit != present.credit
        ):
            yield 6, status
            return


def _who_is(status: Status, count: int) -> str:
    if status in DEFAULT_STATUSES and status.code == "D":
        return _("leaves every session early") if count > 1 else _("leaves the session early")
    if status in DEFAULT_STATUSES and status.code == "E":
        return _("is excused from every session") if count > 1 else _("is excused from the session")
    text = _("is marked %(status)s at every session")
    if count == 1:
        text = _("is marked %(status)s at the session")
    return text % {"status": quote(_(status.label))}


def _mark(status: Status) -> Mark:
    return Mark(is_attended=status.attended, is_counted=status.counted)


@dataclass(frozen=True, slots=True)
class _Table:
    """What all the cases share. ``then`` is when every session is over; ``groups`` by delay."""

    design: Design
    sessions: Mapping[str, SessionDesign]
    facts: Sequence[SessionFact]
    groups: Mapping[int, list[str]]
    now: datetime
    then: datetime
    zone: str | None

    def decide(self, who: str, marks: Marks) -> Case:
        """Return what follows from these marks, one for each session."""
        facts = [replace(fact, mark=mark) for fact, mark in zip(self.facts, marks, strict=True)]
        verdict = evaluate(self.design.rule, self.design.gate, facts)
        names = {session.id: session.timezone for session in self.sessions.values()}
        row = Standing(**columns_of(verdict, names))
        # By then nothing is ahead that a mark could still change, so that every date is known.
        opens = {days: opening_at(row, days, self.then).opens_at for days in self.groups or {0: []}}
        outcome = self._outcome(verdict, opens)
        return Case(who, outcome, self._text(verdict, outcome, opens, row.zone))

    def _outcome(self, verdict: Verdict, opens: Mapping[int, datetime | None]) -> Outcome:
        if verdict.is_met and 0 in opens:
            return "open"
        if any(instant is not None and instant <= self.now for instant in opens.values()):
            return "open"
        if verdict.is_met:
            return "later"
        return "waits" if verdict.pending_session else "shut"

    def _text(
        self,
        verdict: Verdict,
        outcome: Outcome,
        opens: Mapping[int, datetime | None],
        zone: str,
    ) -> str:
        decisive = verdict.counted_session or verdict.pending_session
        if decisive is None:
            return self._shut(verdict)
        session = self.sessions[decisive]
        said = []
        if not verdict.is_met:
            said.append(self._roll(session, is_late=outcome == "open"))
        elif not self.groups:
            said.append(_("Has taken part. There is no follow-up to open."))
        together = self._together(verdict, opens)
        for instant, titles in list(together.items())[:NAMED]:
            if instant is None:
                said.append(self._with_roll(titles, session))
            else:
                said.append(self._on_date(titles, instant, zone, is_met=verdict.is_met))
        more = sum(len(titles) for titles in list(together.values())[NAMED:])
        if more:
            text = ngettext("%(n)d more opens after that.", "%(n)d more open after that.", more)
            said.append(text % {"n": more})
        return " ".join(said)

    def _together(
        self, verdict: Verdict, opens: Mapping[int, datetime | None]
    ) -> dict[datetime | None, list[str]]:
        """Return the titles by when they open, the first to open first; None: with the mark."""
        together: dict[datetime | None, list[str]] = {}
        for days, titles in self.groups.items():
            with_mark = verdict.is_met and not days
            if with_mark or opens[days] is not None:
                together.setdefault(None if with_mark else opens[days], []).extend(titles)
        return together

    def _roll(self, session: SessionDesign, *, is_late: bool) -> str:
        text = _("Waits for the roll of %(session)s.")
        if is_late:
            text = _("Does not wait for the roll of %(session)s any longer.")
        return text % {"session": quote(session.title)}

    def _with_roll(self, titles: Sequence[str], session: SessionDesign) -> str:
        day = describe_day(session.end.replace(tzinfo=ZoneInfo(session.timezone)), self.now)
        return ngettext(
            "%(items)s opens with the roll of %(session)s (%(day)s).",
            "%(items)s open with the roll of %(session)s (%(day)s).",
            len(titles),
        ) % {"items": name_all(titles), "session": quote(session.title), "day": day}

    def _on_date(self, titles: Sequence[str], instant: datetime, zone: str, *, is_met: bool) -> str:
        if instant <= self.now:
            text = ngettext(
                "%(items)s has been open since %(when)s.",
                "%(items)s have been open since %(when)s.",
                len(titles),
            )
        elif is_met:
            text = ngettext(
                "%(items)s opens on %(when)s.", "%(items)s open on %(when)s.", len(titles)
            )
        else:
            text = ngettext(
                "%(items)s opens on %(when)s at the latest.",
                "%(items)s open on %(when)s at the latest.",
                len(titles),
            )
        return text % {"items": name_all(titles), "when": self._when(instant, zone)}

    def _when(self, instant: datetime, zone: str) -> str:
        values = {"when": describe_instant(instant, zone, self.now), "zone": describe_zone(zone)}
        if self.zone is None or is_same_clock(zone, self.zone, instant):
            return _("%(when)s (%(zone)s)") % values
        return _("%(when)s (%(zone)s; %(own_when)s in %(own_zone)s)") % {
            **values,
            "own_when": describe_instant(instant, self.zone, self.now),
            "own_zone": describe_zone(self.zone),
        }

    def _shut(self, verdict: Verdict) -> str:
        figures = verdict.figures
        if figures.kind == "minutes":
            text = ngettext(
                "%(reached)d of %(needed)d minute",
                "%(reached)d of %(needed)d minutes",
                figures.needed,
            )
        elif figures.kind == "occurrence":
            text = ngettext(
                "%(reached)d of %(needed)d session of one occurrence",
                "%(reached)d of %(needed)d sessions of one occurrence",
                figures.needed,
            )
        else:
            text = ngettext(
                "%(reached)d of %(needed)d session",
                "%(reached)d of %(needed)d sessions",
                figures.needed,
            )
        said = text % {"reached": figures.reached, "needed": figures.needed}
        if self.groups:
            return _("Stays shut: %(figures)s.") % {"figures": said}
        return _("Has not taken part: %(figures)s.") % {"figures": said}
