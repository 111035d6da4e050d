"""What the editor in Studio asks of the server: one action saves, the others only answer.

An answer is made from what is sent, never stored; an author may ask as often as they type.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree
from webob import Response

from blended_xblock import olx
from blended_xblock.authoring import session_csv, shapes
from blended_xblock.authoring.changes import Version, list_changes, merge
from blended_xblock.authoring.drafts import read_draft, read_link_infos, version_data
from blended_xblock.authoring.links import outline_for_picker, titles_of
from blended_xblock.authoring.series import plan_series as plan
from blended_xblock.design import Design
from blended_xblock.errors import DesignError, InvalidInputError, NotFoundError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import OutlineNode, Viewer
from blended_xblock.pages.editor import check_draft, problems_data
from blended_xblock.permissions import require
from blended_xblock.schedule import zones

Data = Mapping[str, Any]
OLX_LIMIT: Final = 1_000_000


def stored_version(block: Any) -> dict[str, Any]:
    """Return what a block holds as plain data; a broken design as it is, for a person to mend."""
    design = dict(block.design)
    with suppress(DesignError):
        design = Design.from_dict(design).to_dict()
    return {"title": block.display_name, "weight": block.weight, "design": design}


def save_design(block: Any, viewer: Viewer, _suffix: str, data: Data) -> Response:
    """Store a version, unless somebody else stored another since ``data["base"]`` was read."""
    require("save_design", viewer)
    outline = get_host().authored_outline(viewer.course_key)
    try:
        mine = read_draft(data, outline=outline, usage_key=viewer.usage_key)
    except DesignError as error:
        return _refusal(error, data, outline)
    wanted, stored, base = version_data(mine), stored_version(block), data.get("base")
    if not isinstance(base, Mapping) or not isinstance(base.get("design"), Mapping):
        raise InvalidInputError(
            _("Open the editor again: it must say which version it started from.")
        )
    # What is stored already was saved by a first try whose answer was lost.
    if stored != wanted:
        if not _is_same(base, stored):
            return _conflict(dict(base), wanted, stored, outline)
        block.display_name, block.weight = mine.title, mine.weight
        block.design = wanted["design"]
    zone = viewer.timezone or _zone(data.get("timezone")) or "UTC"
    clock = timezone.now().astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")
    return _json({"saved_at": clock, "version": wanted})


def studio_tool(_block: Any, viewer: Viewer, name: str, data: Data) -> Response:
    """Answer the editor; nothing is written, whatever is asked."""
    require("studio_tool", viewer)
    if name not in TOOLS:
        raise NotFoundError(_("The editor has no such tool."))
    return TOOLS[name](viewer, data)


def check_design(viewer: Viewer, data: Data) -> Response:
    return _json(check_draft(data, viewer))


def outline(viewer: Viewer, data: Data) -> Response:
    tree = get_host().authored_outline(viewer.course_key)
    if tree is None:
        raise NotFoundError(_("The course could not be read. Reload the page and try again."))
    return _json({"outline": outline_for_picker(tree, viewer.usage_key)})


def start_from(viewer: Viewer, data: Data) -> Response:
    model, options, current = data.get("model"), data.get("options"), data.get("design")
    if not isinstance(model, str) or not isinstance(options, Mapping):
        raise InvalidInputError(_("Choose one of the models."))
    if not isinstance(current, Mapping):
        raise InvalidInputError(_("Send the design as it is."))
    try:
        first = datetime.strptime(str(data.get("first")), "%Y-%m-%dT%H:%M")
    except ValueError as error:
        raise InvalidInputError(_("Give the day and the time of the first session.")) from error
    zone = _zone(data.get("timezone"))
    if zone is None:
        raise InvalidInputError(
            _("Choose a time zone from the list, for example %(zone)s.") % {"zone": "Europe/Paris"}
        )
    cohorts = get_host().cohorts(viewer.course_key)
    try:
        design = shapes.start_from(model, options, current, first=first, zone=zone, cohorts=cohorts)
    except DesignError as error:
        raise InvalidInputError(
            _("Mend what is marked in the form first; then a model can be filled in.")
        ) from error
    return _json({"design": design, "makes": shapes.describe_shape(model, options)})


def plan_series(viewer: Viewer, data: Data) -> Response:
    author_zone = viewer.timezone or _zone(data.get("timezone"))
    planned = plan(data, now=timezone.now(), author_zone=author_zone)
    days = [dataclasses.asdict(day) for day in planned.days]
    return _json({"sessions": list(planned.sessions), "days": days})


def read_sessions(viewer: Viewer, data: Data) -> Response:
    text, existing = data.get("text"), data.get("sessions")
    if not isinstance(text, str) or not isinstance(existing, list):
        raise InvalidInputError(_("Paste the table, or choose a file."))
    zone = _zone(data.get("timezone")) or viewer.timezone or "UTC"
    reading = session_csv.read_sessions(text, existing=existing, zone=zone)
    return _json(
        {
            "sessions": list(reading.sessions),
            "rows": [dataclasses.asdict(row) for row in reading.rows],
            "notes": list(reading.notes),
        }
    )


def write_sessions(viewer: Viewer, data: Data) -> Response:
    sessions = data.get("sessions")
    if not isinstance(sessions, list) or not all(isinstance(each, Mapping) for each in sessions):
        raise InvalidInputError(_("Send the sessions as a list."))
    return _json({"text": session_csv.write_sessions(sessions)})


def read_olx(viewer: Viewer, data: Data) -> Response:
    text = data.get("olx")
    if not isinstance(text, str) or len(text) > OLX_LIMIT:
        raise InvalidInputError(
            _("The OLX can have at most %(limit)d characters.") % {"limit": OLX_LIMIT}
        )
    parsed = olx.parse_string(text)
    version: dict[str, Any] = {"design": parsed.design.to_dict()}
    if parsed.display_name:
        version["title"] = parsed.display_name
    if parsed.weight is not None:
        version["weight"] = parsed.weight
    return _json(
        {"version": version, "warnings": [warning.message(_) for warning in parsed.warnings]}
    )


def write_olx(viewer: Viewer, data: Data) -> Response:
    design = data.get("design")
    node = etree.Element(olx.TAG)
    try:
        olx.write(Design.from_dict(design if isinstance(design, Mapping) else {}), node)
    except DesignError:
        try:
            olx.write_unchecked(design if isinstance(design, Mapping) else {}, node)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                _("Mend what is marked in the form first: it cannot be written as OLX.")
            ) from error
    # Not etree.indent: what stands for lxml.etree inside a platform does not have it.
    text = etree.tostring(node, encoding="unicode", pretty_print=True)
    return _json({"olx": str(text).rstrip()})


TOOLS: Final[Mapping[str, Callable[[Viewer, Data], Response]]] = {
    tool.__name__: tool
    for tool in (
        check_design,
        outline,
        start_from,
        plan_series,
        read_sessions,
        write_sessions,
        read_olx,
        write_olx,
    )
}


def _conflict(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], outline: OutlineNode | None
) -> Response:
    """Say what somebody else changed since, and what the two would be together."""
    versions = (base, mine, theirs)
    titles = titles_of(read_link_infos(outline, *versions))
    merged = merge(base, mine, theirs, titles)
    changes = []
    before, after = _version(base), _version(theirs)
    if before and after:
        changes = [change.text for change in list_changes(before, after, titles)]
    return _json(
        {
            "code": "changed",
            "message": _("Somebody else saved this unit since you opened it."),
            "changes": changes or [_("The unit as a whole.")],
            "conflicts": list(merged.conflicts),
            "theirs": theirs,
            "merged": merged.version,
        },
        409,
    )


def _version(data: Mapping[str, Any]) -> Version | None:
    try:
        return read_draft(data)
    except DesignError:
        return None


def _is_same(base: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    return {name: base.get(name) for name in stored} == stored


def _refusal(error: DesignError, data: Data, outline: OutlineNode | None) -> Response:
    problems = [problem.message(_) for problem in error.problems]
    return _json(
        {
            "code": error.code,
            "message": "\n".join(problems),
            "problems": problems,
            "fields": problems_data(
                error.problems, data, titles_of(read_link_infos(outline, data))
            ),
        },
        error.status,
    )


def _zone(value: object) -> str | None:
    return value if isinstance(value, str) and zones.known_zone(value) else None


def _json(data: Mapping[str, Any], status: int = 200) -> Response:
    return Response(
        json.dumps(data), status=status, content_type="application/json", charset="utf-8"
    )


ACTIONS: Final[Mapping[str, Callable[..., Response]]] = {
    "save_design": save_design,
    "studio_tool": studio_tool,
}
"""By name; each takes the block, the viewer, the rest of the address and the data sent."""
