"""The author's view: what learners will meet, what of it is published, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.authoring.changes import Version
from blended_xblock.authoring.links import LinkInfo, check_links, describe_links, titles_of
from blended_xblock.authoring.places import form_problem
from blended_xblock.authoring.points import points_warnings
from blended_xblock.authoring.publication import Publication, compare_with_published
from blended_xblock.design import Design, Problem, SessionDesign
from blended_xblock.gate.reasons import describe_rule_to_author
from blended_xblock.hosts import get_host
from blended_xblock.schedule.wording import When, describe_span, mode_label

SAID_ONE_BY_ONE: Final = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for the course team to mend; an error keeps something from working."""

    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class AuthorLink:
    """A linked block; ``path`` are the titles above it, ``notes`` what to know of its state."""

    link: str
    title: str
    path: tuple[str, ...]
    is_broken: bool
    notes: tuple[str, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class AuthorSession:
    """A session as learners would meet it; ``records`` says in a few words what it holds."""

    title: str
    when: When
    mode_label: str
    place: str
    audience: tuple[str, ...]
    note: str
    is_unconfirmed: bool
    records: str


@dataclass(frozen=True, slots=True)
class AuthorPage:
    """``published`` is what learners see today, ``changes`` what publishing would change."""

    title: str
    objectives: tuple[str, ...]
    prework: tuple[AuthorLink, ...]
    sessions: tuple[AuthorSession, ...]
    rule: str
    follow_ups: tuple[AuthorLink, ...]
    make_ups: tuple[AuthorLink, ...]
    findings: tuple[Finding, ...]
    published: str
    changes: tuple[str, ...]


def author_page(
    title: str,
    design: Design,
    *,
    weight: float | None,
    usage_key: str,
    course_key: str,
    now: datetime | None = None,
) -> AuthorPage:
    """Return what the design as it stands in Studio would give learners."""
    now = now or timezone.now()
    outline = get_host().authored_outline(course_key)
    links = describe_links(design, outline)
    titles = titles_of(links)
    publication = compare_with_published(
        Version(title, weight, design),
        usage_key=usage_key,
        course_key=course_key,
        outline=outline,
        now=now,
    )
    problems = [
        *check_links(design, outline, usage_key),
        *design.warnings(now),
        *points_warnings(design, weight),
    ]
    findings = [
        *_publication_findings(publication),
        *describe_problems(problems, {"design": design.to_dict()}, titles),
    ]

    def shown(link: str, detail: str = "") -> AuthorLink:
        return _link(links[link], detail, is_known=outline is not None)

    return AuthorPage(
        title=title,
        objectives=tuple(design.objectives),
        prework=tuple(shown(item.block) for item in design.prework),
        sessions=tuple(_session(each, publication, now) for each in publication.sessions),
        rule=describe_rule_to_author(design.rule),
        follow_ups=tuple(shown(item.block, _delay(item.delay_days)) for item in design.follow_ups),
        make_ups=tuple(shown(item.block, _deadline(item.within_days)) for item in design.make_ups),
        findings=tuple(findings),
        published=publication.said,
        changes=publication.changes,
    )


def list_findings(design: Design, weight: float | None, now: datetime) -> list[Finding]:
    """Return what the design and the points of a unit say although its author hardly means it."""
    problems = [*design.warnings(now), *points_warnings(design, weight)]
    return list(describe_problems(problems, {"design": design.to_dict()}))


def describe_problems(
    problems: Iterable[Problem],
    draft: Mapping[str, Any],
    titles: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Finding]:
    """Yield problems in the words of the form in which they are mended.

    ``draft`` is plain data as for ``form_problem``. The same thing said of many sessions is said
    once: a timetable just made has no rooms yet.
    """
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.severity, problem.template), []).append(problem)
    for group in alike.values():
        is_long = len(group) > SAID_ONE_BY_ONE
        for problem in group[:1] if is_long else group:
            said = form_problem(problem, draft, titles)
            # What is said of a field of the unit itself names the field already.
            is_own = bool(problem.attribute) and len(problem.path) == 1
            text = "%(text)s" if is_own else _("%(place)s: %(text)s")
            if is_long:
                text = _("%(place)s and %(n)d more: %(text)s")
            params = {"place": said.place, "text": said.text, "n": len(group) - 1}
            yield Finding(problem.severity, text % params)


def _publication_findings(publication: Publication) -> Iterator[Finding]:
    for text in publication.warnings:
        yield Finding("warning", text)
    count = len(publication.unconfirmed)
    if count:
        text = ngettext(
            "%(n)d session comes from another course run. Its dates are moved with the start of "
            "the course; until you confirm them in the editor, nobody can be recorded at it.",
            "%(n)d sessions come from another course run. Their dates are moved with the start of "
            "the course; until you confirm them in the editor, nobody can be recorded at them.",
            count,
        )
        yield Finding("warning", text % {"n": count})


def _link(info: LinkInfo, detail: str, *, is_known: bool) -> AuthorLink:
    """Return a link as it is shown; of a course that cannot be read nothing is known."""
    states = {
        "draft": _("changes not published"),
        "unpublished": _("not published"),
        "deleted": _("leads nowhere"),
    }
    notes = [states.get(info.state, "") if is_known else "", _("graded") if info.graded else ""]
    return AuthorLink(
        link=info.link,
        title=info.title,
        path=info.path,
        is_broken=is_known and info.state == "deleted",
        notes=tuple(note for note in notes if note),
        detail=detail,
    )


def _delay(days: int) -> str:
    if not days:
        return _("opens at once")
    return ngettext(
        "opens %(n)d day after the session attended",
        "opens %(n)d days after the session attended",
        days,
    ) % {"n": days}


def _deadline(days: int | None) -> str:
    if days is None:
        return ""
    return ngettext(
        "within %(n)d day after the session missed",
        "within %(n)d days after the session missed",
        days,
    ) % {"n": days}


def _session(session: SessionDesign, publication: Publication, now: datetime) -> AuthorSession:
    # Dates that were moved may fall where the clock jumps, so no instant is asked of the design.
    zone = ZoneInfo(session.timezone)
    start, end = session.start.replace(tzinfo=zone), session.end.replace(tzinfo=zone)
    note = ""
    if session.cancelled:
        note = _("cancelled")
    elif end <= now:
        note = _("in the past")
    return AuthorSession(
        title=session.title,
        when=describe_span(start, end, session.timezone, now),
        mode_label=mode_label(session.mode),
        place=", ".join(part for part in (session.venue, session.address) if part),
        audience=tuple(session.audience),
        note=note,
        is_unconfirmed=session.id in publication.unconfirmed,
        records=publication.records.get(session.id, ""),
    )
