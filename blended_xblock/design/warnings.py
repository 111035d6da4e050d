"""What a design may say although its author hardly means it: shown in Studio, refused nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from blended_xblock.design.problems import Problem, as_read, label
from blended_xblock.design.problems import mark as _
from blended_xblock.schedule import zones

if TYPE_CHECKING:
    from blended_xblock.design import Design, SessionDesign

LONG: Final = timedelta(hours=24)
# Whoever checks in so much earlier is hardly there.
EARLY: Final = 240
_NEVER_LATE: Final = _(
    "is %(minutes)s minutes, when every session is over, so that nobody can be late. Choose fewer."
)
_NOT_ATTENDED: Final = _(
    "does not say that the learner took part. Choose another status, unless that is meant."
)


def list_warnings(design: Design, now: datetime) -> tuple[Problem, ...]:
    """Return the warnings of a valid design, element by element, at an aware instant."""
    return (
        *_about_unit(design),
        *(
            problem
            for index, session in enumerate(design.sessions)
            if not session.cancelled
            for problem in _about_session(session, index, now)
        ),
        *_about_overlaps(design),
        *_about_rule(design),
        *_about_make_ups(design),
        *_about_check_in(design),
        *_about_from_minutes(design),
    )


def _warn(
    element: str, attribute: str, path: tuple[str | int, ...], text: str, **params: object
) -> Problem:
    texts = {name: str(value) for name, value in params.items()}
    return Problem(element, attribute, text, texts, "warning", path)


def _about_unit(design: Design) -> Iterator[Problem]:
    if not design.sessions:
        yield _warn("session", "", ("sessions",), _("there is none yet. Schedule a first session."))
    if not design.follow_ups:
        text = _("there is none, so taking part opens nothing. Add what should open afterwards.")
        yield _warn("follow_up", "", ("follow_ups",), text)


def _about_session(session: SessionDesign, index: int, now: datetime) -> Iterator[Problem]:
    element, path = label("session", index + 1, session.id), ("sessions", index)
    if session.ends_at <= now:
        text = _("is past. Check the date, or leave it if the session took place.")
        yield _warn(element, "end", (*path, "end"), text)
    if session.ends_at - session.starts_at > LONG:
        text = _(
            "is more than a day after the start. Check the date, or make one session for each day "
            "and give them the same occurrence."
        )
        yield _warn(element, "end", (*path, "end"), text)
    for name, wall in (("start", session.start), ("end", session.end)):
        if zones.is_ambiguous(wall, session.timezone):
            text = _(
                "%(wall)s comes twice in %(zone)s, as the clock is set back. The first is meant; "
                "choose another time if that is not so."
            )
            params = {"wall": as_read(wall), "zone": session.timezone}
            yield _warn(element, name, (*path, name), text, **params)
    if session.mode != "in_person" and not session.join_url:
        text = _("is empty. Add the address at which learners join online.")
        yield _warn(element, "join_url", (*path, "join_url"), text)
    if session.mode != "online" and not session.venue and not session.address:
        text = _("is empty. Say where learners should come to.")
        yield _warn(element, "venue", (*path, "venue"), text)


def _about_overlaps(design: Design) -> Iterator[Problem]:
    """Warn once of each session that starts while another one runs for some of the same people."""
    sessions = [
        (session.starts_at, index, session.ends_at, session)
        for index, session in enumerate(design.sessions)
        if not session.cancelled
    ]
    running: list[tuple[datetime, SessionDesign]] = []
    for starts_at, index, ends_at, session in sorted(sessions, key=lambda each: each[:2]):
        running = [(end, other) for end, other in running if end > starts_at]
        other = next((other for _end, other in running if _is_for_same(session, other)), None)
        if other is not None:
            text = _(
                "is while “%(title)s” goes on, and some people are expected at both. Choose "
                "another time, or other cohorts; leave it if they choose one of the two."
            )
            element, path = label("session", index + 1, session.id), ("sessions", index, "start")
            yield _warn(element, "start", path, text, title=other.title)
        running.append((ends_at, session))


def _is_for_same(one: SessionDesign, other: SessionDesign) -> bool:
    """Tell whether one person may be expected at both; no cohort named means everybody."""
    if not one.audience or not other.audience:
        return True
    return not set(one.audience).isdisjoint(other.audience)


def _about_make_ups(design: Design) -> Iterator[Problem]:
    offered = sum(not session.cancelled for session in design.sessions)
    if offered == 1 and design.follow_ups and not design.make_ups:
        text = _(
            "there is none and only one session, so who misses it cannot make up for it. Add a "
            "second session or a make-up."
        )
        yield _warn("make_up", "", ("make_ups",), text)


def _about_rule(design: Design) -> Iterator[Problem]:
    sessions = [session for session in design.sessions if not session.cancelled]
    if not sessions or design.rule.kind == "occurrence":
        return
    offered = len(sessions)
    text = _(
        "asks for %(needed)s sessions, but %(offered)s are scheduled. Ask for fewer, or schedule "
        "more."
    )
    if design.rule.kind == "minutes":
        length = sum((session.ends_at - session.starts_at for session in sessions), timedelta())
        offered = int(length.total_seconds()) // 60
        text = _(
            "asks for %(needed)s minutes, but the sessions last %(offered)s. Ask for fewer, or "
            "schedule more."
        )
    if offered < design.rule.at_least:
        params = {"needed": design.rule.at_least, "offered": offered}
        yield _warn("rule", "at_least", ("rule", "at_least"), text, **params)


def _about_check_in(design: Design) -> Iterator[Problem]:
    """Warn of settings that a course team made; the usual ones are nobody's choice."""
    settings = design.check_in
    if settings == type(settings)():
        return

    def warn(name: str, text: str, **params: object) -> Problem:
        return _warn("check_in", name, ("check_in", name), text, **params)

    if settings.opens_before > EARLY:
        text = _(
            "is %(minutes)s minutes, so that learners can check in hours before the session. "
            "Choose fewer."
        )
        yield warn("opens_before", text, minutes=settings.opens_before)
    if not settings.late_after and not settings.opens_before:
        text = _(
            "is 0 and check-in opens only at the start, so that nobody can be on time. Choose more "
            "minutes, or open earlier."
        )
        yield warn("late_after", text)
    if _outlasts_all(design, settings.late_after):
        yield warn("late_after", _NEVER_LATE, minutes=settings.late_after)
    known = {status.code: status for status in design.effective_statuses}
    for name in ("early", "on_time", "late"):
        status = known.get(getattr(settings, name))
        if status is not None and not status.attended:
            yield warn(name, _NOT_ATTENDED)


def _about_from_minutes(design: Design) -> Iterator[Problem]:
    settings = design.from_minutes
    if settings == type(settings)():
        return

    def warn(name: str, text: str, **params: object) -> Problem:
        return _warn("from_minutes", name, ("from_minutes", name), text, **params)

    if _outlasts_all(design, settings.late_after):
        yield warn("late_after", _NEVER_LATE, minutes=settings.late_after)
    if _outlasts_all(design, settings.left_before):
        text = _(
            "is %(minutes)s minutes, longer than every session, so that whoever came late never "
            "left early. Choose fewer."
        )
        yield warn("left_before", text, minutes=settings.left_before)
    known = {status.code: status for status in design.effective_statuses}
    for name in ("present", "late", "left_early"):
        status = known.get(getattr(settings, name))
        if status is not None and not status.attended:
            yield warn(name, _NOT_ATTENDED)
    absent = known.get(settings.absent)
    if absent is not None and absent.attended:
        text = _("says that the learner took part. Choose another status, unless that is meant.")
        yield warn("absent", text)


def _outlasts_all(design: Design, minutes: int) -> bool:
    lengths = [each.ends_at - each.starts_at for each in design.sessions if not each.cancelled]
    return bool(lengths) and timedelta(minutes=minutes) >= max(lengths)
