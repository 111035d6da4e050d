"""One sync of one course: locks its units, reads what is published, brings the rows in line."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey

from blended_xblock.design import Design, SessionDesign
from blended_xblock.errors import DesignError
from blended_xblock.gate import standing
from blended_xblock.gate.course_gates import compile_gates, store_gates
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import OutlineNode, PublishedUnit
from blended_xblock.models import (
    BlendedUnit,
    CourseGate,
    GatedBlock,
    LinkedBlock,
    Session,
    Standing,
)
from blended_xblock.publishing.rows import (
    linked_blocks,
    replace_rows,
    retired_statuses,
    session_values,
)
from blended_xblock.sets import insert_many

log = logging.getLogger(__name__)

_PARTITIONS_FROM: Final = 1_000_000_000
_PARTITIONS_TO: Final = 2_147_483_647
_CALENDAR_FIELDS: Final = ("title", "starts_at", "ends_at", "timezone", "venue", "address", "state")
_UNIT_FIELDS: Final = (
    "title",
    "weight",
    "design",
    "digest",
    "retired_statuses",
    "is_active",
    "synced_at",
)
_OTHER_FIELDS: Final = ("occurrence", "mode", "join_url", "capacity", "audience", "revision")


@dataclass(slots=True)
class SyncReport:
    """What a sync did: numbers, and sentences for the course team."""

    course_key: str
    units: int = 0
    sessions: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    drafts: int = 0
    gated: int = 0
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def retire_course(course_key: str) -> None:
    """Take the gates of a course away that is no longer there; what was recorded stays."""
    _Sync(course_key, SyncReport(course_key)).retire_all()


def session_key(usage_key: str, design_id: str) -> uuid.UUID:
    """Return a session's key in the tables (UUIDv5): a copied design is another session."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{usage_key}#{design_id}")


def sync_course(course_key: str) -> SyncReport:
    """Bring the tables in line with the published course: one transaction, idempotent.

    A unit whose design is broken keeps what was compiled before, and the report says so. Sessions
    that disappeared become *removed* and keep their records. Nothing recorded is ever deleted.
    """
    course_key = str(course_key)
    try:
        report = _sync(course_key)
    except IntegrityError:
        # Somebody else published this course for the first time at the same moment.
        report = _sync(course_key)
    log.info("Synced blended units: %s", report)
    return report


def _master_of(course_key: str) -> str:
    """Return the course whose content a custom course shares; of any other, itself."""
    key = CourseKey.from_string(course_key)
    to_master = getattr(key, "to_course_locator", None)
    return str(to_master()) if to_master else course_key


def _new_partition_id(usage_key: str, taken: Container[int]) -> int:
    seed = int.from_bytes(hashlib.sha256(usage_key.encode()).digest()[:8], "big")
    span = _PARTITIONS_TO - _PARTITIONS_FROM
    candidate = _PARTITIONS_FROM + seed % span
    while candidate in taken:
        candidate = _PARTITIONS_FROM + (candidate + 1 - _PARTITIONS_FROM) % span
    return candidate


@transaction.atomic
def _sync(course_key: str) -> SyncReport:
    report = SyncReport(course_key)
    sync = _Sync(course_key, report)
    # Read after the units are locked: of two publishes the later reading is the one that stays.
    outline = get_host().outline(course_key)
    if outline is None:
        report.warnings.append(_("This course is not published, so nothing was changed."))
    else:
        sync.run(outline, get_host().published_units(course_key))
    return report


class _Sync:
    """One run over one course; rows are fetched for the whole course, not unit by unit."""

    def __init__(self, course_key: str, report: SyncReport) -> None:
        self.course_key = course_key
        # A custom course (CCX) has no Studio to confirm dates in: they are its master course's.
        self.own_keys = {course_key, _master_of(course_key)}
        self.report = report
        self.nodes: dict[str, OutlineNode] = {}
        self.shifts: dict[str, timedelta] = {}
        self.units = {
            unit.usage_key: unit
            for unit in BlendedUnit.objects.select_for_update().filter(course_key=course_key)
        }
        self.sessions: dict[int, dict[str, Session]] = {}
        for session in Session.objects.filter(unit__course_key=course_key):
            self.sessions.setdefault(session.unit_id, {})[session.design_id] = session
        self.gates = CourseGate.objects.filter(course_key=course_key).first()
        self.new_sessions: list[Session] = []
        self.changed_sessions: list[Session] = []
        self.changed_units: list[BlendedUnit] = []
        self.stale_units: list[BlendedUnit] = []

    def run(self, outline: OutlineNode, published: list[PublishedUnit]) -> None:
        self.nodes = {node.link: node for node in outline.walk()}
        designs = self._read(published)
        elsewhere = self._owners_elsewhere(designs.values())
        compiled: list[tuple[BlendedUnit, Design, PublishedUnit]] = []
        new = self._create_units(designs.values())
        for block, design in designs.values():
            unit = self.units[block.usage_key]
            is_changed = unit.usage_key in new or self._update_unit(unit, block, design)
            is_changed |= self._sync_sessions(unit, design, elsewhere)
            compiled.append((unit, design, block))
            if is_changed:
                self.stale_units.append(unit)
            self.report.units += 1
        self._retire({block.usage_key for block in published})
        now = timezone.now()
        for unit in self.changed_units:
            unit.synced_at = now
        BlendedUnit.objects.bulk_update(self.changed_units, [*_UNIT_FIELDS])
        Session.objects.bulk_create(self.new_sessions)
        Session.objects.bulk_update(
            self.changed_sessions,
            [*_CALENDAR_FIELDS, *_OTHER_FIELDS],
        )
        self._sync_links(compiled)
        self._recompute(compiled)

    def retire_all(self) -> None:
        """Bring the tables in line with a course that publishes nothing."""
        self._retire(set())
        BlendedUnit.objects.bulk_update(self.changed_units, ["is_active"])
        Session.objects.bulk_update(self.changed_sessions, ["state", "revision"])
        if self.gates is not None:
            store_gates(self.course_key, compile_gates([], []), is_new=False)

    def _read(self, published: Iterable[PublishedUnit]) -> dict[str, tuple[PublishedUnit, Design]]:
        designs = {}
        for block in published:
            try:
                designs[block.usage_key] = (block, Design.from_dict(block.design))
            except DesignError as error:
                self.report.warnings.append(
                    _("“%(title)s” was left as it was: %(problems)s")
                    % {
                        "title": block.title,
                        "problems": "; ".join(p.message(_) for p in error.problems),
                    }
                )
        return designs

    def _create_units(self, designs: Iterable[tuple[PublishedUnit, Design]]) -> set[str]:
        """Insert the units that are published for the first time; return their usage keys."""
        taken = {unit.partition_id for unit in self.units.values()}
        new = []
        for block, design in designs:
            if block.usage_key in self.units:
                continue
            unit = BlendedUnit(
                usage_key=block.usage_key,
                course_key=self.course_key,
                title=block.title[:255],
                partition_id=_new_partition_id(block.usage_key, taken),
                weight=block.weight,
                design=design.to_dict(),
                digest=design.digest(),
            )
            taken.add(unit.partition_id)
            new.append(unit)
        insert_many(new)
        keys = {unit.usage_key for unit in new}
        for unit in BlendedUnit.objects.filter(usage_key__in=keys) if keys else ():
            self.units[unit.usage_key] = unit
        return keys

    def _update_unit(self, unit: BlendedUnit, block: PublishedUnit, design: Design) -> bool:
        digest = design.digest()
        # What the unit is worth decides nothing, but makes other scores of the same records.
        is_changed = unit.digest != digest or not unit.is_active or unit.weight != block.weight
        if is_changed or unit.title != block.title[:255]:
            unit.retired_statuses = retired_statuses(unit, design)
            unit.title, unit.weight = block.title[:255], block.weight
            unit.design, unit.digest, unit.is_active = design.to_dict(), digest, True
            self.changed_units.append(unit)
        return is_changed

    def _owners_elsewhere(
        self, designs: Iterable[tuple[PublishedUnit, Design]]
    ) -> dict[str, tuple[str, datetime]]:
        """Return which other course had a session's id first, and since when, by that id."""
        ids = {session.id for _block, design in designs for session in design.sessions}
        rows = (
            Session.objects.filter(design_id__in=ids)
            .exclude(unit__course_key__in=self.own_keys)
            .exclude(state=Session.State.DRAFT)
            .order_by("-created_at")
            .values_list("design_id", "unit__course_key", "created_at")
        )
        return {design_id: (course_key, since) for design_id, course_key, since in rows}

    def _sync_sessions(
        self, unit: BlendedUnit, design: Design, elsewhere: Mapping[str, tuple[str, datetime]]
    ) -> bool:
        known = self.sessions.get(unit.pk, {})
        is_changed = False
        for item in design.sessions:
            session = known.get(item.id)
            origin = self._origin(item, session, design, elsewhere)
            values = session_values(item, self._shift(origin), is_draft=origin is not None)
            if session is None:
                self.new_sessions.append(
                    Session(
                        id=session_key(unit.usage_key, item.id),
                        unit=unit,
                        design_id=item.id,
                        **values,
                    )
                )
                self.report.added += 1
                is_changed = True
            else:
                is_changed |= self._update_session(session, values)
            self.report.sessions += 1
            self.report.drafts += values["state"] == Session.State.DRAFT
        wanted = {item.id for item in design.sessions}
        for session in known.values():
            if session.design_id not in wanted:
                is_changed |= self._remove_session(session)
        return is_changed

    def _origin(
        self,
        item: SessionDesign,
        session: Session | None,
        design: Design,
        elsewhere: Mapping[str, tuple[str, datetime]],
    ) -> str | None:
        """Return the course this session was copied from while its dates wait to be confirmed."""
        owner = elsewhere.get(item.id)
        if owner is None or design.confirmed_for in self.own_keys:
            return None
        course_key, since = owner
        if session is None:
            return course_key
        # Live here once, live here for good; one taken out as a draft comes back as one.
        is_live = session.state in {Session.State.SCHEDULED, Session.State.CANCELLED}
        return None if is_live or session.created_at < since else course_key

    def _shift(self, origin: str | None) -> timedelta:
        if origin is None:
            return timedelta()
        if origin not in self.shifts:
            host = get_host()
            here, there = host.course_start(self.course_key), host.course_start(origin)
            days = (here.date() - there.date()).days if here and there else 0
            self.shifts[origin] = timedelta(days=days)
        return self.shifts[origin]

    def _update_session(self, session: Session, values: Mapping[str, Any]) -> bool:
        changed = {name for name, value in values.items() if getattr(session, name) != value}
        if not changed:
            return False
        for name in changed:
            setattr(session, name, values[name])
        if changed & set(_CALENDAR_FIELDS):
            session.revision += 1
        self.changed_sessions.append(session)
        self.report.changed += 1
        return True

    def _remove_session(self, session: Session) -> bool:
        if session.state == Session.State.REMOVED:
            return False
        session.state = Session.State.REMOVED
        session.revision += 1
        self.changed_sessions.append(session)
        self.report.removed += 1
        return True

    def _retire(self, published: set[str]) -> None:
        """Take the gate away from units that are no longer published; their records stay."""
        for unit in self.units.values():
            if unit.usage_key in published or not unit.is_active:
                continue
            unit.is_active = False
            self.changed_units.append(unit)
            for session in self.sessions.get(unit.pk, {}).values():
                self._remove_session(session)
            self.stale_units.append(unit)

    def _sync_links(self, compiled: list[tuple[BlendedUnit, Design, PublishedUnit]]) -> None:
        links: list[LinkedBlock] = []
        gated: list[GatedBlock] = []
        for unit, design, block in compiled:
            links += linked_blocks(unit, design, self.nodes)
            gated += self._gated(unit, design, block)
        units = {unit.pk for unit, _design, _block in compiled}
        replace_rows(LinkedBlock.objects.filter(unit__in=units), links, LinkedBlock)
        # Those too whose broken design was left alone keep their gates.
        active = [unit for unit in self.units.values() if unit.is_active]
        stored = list(GatedBlock.objects.filter(unit__in=active))
        kept = [row for row in stored if row.unit_id not in units]
        replace_rows([row for row in stored if row.unit_id in units], gated, GatedBlock)
        self.report.gated = len(gated)
        gates = compile_gates(active, [*kept, *gated])
        if self.gates is None or self.gates.gates != gates:
            store_gates(self.course_key, gates, is_new=self.gates is None)

    def _gated(self, unit: BlendedUnit, design: Design, block: PublishedUnit) -> list[GatedBlock]:
        way_in = {block.usage_key, *block.ancestors}
        delays: dict[str, int] = {}
        restrictions: dict[str, Mapping[int, list[int]]] = {}
        for follow_up in design.follow_ups:
            node = self.nodes.get(follow_up.block)
            if node is None:
                self.report.warnings.append(
                    _("“%(title)s”: the follow-up %(link)s is not in the published course.")
                    % {"title": unit.title, "link": follow_up.block}
                )
                continue
            below = {each.usage_key for each in node.walk()}
            restrictions |= {each.usage_key: each.restriction for each in node.walk()}
            self._warn_of_nesting(unit, design, node, below, way_in)
            for usage_key in below - way_in:
                delays[usage_key] = max(delays.get(usage_key, 0), follow_up.delay_days)
        return [
            GatedBlock(
                unit=unit,
                usage_key=key,
                delay_days=days,
                # As JSON gives it back: rows are compared with those stored.
                restriction={str(pk): list(groups) for pk, groups in restrictions[key].items()},
            )
            for key, days in delays.items()
        ]

    def _warn_of_nesting(
        self,
        unit: BlendedUnit,
        design: Design,
        node: OutlineNode,
        below: set[str],
        way_in: set[str],
    ) -> None:
        names = {"title": unit.title, "follow_up": node.title}
        if below & way_in:
            self.report.warnings.append(
                _(
                    "“%(title)s” stands inside its own follow-up “%(follow_up)s”; "
                    "the way to it stays open."
                )
                % names
            )
        for link in design.prework:
            inside = self.nodes.get(link.block)
            if inside is not None and inside.usage_key in below:
                self.report.warnings.append(
                    _(
                        "“%(title)s”: the prework “%(prework)s” stands inside the follow-up "
                        "“%(follow_up)s”, so nobody can do it before the session."
                    )
                    % {**names, "prework": inside.title}
                )

    def _recompute(self, compiled: list[tuple[BlendedUnit, Design, PublishedUnit]]) -> None:
        """Decide again where something changed, for those of whom something is written.

        A unit that opens by itself while a roll stays unmarked has a row for every learner, since
        there the clock alone lets people in.
        """
        if not self.stale_units:
            return
        users: dict[int, set[int]] = {unit.pk: set() for unit in self.stale_units}
        for unit_id, user_id in Standing.objects.filter(unit__in=users).values_list(
            "unit_id", "user_id"
        ):
            users[unit_id].add(user_id)
        by_themselves = [
            unit.pk
            for unit, design, _block in compiled
            if unit.pk in users and design.gate.when_unmarked == "open"
        ]
        if by_themselves:
            everybody = {learner.user_id for learner in get_host().learners(self.course_key)}
            for unit_id in by_themselves:
                users[unit_id] |= everybody
        standing.recompute_all({unit: users[unit.pk] for unit in self.stale_units})
