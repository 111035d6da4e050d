"""What a course team authored, as values that cannot be wrong: the one validator of a blended unit.

The editor's JSON, the block's field and OLX all pass ``Design.from_dict``, which names every
problem at once. Nothing here knows a learner, and neither does anything made from it.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from blended_xblock.design.checks import MAX_TEXT
from blended_xblock.design.parts import (
    CHECK_IN_STATUSES,
    FROM_MINUTES_STATUSES,
    MAX_CODE,
    MAX_ITEMS,
    MAX_REMINDERS,
    MAX_SESSIONS,
    CheckIn,
    FollowUp,
    FromMinutes,
    Gate,
    Link,
    MakeUp,
    Reminder,
    Rule,
    SessionDesign,
    Status,
)
from blended_xblock.design.problems import Problem, canonical_uuid
from blended_xblock.design.problems import mark as _
from blended_xblock.design.reader import Pairs, Reader
from blended_xblock.design.warnings import list_warnings
from blended_xblock.errors import DesignError

MODELS: Final = (
    "flipped_classroom",
    "rotation",
    "flex",
    "enriched_virtual",
    "project",
    "custom",
)
TAGS: Final = (
    "objective",
    "prework",
    "session",
    "status",
    "rule",
    "gate",
    "follow_up",
    "make_up",
    "reminder",
    "check_in",
    "from_minutes",
)
MAX_STATUSES: Final = 20

DEFAULT_STATUSES: Final = (
    Status("P", _("Present"), 1.0, attended=True, counted=True),
    Status("L", _("Late"), 1.0, attended=True, counted=True),
    # Whoever left early took part, so the follow-up opens; but the end of a workshop, where people
    # practise and conclude, is part of what its grade stands for.
    Status("D", _("Left early"), 0.5, attended=True, counted=True),
    Status("E", _("Excused"), 0.0, attended=False, counted=False),
    Status("A", _("Absent"), 0.0, attended=False, counted=True),
)


@dataclass(frozen=True, slots=True)
class Design:
    """One blended unit as authored. Only ``from_dict`` refuses what is wrong: build it so."""

    model: str = "custom"
    objectives: tuple[str, ...] = ()
    prework: tuple[Link, ...] = ()
    sessions: tuple[SessionDesign, ...] = ()
    statuses: tuple[Status, ...] = ()
    rule: Rule = field(default_factory=Rule)
    gate: Gate = field(default_factory=Gate)
    follow_ups: tuple[FollowUp, ...] = ()
    make_ups: tuple[MakeUp, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    check_in: CheckIn = field(default_factory=CheckIn)
    from_minutes: FromMinutes = field(default_factory=FromMinutes)
    confirmed_for: str = ""
    objective_xml: Pairs = ()
    extra_elements: tuple[str, ...] = ()

    @property
    def effective_statuses(self) -> tuple[Status, ...]:
        """The statuses to record with: the authored ones, or the five defaults."""
        return self.statuses or DEFAULT_STATUSES

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Design:
        """Return the design that ``to_dict`` (or an editor) wrote; {} is an empty one.

        Text is trimmed, and each stretch of white space in it becomes one space (addresses keep
        their lines). Raises DesignError with all the problems.
        """
        problems: list[Problem] = []
        root = Reader(data if isinstance(data, Mapping) else {}, "blended_unit", problems)
        if not isinstance(data, Mapping):
            root.not_an_object("", data)
        design = _read_design(root)
        if problems:
            raise DesignError(tuple(problems))
        return design

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, with the names of OLX; always in the same order."""
        return {
            "model": self.model,
            "objectives": list(self.objectives),
            "prework": [item.to_dict() for item in self.prework],
            "sessions": [item.to_dict() for item in self.sessions],
            "statuses": [item.to_dict() for item in self.statuses],
            "rule": self.rule.to_dict(),
            "gate": self.gate.to_dict(),
            "follow_ups": [item.to_dict() for item in self.follow_ups],
            "make_ups": [item.to_dict() for item in self.make_ups],
            # Left out where there is none, so that the digest of a design that knew no reminders
            # stays what it was: a publish would take every unit for a changed one.
            **(
                {"reminders": [item.to_dict() for item in self.reminders]} if self.reminders else {}
            ),
            # Likewise: only what a course team changed is said.
            **({"check_in": self.check_in.to_dict()} if self.check_in != CheckIn() else {}),
            **(
                {"from_minutes": self.from_minutes.to_dict()}
                if self.from_minutes != FromMinutes()
                else {}
            ),
            "confirmed_for": self.confirmed_for,
            **({"objective_xml": dict(self.objective_xml)} if self.objective_xml else {}),
            **({"extra_elements": list(self.extra_elements)} if self.extra_elements else {}),
        }

    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON, in hexadecimal."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def warnings(self, now: datetime) -> tuple[Problem, ...]:
        """Return what is allowed but probably not meant, at the aware instant ``now``."""
        return list_warnings(self, now)


def _read_design(root: Reader) -> Design:
    objectives = root.texts("objectives", "objective", "text", (MAX_ITEMS, MAX_TEXT))
    prework = root.children("prework", "prework", MAX_ITEMS, "block")
    sessions = root.children("sessions", "session", MAX_SESSIONS, "id")
    statuses = root.children("statuses", "status", MAX_STATUSES, "code")
    follow_ups = root.children("follow_ups", "follow_up", MAX_ITEMS, "block")
    make_ups = root.children("make_ups", "make_up", MAX_ITEMS, "block")
    reminders = root.children("reminders", "reminder", MAX_REMINDERS)
    rule, gate, check_in = root.child("rule"), root.child("gate"), root.child("check_in")
    minutes = root.child("from_minutes")
    design = Design(
        model=root.choice("model", MODELS, "custom"),
        objectives=objectives,
        prework=tuple(map(Link.read, prework)),
        sessions=tuple(map(SessionDesign.read, sessions)),
        statuses=tuple(map(Status.read, statuses)),
        rule=Rule.read(rule) if rule else Rule(),
        gate=Gate.read(gate) if gate else Gate(),
        follow_ups=tuple(map(FollowUp.read, follow_ups)),
        make_ups=tuple(map(MakeUp.read, make_ups)),
        reminders=tuple(map(Reminder.read, reminders)),
        check_in=CheckIn.read(check_in) if check_in else CheckIn(),
        from_minutes=FromMinutes.read(minutes) if minutes else FromMinutes(),
        confirmed_for=root.text("confirmed_for"),
        objective_xml=root.kept_texts("objective_xml", "objective", "text", objectives),
        extra_elements=root.extra_elements(TAGS),
    )
    root.finish()
    _check_sessions(sessions)
    _check_statuses(statuses, root)
    _check_links(prework, follow_ups, make_ups)
    _check_reminders(reminders, design.reminders)
    if check_in:
        _check_codes(check_in, CHECK_IN_STATUSES, statuses)
    if minutes:
        _check_codes(minutes, FROM_MINUTES_STATUSES, statuses)
    return design


def _check_sessions(readers: Sequence[Reader]) -> None:
    first_of: dict[str, str] = {}
    for reader in readers:
        name = canonical_uuid(reader.raw_text("id"))
        if name in first_of:
            reader.problem(
                "id",
                _("is also that of %(other)s. Give this one its own, for example %(example)s."),
                other=first_of[name],
                example=uuid.uuid4(),
            )
        elif name:
            first_of[name] = reader.element


def _check_statuses(readers: Sequence[Reader], root: Reader) -> None:
    first_of: dict[str, str] = {}
    for reader in readers:
        # Case does not tell codes apart: neither does every database, nor a person in a hurry.
        reader.once("code", reader.raw_text("code").casefold(), first_of)
    if readers and all(reader.data.get("attended") is False for reader in readers):
        template = _(
            "is false everywhere, so that nobody could ever take part. Set it to true for one "
            "status, such as Present."
        )
        root.problems.append(Problem("status", "attended", template, path=("statuses",)))


def _check_links(
    prework: Sequence[Reader], follow_ups: Sequence[Reader], make_ups: Sequence[Reader]
) -> None:
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for readers, first_of in ((prework, before), (follow_ups, after), (make_ups, {})):
        for reader in readers:
            reader.once("block", reader.raw_text("block"), first_of)
    for reader in follow_ups:
        other = before.get(reader.raw_text("block"))
        if other:
            reader.problem(
                "block",
                _(
                    "is also %(other)s: it cannot come before the session and stay shut until "
                    "after it. Remove one of the two."
                ),
                other=other,
            )
    for reader in make_ups:
        other = after.get(reader.raw_text("block"))
        if other:
            reader.problem(
                "block",
                _(
                    "is also %(other)s, which stays shut for whoever missed the session. Choose "
                    "another block, or remove one of the two."
                ),
                other=other,
            )


def _check_reminders(readers: Sequence[Reader], reminders: Sequence[Reminder]) -> None:
    first_of: dict[str, str] = {}
    for reader, reminder in zip(readers, reminders, strict=True):
        # A number that could not be read is 0, and has been reported already.
        reader.once("hours_before", str(reminder.hours_before or ""), first_of)


def _check_codes(reader: Reader, names: Sequence[str], statuses: Sequence[Reader]) -> None:
    authored = [each.raw_text("code") for each in statuses]
    codes = [code for code in authored if code] or [each.code for each in DEFAULT_STATUSES]
    for name in names:
        code = reader.raw_text(name)
        # A longer one was reported as too long.
        if code and len(code) <= MAX_CODE and code not in codes:
            reader.problem(
                name,
                _(
                    "is “%(value)s”, which is no code of the unit’s statuses. Use one of "
                    "%(codes)s, or leave it empty."
                ),
                value=code,
                codes=", ".join(codes),
            )
