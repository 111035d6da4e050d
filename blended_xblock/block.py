"""The XBlock: it checks who asks, calls one function, renders one template."""

from __future__ import annotations

import copy
import logging
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final

from django.core.cache import cache
from django.http.request import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from lxml import etree
from web_fragments.fragment import Fragment
from webob import Request, Response
from xblock.completable import XBlockCompletionMode
from xblock.core import XML_NAMESPACES, XBlock
from xblock.fields import Dict, Float, Scope, String
from xblock.utils.resources import ResourceLoader
from xblock.validation import Validation, ValidationMessage

from blended_xblock import olx
from blended_xblock.block_language import in_the_blocks_language
from blended_xblock.design import Design
from blended_xblock.errors import DesignError
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.results.score import DEFAULT_POINTS, points_of
from blended_xblock.roles import ALLOWED, Role, actions_of

log = logging.getLogger(__name__)
loader = ResourceLoader("blended_xblock")

_EMPTY: Final = Design().to_dict()
# What OLX says of where a block stands; the runtime reads it, it is nothing of the block's own.
_ADDRESS: Final = frozenset({"url_name", "xblock-family"})
# XBlock writes a field of several lines as an element of this namespace.
_OPTION: Final = f"{{{XML_NAMESPACES['option']}}}"


@XBlock.needs("i18n")
@XBlock.wants("user")
class BlendedUnitBlock(XBlock):
    """A blended unit: online prework, live sessions, and follow-ups that open to who took part."""

    display_name = String(
        display_name=gettext_noop("Title"),
        help=gettext_noop("The name learners see."),
        default="Blended unit",
        scope=Scope.settings,
    )
    weight = Float(
        display_name=gettext_noop("Points"),
        help=gettext_noop("What the unit is worth in its subsection, in whole points."),
        default=DEFAULT_POINTS,
        values={"min": 0},
        scope=Scope.settings,
    )
    design = Dict(
        display_name=gettext_noop("Design"),
        help=gettext_noop("Objectives, prework, sessions, what counts, and follow-ups."),
        default=_EMPTY,
        scope=Scope.content,
    )

    unknown_attributes = Dict(
        default={},
        help=gettext_noop("What a newer version wrote, given back when the course is exported."),
        scope=Scope.settings,
    )

    has_author_view = True
    show_in_read_only_mode = True
    # The platform's front ends draw "problem", "video" and this one; any other name draws nothing.
    icon_class = "other"
    # Its score and its completion follow from what is recorded, never from looking at it.
    has_score = True
    has_custom_completion = True
    completion_mode = XBlockCompletionMode.COMPLETABLE
    public_dir: ClassVar[str] = "static"

    # -- views ---------------------------------------------------------------------------------

    @XBlock.supports("multi_device")
    @in_the_blocks_language
    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Return the learner's page, or the panel of those who take rolls."""
        from blended_xblock import permissions

        viewer = get_host().viewer(self)
        if viewer.is_author_mode:
            return self.author_view(context)
        unit = self._synced_unit(viewer)
        if unit is None:
            return self._message(_("This blended unit is not published yet."))
        roles = permissions.roles_of(viewer)
        if roles & {Role.STAFF, Role.TRAINER}:
            return self._instructor_view(viewer, unit, roles)
        if Role.LEARNER not in roles:
            return self._message(_("Enrol in this course to see the sessions and take part."))
        return self._learner_view(viewer, unit)

    def _learner_view(self, viewer: Viewer, unit: Any) -> Fragment:
        from blended_xblock.pages.learner import learner_page

        page = learner_page(unit, viewer.user, zone=viewer.timezone, stand_in=viewer.stand_in)
        urls = self._urls(Role.LEARNER)
        return self._fragment(
            "learner",
            {
                "page": page,
                "urls": urls,
                "calendar_url": urls["calendar"],
                "read_only": viewer.is_masquerading,
            },
        )

    def _instructor_view(self, viewer: Viewer, unit: Any, roles: set[Any]) -> Fragment:
        from blended_xblock.pages.instructor import panel_of

        page = panel_of(viewer, unit, is_staff=Role.STAFF in roles)
        return self._fragment(
            "instructor", {"page": page, "urls": self._urls(Role.TRAINER, Role.STAFF)}
        )

    @in_the_blocks_language
    def author_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Return Studio's preview: what learners will meet, and what is missing or broken."""
        from blended_xblock.pages.author import author_page, describe_problems

        viewer = get_host().viewer(self)
        try:
            design = Design.from_dict(self.design)
        except DesignError as error:
            found = describe_problems(error.problems, {"design": self.design})
            return self._message(" ".join(finding.text for finding in found))
        page = author_page(
            self.display_name,
            design,
            weight=self.weight,
            usage_key=viewer.usage_key,
            course_key=viewer.course_key,
        )
        return self._fragment("author", {"page": page})

    @in_the_blocks_language
    def studio_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Return the editor of the whole unit."""
        from blended_xblock.pages.editor import editor_page
        from blended_xblock.studio_actions import TOOLS, stored_version

        host = get_host()
        page = editor_page(stored_version(self), host.viewer(self))
        urls = {name: host.reading_url(self, "studio_tool", name).rstrip("?") for name in TOOLS}
        urls["save_design"] = self._handler_url("save_design")
        return self._fragment("studio", {"page": page, "urls": urls})

    @in_the_blocks_language
    def public_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Return what an anonymous visitor reads: sessions are for those enrolled."""
        return self._message(_("Enrol in this course to see the sessions and take part."))

    # -- handlers: one for each row of ``roles.ALLOWED``, added below ----------------------------

    @in_the_blocks_language
    def _answer(self, action: str, request: Request, suffix: str) -> Response:
        from blended_xblock import studio_actions
        from blended_xblock.actions import ACTIONS, door
        from blended_xblock.attendance.check_in.device import read_number

        viewer = replace(get_host().viewer(self), device=read_number(request.cookies))
        if action in ACTIONS:
            call = partial(ACTIONS[action], viewer)
        else:
            call = partial(studio_actions.ACTIONS[action], self, viewer, suffix)
        query = QueryDict(request.query_string).dict()
        return door.answer(action, request.method, query, lambda: request.body, call)

    # -- score -----------------------------------------------------------------------------------

    def max_score(self) -> int:
        """Return the points of somebody with full credit at every session that counts."""
        return points_of(self.weight)

    def clear_student_state(
        self, user_id: str, course_id: str, item_id: str, requesting_user_id: str
    ) -> None:
        """Forget a learner's attendance, as "Delete learner state" promises; ids are anonymous.

        Every record becomes unmarked and waivers end. The history stays and says who did it.
        """
        from blended_xblock.attendance.recording import clear_records

        host = get_host()
        learner, actor = host.person(user_id), host.person(requesting_user_id)
        if learner is not None:
            clear_records(item_id, learner.pk, actor=actor)

    # -- OLX -----------------------------------------------------------------------------------

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> BlendedUnitBlock:
        """Build the block from OLX; raise DesignError naming element, attribute and remedy."""
        parsed = olx.parse(node)
        for warning in parsed.warnings:
            log.warning("OLX of blended unit %s: %s", keys.usage_id, warning)
        own = etree.Element(node.tag, attrib=_namespaced(node))
        own.extend(copy.deepcopy(child) for child in node.findall(f"{_OPTION}*"))
        attributes = dict(parsed.foreign_attributes)
        for name in ("display_name", "weight"):
            if node.get(name) is not None:
                attributes[name] = node.get(name)
        # The fields of this host: a platform mixes its own into every block.
        fields = runtime.construct_xblock_from_class(cls, keys).fields
        for name in attributes.keys() & fields.keys():
            own.set(name, attributes[name])
        block: BlendedUnitBlock = super().parse_xml(own, runtime, keys)
        block.design = parsed.design.to_dict()
        unknown = {
            name: value
            for name, value in attributes.items()
            if name not in fields and name not in _ADDRESS
        }
        if unknown:
            block.unknown_attributes = unknown
        return block

    def add_xml_to_node(self, node: Any) -> None:
        """Write the block as OLX: what the course team authored, never anything of a learner."""
        super().add_xml_to_node(node)
        for name in ("design", "unknown_attributes"):
            node.attrib.pop(name, None)
            for child in node.findall(f"{_OPTION}{name}"):
                node.remove(child)
        for name, value in self.unknown_attributes.items():
            node.set(name, value)
        olx.write(Design.from_dict(self.design), node)

    # -- what the platform asks of a block ---------------------------------------------------------

    @in_the_blocks_language
    def validate(self) -> Validation:
        """Return what is wrong with the design, for Studio to show beside the block."""
        from blended_xblock.pages.author import describe_problems, list_findings

        validation = super().validate()
        try:
            design = Design.from_dict(self.design)
        except DesignError as error:
            findings = [*describe_problems(error.problems, {"design": self.design})]
        else:
            findings = list_findings(design, self.weight, timezone.now())
        for finding in findings:
            is_error = finding.severity == "error"
            kind = ValidationMessage.ERROR if is_error else ValidationMessage.WARNING
            validation.add(ValidationMessage(kind, finding.text))
        return validation

    def student_view_data(self, context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the published timetable for mobile apps; nothing of a learner, and no place.

        The platform keeps it with the course, so nothing here may depend on who asks, and nothing
        wrong with one block may keep it from reading the others.
        """
        from blended_xblock.models import BlendedUnit
        from blended_xblock.pages.mobile import timetable

        usage_key = get_host().viewer(self).usage_key
        unit = BlendedUnit.objects.filter(usage_key=usage_key, is_active=True).first()
        if unit is None:
            return {}
        try:
            return timetable(unit)
        except DesignError:
            log.exception("The design of blended unit %s cannot be read.", usage_key)
            return {}

    def index_dictionary(self) -> dict[str, Any]:
        """Return what a search finds this block by: its title, objectives and sessions' titles.

        Learners search the course by it as well, so sessions that only some are expected at are not
        named.
        """
        index: dict[str, Any] = super().index_dictionary()
        content = {"display_name": self.display_name}
        try:
            design = Design.from_dict(self.design)
        except DesignError:
            design = Design()
        if design.objectives:
            content["objectives"] = " ".join(design.objectives)
        titles = [session.title for session in design.sessions if not session.audience]
        if titles:
            content["sessions"] = " ".join(dict.fromkeys(titles))
        return index | {"content": content, "content_type": "Blended unit"}

    # -- parts ---------------------------------------------------------------------------------

    def _synced_unit(self, viewer: Viewer) -> Any:
        """Return the unit in the tables; the first view of a block not synced yet syncs it.

        At most once a minute: a course whose sync leaves the block out must not be read whole for
        each of its learners.
        """
        from blended_xblock.models import BlendedUnit
        from blended_xblock.publishing import sync_course

        units = BlendedUnit.objects.filter(usage_key=viewer.usage_key)
        unit = units.first()
        if unit is None and not viewer.is_masquerading:
            is_due = cache.add(f"blended_xblock.first_sync.{viewer.usage_key}", True, 60)
            if is_due:
                sync_course(viewer.course_key)
                unit = units.first()
        return unit

    def _handler_url(self, name: str) -> str:
        return str(self.runtime.handler_url(self, name)).rstrip("?")

    def _urls(self, *roles: Role) -> dict[str, str]:
        """Return the address of each action of these roles, under the name its page gives it."""
        return {
            action.replace("_", "-"): self._handler_url(action) for action in actions_of(*roles)
        }

    def _message(self, message: str) -> Fragment:
        return self._fragment("message", {"message": message})

    def _fragment(self, view: str, context: dict[str, Any]) -> Fragment:
        """Return a view as a fragment; its ES module is loaded by one small classic script.

        Fragments know classic scripts only, and an address given in the page (rather than as an
        init argument) survives every host's way of joining blocks.
        """
        from blended_xblock.pages.common import uid_of

        uid = uid_of(str(self.scope_ids.usage_id))
        resource = self.runtime.local_resource_url
        module = resource(self, f"static/blended_xblock/js/{view}.js")
        html = render_to_string(
            f"blended_xblock/{view}.html", context | {"uid": uid, "module_url": module}
        )
        fragment = Fragment(html)
        fragment.add_css_url(resource(self, "static/blended_xblock/css/blended.css"))
        extra = {"studio": ("editor",), "instructor": ("roll", "room", "imports")}.get(view, ())
        for name in extra:
            fragment.add_css_url(resource(self, f"static/blended_xblock/css/{name}.css"))
        if view in {"instructor", "studio", "learner"}:
            fragment.add_javascript(loader.load_unicode("static/blended_xblock/js/init.js"))
            fragment.initialize_js("BlendedUnit")
        return fragment


def _namespaced(node: Any) -> dict[str, str]:
    return {name: value for name, value in node.attrib.items() if name.startswith("{")}


def _add_handler(action: str) -> None:
    @XBlock.handler
    def handle(self: BlendedUnitBlock, request: Request, suffix: str = "") -> Response:
        return self._answer(action, request, suffix)

    handle.__name__ = action
    setattr(BlendedUnitBlock, action, handle)


for _action in ALLOWED:
    _add_handler(_action)
