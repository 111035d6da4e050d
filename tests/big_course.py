"""A course of 2 000 blocks, for what a publish costs."""

from __future__ import annotations

from blended_xblock.hosts.base import OutlineNode, PublishedUnit
from blended_xblock.hosts.workbench import WorkbenchHost
from tests import factories as f


class BigCourseHost(WorkbenchHost):
    """A course of 2 000 blocks, of which 20 units gate 80 each, made without a store."""

    def outline(self, course_key: str) -> OutlineNode:
        def node(kind: str, name: str, *children: OutlineNode) -> OutlineNode:
            return OutlineNode(
                f.key(f"{kind}@{name}"), kind, name, name, children, completable=not children
            )

        parts = []
        for i in range(20):
            below = [node("html", f"follow-{i}-{j}") for j in range(79)]
            before = [node("html", f"before-{i}-{j}") for j in range(17)]
            parts += [
                node("sequential", f"before-{i}", *before),
                node("blended_unit", f"unit-{i}"),
                node("sequential", f"follow-{i}", *below),
            ]
        return node("course", "course", *parts)

    def published_units(self, course_key: str) -> list[PublishedUnit]:
        return [
            PublishedUnit(
                f.unit_key(f"unit-{i}"),
                f"Unit {i}",
                1.0,
                f.design(
                    *(f.meeting(10 * i + n) for n in range(1, 6)),
                    prework=[{"block": f"sequential@before-{i}"}],
                    follow_ups=[{"block": f"sequential@follow-{i}"}],
                ),
            )
            for i in range(20)
        ]


class ChangedBigCourseHost(BigCourseHost):
    """The same course, after each unit's rule was changed."""

    def published_units(self, course_key: str) -> list[PublishedUnit]:
        rule = {"kind": "sessions", "at_least": 2}
        return [
            PublishedUnit(u.usage_key, u.title, u.weight, {**u.design, "rule": rule})
            for u in super().published_units(course_key)
        ]
