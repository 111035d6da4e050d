"""The campus's runtime: the workbench's, with real people and keys, and the gate in both its doors.

Every page and every handler of the campus goes through ``render`` and ``handle`` here; the
workbench's own addresses are not served, so that there is no way round.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

import webob
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from opaque_keys.edx.keys import UsageKey
from web_fragments.fragment import Fragment
from workbench.runtime import WorkbenchRuntime
from workbench.services import SettingsService
from xblock.exceptions import NoSuchUsage, NoSuchViewError
from xblock.fields import ScopeIds
from xblock.runtime import KvsFieldData, Mixologist

from blended_xblock.workbench import people, scores
from blended_xblock.workbench.blocks import CONTAINERS, OWN_CLASSES, CampusMixin
from blended_xblock.workbench.keys import COURSE_KEY, CampusIds, parse_usage_key
from blended_xblock.workbench.services import CampusI18nService, CampusUserService
from blended_xblock.workbench.store import CampusStore

events = logging.getLogger("blended_xblock.campus.events")

AUTHOR_VIEWS = frozenset({"author_view", "studio_view"})


class CampusRuntime(WorkbenchRuntime):
    """One request's runtime, for one person (None: nobody, who may neither see nor send anything).

    With ``is_author_mode`` it is Studio's: who makes one has checked that the person may author.
    """

    # XBlock's own property does the same and warns each time; the campus has no other way.
    user_id: int | None = None

    def __init__(self, user: Any | None = None, *, is_author_mode: bool = False) -> None:
        if user is not None and not user.is_authenticated:
            user = None
        super().__init__(None if user is None else user.pk)
        self.user = user
        self.is_author_mode = is_author_mode
        self.id_reader = self.id_generator = CampusIds()
        self.mixologist = Mixologist((CampusMixin,))
        self.store = CampusStore(self.user_id)
        self._services = {
            "field-data": KvsFieldData(self.store),
            "user": CampusUserService(user),
            "i18n": CampusI18nService(),
            "settings": SettingsService(),
        }
        if user is not None:
            from completion.services import CompletionService

            self._services["completion"] = CompletionService(user, COURSE_KEY)
        self._place: people.CampusEnrollment | None = None
        self._is_place_known = False
        self._locks: dict[str, Any] = {}

    # Who is here

    @property
    def place(self) -> people.CampusEnrollment | None:
        """Return the person's place in the course, asked for once."""
        if not self._is_place_known:
            self._place = people.place_of(self.user)
            self._is_place_known = True
        return self._place

    @property
    def is_staff(self) -> bool:
        """Tell whether the person is staff of the course."""
        if self.user is None:
            return False
        return self.user.is_staff or (self.place is not None and self.place.is_staff)

    @property
    def is_learner(self) -> bool:
        """Tell whether the person is a learner of the course."""
        return self.place is not None and self.place.role == people.Role.LEARNER

    def get_user_role(self) -> str:
        """Return the role as the workbench's sample blocks ask for it."""
        return "Staff" if self.is_staff else "Student"

    # Blocks

    def load_block_type(self, block_type: str) -> type:
        """Return the class of a tag, the campus's own first."""
        return OWN_CLASSES.get(block_type) or super().load_block_type(block_type)

    def get_block(self, usage_id: object, for_parent: Any = None) -> Any:
        """Return a stored block; raise NoSuchUsage for one that was never stored."""
        key = parse_usage_key(usage_id)
        if not self.store.holds(key):
            raise NoSuchUsage(str(usage_id))
        return super().get_block(key, for_parent=for_parent)

    def service(self, block: Any, service_name: str) -> Any:
        """Return a service; texts are looked up in the catalogue of the block that asks."""
        found = super().service(block, service_name)
        return CampusI18nService(block) if service_name == "i18n" else found

    def applicable_aside_types(self, block: Any) -> list[str]:
        """Return nothing: the campus shows no asides."""
        return []

    def _patch_xblock(self, block: Any) -> None:
        """Leave the block as it is.

        The workbench overwrites ``location``, ``due`` and more on every block, and saves them.
        """

    def _usage_id_from_node(self, node: Any, parent_id: UsageKey | None) -> UsageKey:
        """Parse a node under the id its author gave it (``url_name``), as a platform does."""
        node.attrib.pop("xblock-family", None)
        url_name = node.attrib.pop("url_name", None) or _name_of_part(node, parent_id)
        usage_key = COURSE_KEY.make_usage_key(node.tag, url_name)
        given = {name: node.get(name) for name in CampusMixin.fields if name in node.attrib}
        block_class = self.mixologist.mix(self.load_block_type(node.tag))
        keys = ScopeIds(None, node.tag, usage_key, usage_key)
        block = block_class.parse_xml(node, self, keys)
        for name, value in given.items():
            # Some blocks read their node themselves and pass over what they do not know.
            if not block.fields[name].is_set_on(block):
                setattr(block, name, block.fields[name].from_string(value))
        block.parent = parent_id
        block.save()
        return usage_key

    # The gate

    def gate_key(self, block: Any) -> UsageKey:
        """Return what of the outline a block belongs to: a question's parts are the question."""
        while block.parent is not None and block.parent.block_type not in CONTAINERS:
            block = self.get_block(block.parent)
        return block.scope_ids.usage_id

    def learn_locks(self, usage_keys: Iterable[str]) -> None:
        """Ask for the locks of a page's blocks at once, so that rendering asks for none."""
        from blended_xblock.gate import access

        if not self.is_author_mode and self.user is not None and not self.is_staff:
            wanted = [key for key in map(str, usage_keys) if key not in self._locks]
            found = access.locks_for(self.user.pk, wanted)
            self._locks.update({key: found.get(key) for key in wanted})

    def lock_of(self, block: Any) -> Any | None:
        """Return the lock on a block for this person, or None where it is open.

        An error goes up: a gate that cannot be asked opens nothing.
        """
        if self.user is None:
            raise PermissionDenied
        if self.is_author_mode or self.is_staff:
            return None
        key = str(self.gate_key(block))
        self.learn_locks([key])
        return self._locks[key]

    def may_load(self, block: Any) -> bool:
        """Tell whether the person has any business with a block, whatever the gate says."""
        if self.is_staff or self.is_learner:
            return True
        return block.scope_ids.block_type == "blended_unit" and self._is_invited_to(block)

    def _is_invited_to(self, block: Any) -> bool:
        from blended_xblock.models import SessionTrainer

        return (
            self.user is not None
            and SessionTrainer.objects.filter(
                user=self.user,
                revoked_at=None,
                session__unit__usage_key=str(block.scope_ids.usage_id),
            ).exists()
        )

    def render(self, block: Any, view_name: str, context: dict[str, Any] | None = None) -> Fragment:
        """Render a view, or the reason why the block is locked and nothing of its content."""
        if view_name in AUTHOR_VIEWS and not self.is_author_mode:
            raise PermissionDenied
        lock = self.lock_of(block)
        if not self.is_author_mode and not self.may_load(block):
            raise PermissionDenied
        if lock is not None:
            return render_lock(lock)
        try:
            return super(WorkbenchRuntime, self).render(block, view_name, context or {})
        except NoSuchViewError:
            if view_name != "author_view":
                raise
            return super(WorkbenchRuntime, self).render(block, "student_view", context or {})

    def handle(self, block: Any, handler_name: str, request: Any, suffix: str = "") -> Any:
        """Answer a handler, unless the block is locked: then 403, and nothing is called or saved.

        As on a platform, whether the person is enrolled is for the block's handler to ask.
        """
        lock = self.lock_of(block)
        if lock is not None:
            return webob.Response(
                json.dumps({"code": "locked", "message": lock.reason}),
                status=403,
                content_type="application/json",
                charset="UTF-8",
            )
        return super(WorkbenchRuntime, self).handle(block, handler_name, request, suffix)

    # What blocks say has happened

    def publish(self, block: Any, event_type: str, event_data: dict[str, Any]) -> None:
        """Keep grades and completions of the person who is here; log every other event."""
        if self.user is None or self.is_author_mode:
            return
        if event_type == "grade":
            self._publish_grade(block, event_data)
        elif event_type == "completion":
            scores.record_completion(
                self.user, self.gate_key(block), event_data.get("completion", 0)
            )
        else:
            events.info("%s at %s: %s", event_type, block.scope_ids.usage_id, event_data)

    def _publish_grade(self, block: Any, event: dict[str, Any]) -> None:
        earned, possible = event.get("value"), event.get("max_value")
        if earned is None or possible is None:
            return
        graded = self.gate_key(block)
        scores.record_score(
            self.user,
            graded,
            earned,
            possible,
            only_if_higher=bool(event.get("only_if_higher")),
        )
        if not getattr(self.load_block_type(graded.block_type), "has_custom_completion", False):
            scores.record_completion(self.user, graded, 1.0)

    # Addresses and markup

    def handler_url(
        self,
        block: Any,
        handler_name: str,
        suffix: str = "",
        query: str = "",
        thirdparty: bool = False,
    ) -> str:
        """Return a handler's address; who asks is for the session to say, never the address."""
        handler = getattr(block, handler_name, None)
        if not getattr(handler, "_is_xblock_handler", False):
            raise ValueError(f"{handler_name!r} is not a handler name")
        name = "studio_handler" if self.is_author_mode else "handler"
        args = [str(block.scope_ids.usage_id), handler_name, *([suffix] if suffix else [])]
        return reverse(name, args=args) + (f"?{query}" if query else "")

    def _wrap_ele(
        self, block: Any, view: str, frag: Fragment, extra_data: dict[str, Any] | None = None
    ) -> Fragment:
        """Wrap a view for the campus's JavaScript, with initial data that cannot end its script."""
        data = {
            "usage": str(block.scope_ids.usage_id),
            "block-type": block.scope_ids.block_type,
            **(extra_data or {}),
        }
        script = ""
        if frag.js_init_fn:
            data |= {"init": frag.js_init_fn, "runtime-version": frag.js_init_version}
        if frag.json_init_args is not None:
            safe = json.dumps(frag.json_init_args).replace("<", "\\u003c")
            script = format_html(
                '<script type="json/xblock-args" class="xblock_json_init_args">{}</script>',
                mark_safe(safe),  # noqa: S308 - no "<" is left in it
            )
        wrapped = Fragment(
            format_html(
                '<div class="xblock xblock-v1 xblock-{} xblock-v1-{}"{}>{}{}</div>',
                view,
                view,
                format_html_join("", ' data-{}="{}"', data.items()),
                mark_safe(frag.body_html()),  # noqa: S308 - a block's own markup
                script,
            )
        )
        wrapped.add_fragment_resources(frag)
        return wrapped

    def local_resource_url(self, block: Any, uri: str) -> str:
        """Return the address of a file that a block's package offers."""
        return reverse("package_resource", args=(block.scope_ids.block_type, uri))

    def resource_url(self, resource: str) -> str:
        """Return the address of one of the workbench's own files."""
        return static(f"workbench/{resource}")


def _name_of_part(node: Any, parent_id: UsageKey | None) -> str:
    """Name a node that has no ``url_name`` after its parent: the parts of a question have none."""
    if parent_id is None:
        return str(node.tag)
    place = node.getparent().index(node) if node.getparent() is not None else 0
    return f"{parent_id.block_id}-{node.get('name') or place}"


def render_lock(lock: Any) -> Fragment:
    """Return what somebody reads instead of a locked block, with the way to what would open it."""
    unit_url = reverse("campus_block", args=(lock.unit_keys[0],)) if lock.unit_keys else None
    page = Fragment(
        render_to_string("blended_xblock/locked.html", {"lock": lock, "unit_url": unit_url})
    )
    page.add_css_url(static("blended_xblock/css/blended.css"))
    return page
