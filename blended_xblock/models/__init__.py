"""The tables: what a publish compiled and what people recorded.

Keys are text without branch and version. Instants are UTC; a session's wall-clock time is
``starts_at`` seen in its own zone. Nothing here is ever deleted by a publish.
"""

from __future__ import annotations

from blended_xblock.models.attendance import (
    AttendanceChange,
    AttendanceRecord,
    BulkAction,
    Guest,
    MarkConflict,
)
from blended_xblock.models.common import CODE_LENGTH, KEY_LENGTH, REQUEST_KEY_LENGTH
from blended_xblock.models.course import (
    BlendedUnit,
    CourseGate,
    GatedBlock,
    LinkedBlock,
    Registration,
    Session,
    SessionTrainer,
)
from blended_xblock.models.imports import (
    ImportAlias,
    ImportBatch,
    ImportedPerson,
    ImportedSession,
    ImportPiece,
)
from blended_xblock.models.outcomes import SessionFeedback, Standing, Waiver
from blended_xblock.models.room import AbsenceNotice, Appeal, CheckInAttempt, CheckInDesk
from blended_xblock.models.work import FailedJob, SentMessage

__all__ = [
    "CODE_LENGTH",
    "KEY_LENGTH",
    "REQUEST_KEY_LENGTH",
    "AbsenceNotice",
    "Appeal",
    "AttendanceChange",
    "AttendanceRecord",
    "BlendedUnit",
    "BulkAction",
    "CheckInAttempt",
    "CheckInDesk",
    "CourseGate",
    "FailedJob",
    "GatedBlock",
    "Guest",
    "ImportAlias",
    "ImportBatch",
    "ImportPiece",
    "ImportedPerson",
    "ImportedSession",
    "LinkedBlock",
    "MarkConflict",
    "Registration",
    "SentMessage",
    "Session",
    "SessionFeedback",
    "SessionTrainer",
    "Standing",
    "Waiver",
]
