"""Short words for the rule's tests: facts, marks, and an oracle that decides by brute force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from blended_xblock.design import Gate, Rule
from blended_xblock.gate.rule import Mark, SessionFact, Verdict

START = datetime(2026, 5, 12, 9, tzinfo=UTC)
PRESENT = Mark(is_attended=True, is_counted=True)
ABSENT = Mark(is_attended=False, is_counted=True)
EXCUSED = Mark(is_attended=False, is_counted=False)
GUEST = Mark(is_attended=True, is_counted=False)


def hour(n: float) -> datetime:
    return START + timedelta(hours=n)


def fact(
    name: str,
    mark: Mark | None,
    *,
    at: float | None = None,
    occurrence: str = "",
    length: int = 60,
    expected: bool = True,
) -> SessionFact:
    """Return a session called ``name`` that ends at hour ``at`` (its name's place in a to z)."""
    end = hour(ord(name[0]) - ord("a") if at is None else at)
    return SessionFact(name, occurrence or name, end, length, mark, expected)


def present(minutes: int | None, *, live: bool = True) -> Mark:
    return Mark(is_attended=True, is_counted=True, minutes=minutes, is_live=live)


def is_met_naively(rule: Rule, facts: Iterable[SessionFact]) -> bool:
    """Decide a rule as its sentence says it, with fractions and without shortcuts."""
    facts = list(facts)
    attended = [f for f in facts if f.mark and f.mark.is_attended]
    if rule.kind == "sessions":
        return len(attended) >= rule.at_least
    if rule.kind == "minutes":
        minutes = 0
        for f in attended:
            assert f.mark
            if f.mark.is_live:
                minutes += f.length if f.mark.minutes is None else f.mark.minutes
        return minutes >= rule.at_least
    for occurrence in {f.occurrence for f in facts}:
        inside = [f for f in facts if f.occurrence == occurrence]
        asked = [f for f in inside if f.is_expected and (f.mark is None or f.mark.is_counted)]
        came = [f for f in inside if f.mark and f.mark.is_counted and f.mark.is_attended]
        if came and (not asked or Fraction(len(came), len(asked)) >= Fraction(rule.percent, 100)):
            return True
    return False


def assume(facts: Iterable[SessionFact], until: datetime) -> list[SessionFact]:
    """Return the facts with everybody present wherever a session ended unmarked by ``until``."""
    return [replace(f, mark=PRESENT) if f.mark is None and f.ends_at <= until else f for f in facts]


def first_instant(
    rule: Rule, facts: Sequence[SessionFact], instants: Iterable[datetime]
) -> datetime | None:
    """Step through time: return when the sessions over by then would meet the rule."""
    for now in sorted(instants):
        if is_met_naively(rule, assume(facts, now)):
            return now
    return None


def opens_from(verdict: Verdict, delay_days: int = 0) -> datetime:
    """Return from when a follow-up is open if nobody writes any more; the year 9999 for never."""
    delay = timedelta(days=delay_days)
    ways = []
    for way in verdict.openings:
        # Without a delay the mark itself opens, also before the session is over.
        counted = way.counted_from + delay if delay else datetime.min.replace(tzinfo=UTC)
        ways.append(max(way.due, counted) if way.due else counted)
    return min(ways, default=datetime.max.replace(tzinfo=UTC))


WAIT = Gate()
OPEN_AFTER_A_DAY = Gate(when_unmarked="open", after_hours=24)
