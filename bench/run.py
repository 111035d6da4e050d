"""The work that has a budget, beside a baseline of the same run: queries decide, seconds inform.

A ratio below 1 is faster than the baseline. Times are the best of three; between them everything
written is rolled back.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.test.utils import override_settings
from django.utils import timezone

from bench.imports import measure_imports
from bench.lines import Line, rolled_back, timed
from blended_xblock import api
from blended_xblock.hosts import get_host
from blended_xblock.models import AttendanceChange, AttendanceRecord, GatedBlock
from blended_xblock.pages.editor import check_draft
from blended_xblock.pages.instructor import instructor_page
from blended_xblock.pages.roll import roll_page
from blended_xblock.studio_actions import stored_version
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.ask import ask

LEARNERS = 1000


def measure() -> list[Line]:
    """Measure everything on an empty database and leave it empty."""
    lines: list[Line] = []
    for part in (_rolls, measure_imports, _gates, _learner, _studio, _publish):
        with rolled_back():
            lines += part()
    return lines


def over_budget(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.budget is not None and line.queries > line.budget]


def table(lines: list[Line]) -> str:
    """Return the measurements as a table for a terminal."""
    rows = [("work", "queries", "budget", "ms", "ratio", "baseline")]
    for line in lines:
        mark = " !" if line in over_budget([line]) else ""
        rows.append(
            (
                line.work,
                f"{line.queries}{mark}",
                "" if line.budget is None else f"≤ {line.budget}",
                f"{line.milliseconds:.1f}",
                "" if line.ratio is None else f"{line.ratio:.2f}",
                line.baseline,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            text.rjust(width) if 0 < i < 5 else text.ljust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _rolls() -> list[Line]:
    f.build_course()
    users = f.crowd(LEARNERS)
    trainer = f.person("trainer", f.Role.TRAINER)
    create = timed("roster, row by row", lambda: _create_one_by_one(users))
    opening = timed(
        "open a roll, 1 000", lambda: api.open_roll(f.session_id(), actor=trainer), 15, create
    )
    api.open_roll(f.session_id(), actor=trainer)
    marks = [api.Mark(user.pk, "P", request_key=f"k{user.pk}") for user in users]
    naive = timed("marks, row by row", lambda: _mark_one_by_one(users, trainer))
    session = {"session": str(f.session_id())}
    frame = timed("panel without its roll", lambda: instructor_page(f.unit(), may_waive=True))
    made = timezone.now() - timedelta(hours=2)
    queue = [
        api.Mark(user.pk, "P", request_key=f"k{user.pk}", at=made + timedelta(seconds=i))
        for i, user in enumerate(users[:100])
    ]
    few = timed("100 marks at once", lambda: f.give(trainer, marks[:100]), 15)
    return [
        create,
        opening,
        naive,
        timed("mark 1 000", lambda: f.give(trainer, marks), 15, naive),
        few,
        timed("100 marks, each its own time", lambda: f.give(trainer, queue), 15, few),
        timed(
            "close a roll, 1 000", lambda: api.close_roll(f.session_id(), actor=trainer), 15, naive
        ),
        frame,
        timed(
            "roll page, 1 000",
            lambda: roll_page(f.session(), may_waive=True, sees_addresses=True),
            12,
            frame,
        ),
        timed("roll handler, 1 000, as HTML", lambda: ask(trainer, "roll", session), None, frame),
    ]


def _create_one_by_one(users: list[Any]) -> None:
    session = f.session()
    for user in users:
        AttendanceRecord.objects.create(session=session, user=user)


def _mark_one_by_one(users: list[Any], trainer: Any) -> None:
    session, now = f.session(), timezone.now()
    for user in users:
        record = AttendanceRecord.objects.get(session=session, user=user)
        record.status, record.recorded_by, record.recorded_at = "P", trainer, now
        record.save()
        AttendanceChange.objects.create(
            session=session, user=user, actor=trainer, source="roll", at=now, received_at=now
        )


def _gates() -> list[Line]:
    f.build_course()
    ana, trainer = f.person("ana"), f.person("trainer", f.Role.TRAINER)
    template = f.unit()
    lines = [off := timed("gate off: nobody gates it", lambda: api.is_open("other", ana.pk))]
    for units, recorded in ((1, True), (50, True), (50, False)):
        key = f"block-{units}-{recorded}"
        for i in range(units):
            template.pk, template.usage_key = None, f"unit-{key}-{i}"
            template.partition_id += 1
            template.design = {
                **template.design,
                "gate": {"when_unmarked": "wait" if recorded else "open", "after_hours": 1},
            }
            template.save(force_insert=True)
            GatedBlock.objects.create(unit=template, usage_key=key)
            if recorded:
                api.grant_waiver(template.usage_key, ana.pk, actor=trainer, reason="x")
        name = f"gate on: {units} unit(s)" + ("" if recorded else ", nothing recorded")
        budget = 2 if recorded else 6
        lines.append(timed(name, lambda key=key: api.is_open(key, ana.pk), budget, off))
    return lines


def _learner() -> list[Line]:
    f.build_course(unit=f.design(*(f.meeting(n) for n in range(1, 11))))
    ana, trainer = f.person("ana"), f.person("trainer", f.Role.TRAINER)
    block = CampusRuntime(ana).get_block(f.unit_key())
    plain = timed("a view of nothing", block.public_view)
    first = timed("learner view, first look", block.student_view, 10, plain)
    f.take_roll(trainer, {ana: "P"})
    return [plain, first, timed("learner view, recorded", block.student_view, 10, plain)]


def _studio() -> list[Line]:
    """Measure what the editor asks while somebody types, and what it is opened with."""
    f.build_course()
    author = f.person("author", f.Role.AUTHOR)
    lines: list[Line] = []
    for sessions in (3, 200):
        f.redesign(sessions=[f.meeting(n) for n in range(1, sessions + 1)])
        block = CampusRuntime(author, is_author_mode=True).get_block(f.unit_key())
        draft = stored_version(block)
        viewer = get_host().viewer(block)
        check, edit = lines or (None, None)
        lines += [
            timed(
                f"check a draft, {sessions} sessions", partial(check_draft, draft, viewer), 3, check
            ),
            timed(f"open the editor, {sessions} sessions", block.studio_view, 8, edit),
        ]
    return lines


def _publish() -> list[Line]:
    f.build_course()
    one = timed("publish 1 unit, 14 blocks, unchanged", f.publish)
    with override_settings(BLENDED_XBLOCK_HOST="tests.big_course.BigCourseHost"):
        first = timed("publish 20 units, 2 000 blocks, first", f.publish, 40, one)
        f.publish()
        again = timed("publish 20 units, unchanged", f.publish, 40, one)
        ana, trainer = f.person("ana"), f.person("trainer", f.Role.TRAINER)
        for i in range(20):
            f.take_roll(trainer, {ana: "P"}, 10 * i + 1, f"unit-{i}")
    with override_settings(BLENDED_XBLOCK_HOST="tests.big_course.ChangedBigCourseHost"):
        changed = timed("publish 20 units, all changed", f.publish, 40, one)
    return [one, first, again, changed]
