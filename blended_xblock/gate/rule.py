"""What counts as taking part: the decision itself, as arithmetic over facts.

Pure Python, no clock: a verdict says *from when* each thing is true, so that it stays right while
time passes and nobody writes. The rules are those of a course team's design:

* ``sessions``: at least N sessions attended;
* ``occurrence``: at least P % of the counted sessions of any one occurrence attended;
* ``minutes``: at least M minutes live, over all sessions attended.

Three promises hold whatever the facts (``tests/gate/test_rule_promises.py``): one more attended
session never closes a gate; a status that is not counted (excused) never stands in a denominator;
the order of the facts never matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from blended_xblock.design import Gate, Rule

WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """What an instructor's status means for the rule.

    ``minutes`` is what was recorded; None means nobody measured, and somebody who attended is then
    taken to have stayed for the length of the session. ``is_live`` is False for somebody who saw
    the recording: their minutes are not live ones.
    """

    is_attended: bool
    is_counted: bool
    minutes: int | None = None
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class SessionFact:
    """One session that a learner was expected at, or came to; ``mark`` None while unmarked.

    ``length`` is in minutes. A session somebody came to without being expected can only help: it is
    in no denominator.
    """

    session_id: str
    occurrence: str
    ends_at: datetime
    length: int
    mark: Mark | None = None
    is_expected: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a learner is, for people to read: ``reached`` of ``needed`` in the rule's own unit.

    For ``occurrence`` both are sessions of the occurrence in which least is missing.
    """

    kind: str
    reached: int
    needed: int
    attended: int
    counted: int
    unmarked: int


@dataclass(frozen=True, slots=True)
class Opening:
    """One way in which the follow-ups open.

    From ``due`` on (None: with the records as they are) the rule counts as met by a session that
    ended at ``counted_from``; the delay of a follow-up runs from there.
    """

    due: datetime | None
    counted_from: datetime
    session_id: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the facts say, with the instants (UTC) from which each part holds.

    ``counted_from``: end of the session with which the rule was met. ``pending_from``: from then
    on, unmarked sessions that are over could meet the rule. ``openings``: by records, and by rolls
    that stay open for longer than the course team allows; a later one counts from an earlier
    session. A follow-up opens by whichever comes first for its delay.
    """

    is_met: bool
    figures: Figures
    counted_from: datetime | None = None
    counted_session: str | None = None
    pending_from: datetime | None = None
    pending_session: str | None = None
    openings: tuple[Opening, ...] = ()


def evaluate(rule: Rule, gate: Gate, facts: Iterable[SessionFact]) -> Verdict:
    """Decide whether these facts meet the rule, and from when they could if nobody writes."""
    ordered = sorted(facts, key=lambda fact: (fact.ends_at, fact.session_id))
    figures = _figures(rule, ordered)
    openings = tuple(_openings(rule, gate, ordered))
    decisive = _decisive(rule, ordered)
    if decisive is not None:
        return Verdict(
            is_met=True,
            figures=figures,
            counted_from=decisive.ends_at,
            counted_session=decisive.session_id,
            openings=openings,
        )
    pending = _pending(rule, ordered)
    return Verdict(
        is_met=False,
        figures=figures,
        pending_from=pending.ends_at if pending else None,
        pending_session=pending.session_id if pending else None,
        openings=openings,
    )


class _Tally:
    """Counts attended sessions one by one against a rule whose denominators are already known."""

    def __init__(self, rule: Rule, facts: Iterable[SessionFact]) -> None:
        self.rule = rule
        self.denominators = Counter(
            fact.occurrence
            for fact in facts
            if fact.is_expected and (fact.mark is None or fact.mark.is_counted)
        )
        self.attended = 0
        self.minutes = 0
        self.in_occurrence: Counter[str] = Counter()
        self.is_met = False

    def add(self, fact: SessionFact) -> None:
        mark = fact.mark
        assert mark is not None
        assert mark.is_attended
        self.attended += 1
        if mark.is_live:
            self.minutes += fact.length if mark.minutes is None else mark.minutes
        if mark.is_counted:
            self.in_occurrence[fact.occurrence] += 1
        self.is_met = self.is_met or self._now_met(fact.occurrence)

    def _now_met(self, occurrence: str) -> bool:
        if self.rule.kind == "sessions":
            return self.attended >= self.rule.at_least
        if self.rule.kind == "minutes":
            return self.minutes >= self.rule.at_least
        got, of = self.in_occurrence[occurrence], self.denominators[occurrence]
        return got > 0 and got * WHOLE >= self.rule.percent * of


def _decisive(rule: Rule, ordered: Sequence[SessionFact]) -> SessionFact | None:
    """Return the attended session, by time, with which the rule was met."""
    tally = _Tally(rule, ordered)
    for fact in ordered:
        if fact.mark is not None and fact.mark.is_attended:
            tally.add(fact)
            if tally.is_met:
                return fact
    return None


def _pending(rule: Rule, ordered: Sequence[SessionFact]) -> SessionFact | None:
    """Return the unmarked session that could decide, taking unmarked ones as attended, by time."""
    tally = _tally_attended(rule, ordered)
    for fact in ordered:
        if fact.mark is None:
            tally.add(_assumed(fact))
            if tally.is_met:
                return fact
    return None


def _openings(rule: Rule, gate: Gate, ordered: Sequence[SessionFact]) -> Iterator[Opening]:
    """Yield the ways in, from the records alone to all overdue rolls taken as attended.

    One more overdue roll is a way of its own only if an earlier session counts by it.
    """
    counted: SessionFact | None = None
    assumed = list(ordered)
    due: datetime | None = None
    waits = [index for index, fact in enumerate(ordered) if fact.mark is None]
    for index in [None, *(waits if gate.when_unmarked == "open" else ())]:
        if index is not None:
            assumed[index] = _assumed(ordered[index])
            due = ordered[index].ends_at + timedelta(hours=gate.after_hours)
        decisive = _decisive(rule, assumed)
        if decisive and (counted is None or decisive.ends_at < counted.ends_at):
            yield Opening(due, decisive.ends_at, decisive.session_id)
            counted = decisive


def _assumed(fact: SessionFact) -> SessionFact:
    return replace(fact, mark=Mark(is_attended=True, is_counted=True))


def _tally_attended(rule: Rule, ordered: Sequence[SessionFact]) -> _Tally:
    tally = _Tally(rule, ordered)
    for fact in ordered:
        if fact.mark is not None and fact.mark.is_attended:
            tally.add(fact)
    return tally


def _figures(rule: Rule, ordered: Sequence[SessionFact]) -> Figures:
    tally = _tally_attended(rule, ordered)
    reached, needed = tally.attended, rule.at_least
    if rule.kind == "minutes":
        reached = tally.minutes
    elif rule.kind == "occurrence":
        options = [
            (-(-rule.percent * tally.denominators[name] // WHOLE) or 1, tally.in_occurrence[name])
            for name in sorted(tally.denominators.keys() | tally.in_occurrence.keys())
        ]
        needed, reached = min(options, key=lambda option: option[0] - option[1], default=(1, 0))
    return Figures(
        kind=rule.kind,
        reached=reached,
        needed=needed,
        attended=tally.attended,
        counted=sum(1 for fact in ordered if fact.mark is not None and fact.mark.is_counted),
        unmarked=sum(1 for fact in ordered if fact.mark is None),
    )
