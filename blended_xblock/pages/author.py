"""The author's view: what learners will meet, and what is missing or broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blended_xblock.design import Design, SessionDesign
from blended_xblock.gate.reasons import describe_rule_to_author
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import OutlineNode
from blended_xblock.models import BlendedUnit
from blended_xblock.pages.common import mode_label
from blended_xblock.results.score import points_of
from blended_xblock.schedule.wording import When, describe_span


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for the course team to mend; an error keeps something from working."""

    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class AuthorLink:
    link: str
    title: str
    is_broken: bool
    detail: str


@dataclass(frozen=True, slots=True)
class AuthorSession:
    title: str
    when: When
    mode_label: str
    place: str
    audience: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class AuthorPage:
    title: str
    objectives: tuple[str, ...]
    prework: tuple[AuthorLink, ...]
    sessions: tuple[AuthorSession, ...]
    rule: str
    follow_ups: tuple[AuthorLink, ...]
    make_ups: tuple[AuthorLink, ...]
    findings: tuple[Finding, ...]
    published: str


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
    outline = get_host().outline(course_key)
    nodes = {node.link: node for node in outline.walk()} if outline else {}
    findings = list_findings(design, weight, now)
    prework = tuple(_link(link.block, nodes, "") for link in design.prework)
    follow_ups = tuple(
        _link(item.block, nodes, _delay(item.delay_days)) for item in design.follow_ups
    )
    make_ups = tuple(_link(item.block, nodes, "") for item in design.make_ups)
    for item in (*prework, *follow_ups, *make_ups):
        if item.is_broken:
            findings.insert(
                0,
                Finding(
                    "error",
                    _(
                        "%(link)s is not in the published course. Publish that block, "
                        "or choose another one."
                    )
                    % {"link": item.link},
                ),
            )
    return AuthorPage(
        title=title,
        objectives=tuple(design.objectives),
        prework=prework,
        sessions=tuple(_session(session, now) for session in design.sessions),
        rule=describe_rule_to_author(design.rule),
        follow_ups=follow_ups,
        make_ups=make_ups,
        findings=tuple(findings),
        published=_published(usage_key, design),
    )


def list_findings(design: Design, weight: float | None, now: datetime) -> list[Finding]:
    """Return what the design and the points of a unit say although its author hardly means it."""
    findings = [Finding(problem.severity, problem.message(_)) for problem in design.warnings(now)]
    points = points_of(weight)
    sessions = sum(not session.cancelled for session in design.sessions)
    if weight is not None and weight != points:
        text = _("Points are whole: %(weight)s is taken as %(points)s.")
        findings.append(Finding("warning", text % {"weight": weight, "points": points}))
    if 0 < points < sessions:
        text = ngettext(
            "With %(points)d point for %(sessions)d sessions, attending one of them may earn "
            "nothing. Give the unit %(sessions)d points or more.",
            "With %(points)d points for %(sessions)d sessions, attending one of them may earn "
            "nothing. Give the unit %(sessions)d points or more.",
            points,
        )
        findings.append(Finding("warning", text % {"points": points, "sessions": sessions}))
    return findings


def _link(link: str, nodes: dict[str, OutlineNode], detail: str) -> AuthorLink:
    node = nodes.get(link)
    return AuthorLink(
        link=link, title=node.title if node else link, is_broken=node is None, detail=detail
    )


def _delay(days: int) -> str:
    if not days:
        return _("opens at once")
    return ngettext(
        "opens %(n)d day after the session attended",
        "opens %(n)d days after the session attended",
        days,
    ) % {"n": days}


def _session(session: SessionDesign, now: datetime) -> AuthorSession:
    note = ""
    if session.cancelled:
        note = _("cancelled")
    elif session.ends_at <= now:
        note = _("in the past")
    return AuthorSession(
        title=session.title,
        when=describe_span(session.starts_at, session.ends_at, session.timezone, now),
        mode_label=mode_label(session.mode),
        place=", ".join(part for part in (session.venue, session.address) if part),
        audience=tuple(session.audience),
        note=note,
    )


def _published(usage_key: str, design: Design) -> str:
    unit = BlendedUnit.objects.filter(usage_key=usage_key, is_active=True).first()
    if unit is None:
        return _("Not published yet: learners do not see this.")
    if unit.digest != design.digest():
        return _("Learners still see the version published before. Publish to show them this one.")
    return _("This is what learners see.")
