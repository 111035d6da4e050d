"""What a course team authored: frozen values, one validator, every problem named. Pure Python."""

from blended_xblock.design.parts import (
    MODES,
    RULE_KINDS,
    WHEN_UNMARKED,
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
from blended_xblock.design.problems import Problem
from blended_xblock.design.unit import DEFAULT_STATUSES, MODELS, TAGS, Design

__all__ = [
    "DEFAULT_STATUSES",
    "MODELS",
    "MODES",
    "RULE_KINDS",
    "TAGS",
    "WHEN_UNMARKED",
    "CheckIn",
    "Design",
    "FollowUp",
    "FromMinutes",
    "Gate",
    "Link",
    "MakeUp",
    "Problem",
    "Reminder",
    "Rule",
    "SessionDesign",
    "Status",
]
