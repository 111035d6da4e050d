"""The Python door: what other plugins, our block and our tests call; all else is internal.

``actor`` is a user and is recorded, not asked: whether they may do it is decided by the caller's
layer (``blended_xblock.permissions``). Every error is a ``BlendedError``.
"""

from __future__ import annotations

from blended_xblock.attendance.absences import (
    Absence,
    Alternative,
    announce_absence,
    choose_alternative,
    list_absences,
    list_alternatives,
    list_replacements,
    withdraw_absence,
)
from blended_xblock.attendance.appeals import (
    AppealReport,
    answer_appeal,
    list_appeals,
    make_appeal,
    withdraw_appeal,
)
from blended_xblock.attendance.bulk import (
    Bulk,
    BulkReport,
    list_bulk_actions,
    record_many,
    record_unmarked,
    undo_bulk,
)
from blended_xblock.attendance.check_in.anomalies import Anomaly, anomalies_of, list_anomalies
from blended_xblock.attendance.check_in.desk import (
    DeskState,
    Present,
    ShownCode,
    current_codes,
    desk_state,
    present_list,
    set_desk,
)
from blended_xblock.attendance.check_in.passes import check_in_by_pass, pass_of
from blended_xblock.attendance.check_in.service import CheckedIn, check_in
from blended_xblock.attendance.conflicts import Conflict, list_conflicts, settle_conflict
from blended_xblock.attendance.feed import Changes, changes_since
from blended_xblock.attendance.guest_links import LinkReport, link_guest, unlink_guest
from blended_xblock.attendance.guests import (
    GuestReport,
    GuestVisit,
    add_guest,
    edit_guest,
    list_guests,
    mark_guest,
    remove_guest,
    restore_guest,
)
from blended_xblock.attendance.history import Change, list_changes, list_own_changes
from blended_xblock.attendance.intake.applying import Applied, apply_import
from blended_xblock.attendance.intake.listing import (
    ImportedFile,
    Preview,
    Progress,
    list_imports,
    preview_import,
)
from blended_xblock.attendance.intake.listing import columns_of as import_columns
from blended_xblock.attendance.intake.listing import get_progress as get_import_progress
from blended_xblock.attendance.intake.reading import read_batch as read_import
from blended_xblock.attendance.intake.receiving import discard as discard_import
from blended_xblock.attendance.intake.receiving import receive_piece
from blended_xblock.attendance.intake.receiving import throw_away_old as throw_away_old_files
from blended_xblock.attendance.intake.settling import Settled, name_columns
from blended_xblock.attendance.intake.settling import settle as settle_import
from blended_xblock.attendance.intake.taking_back import TakenBack, undo_import
from blended_xblock.attendance.intake.taking_back import check_again as check_import_again
from blended_xblock.attendance.marks import UNCHANGED, Mark
from blended_xblock.attendance.recording import RecordReport, record_attendance
from blended_xblock.attendance.rolls import (
    ClosePreview,
    ReopenReport,
    Roll,
    close_roll,
    open_roll,
    preview_close,
    reopen_roll,
)
from blended_xblock.attendance.trainers import (
    Trainer,
    invite_trainer,
    list_trainers,
    revoke_trainer,
)
from blended_xblock.attendance.undo import UndoReport, undo_changes
from blended_xblock.attendance.walk_ins import WalkIn, add_to_roll, remove_from_roll
from blended_xblock.errors import BlendedError
from blended_xblock.gate.access import (
    Lock,
    StandingReport,
    get_standing,
    is_open,
    lock_for,
    locks_for,
)
from blended_xblock.gate.standing import learners_changed
from blended_xblock.gate.waivers import grant_waiver, revoke_waiver
from blended_xblock.messages.reminders import (
    ReminderPreview,
    ReminderProgress,
    get_reminder_progress,
    preview_reminders,
    send_reminders,
)
from blended_xblock.publishing import SyncReport, sync_course
from blended_xblock.reports.export import Export, export_roll

__all__ = [
    "UNCHANGED",
    "Absence",
    "Alternative",
    "Anomaly",
    "AppealReport",
    "Applied",
    "BlendedError",
    "Bulk",
    "BulkReport",
    "Change",
    "Changes",
    "CheckedIn",
    "ClosePreview",
    "Conflict",
    "DeskState",
    "Export",
    "GuestReport",
    "GuestVisit",
    "ImportedFile",
    "LinkReport",
    "Lock",
    "Mark",
    "Present",
    "Preview",
    "Progress",
    "RecordReport",
    "ReminderPreview",
    "ReminderProgress",
    "ReopenReport",
    "Roll",
    "Settled",
    "ShownCode",
    "StandingReport",
    "SyncReport",
    "TakenBack",
    "Trainer",
    "UndoReport",
    "WalkIn",
    "add_guest",
    "add_to_roll",
    "announce_absence",
    "anomalies_of",
    "answer_appeal",
    "apply_import",
    "changes_since",
    "check_import_again",
    "check_in",
    "check_in_by_pass",
    "choose_alternative",
    "close_roll",
    "current_codes",
    "desk_state",
    "discard_import",
    "edit_guest",
    "export_roll",
    "get_import_progress",
    "get_reminder_progress",
    "get_standing",
    "grant_waiver",
    "import_columns",
    "invite_trainer",
    "is_open",
    "learners_changed",
    "link_guest",
    "list_absences",
    "list_alternatives",
    "list_anomalies",
    "list_appeals",
    "list_bulk_actions",
    "list_changes",
    "list_conflicts",
    "list_guests",
    "list_imports",
    "list_own_changes",
    "list_replacements",
    "list_trainers",
    "lock_for",
    "locks_for",
    "make_appeal",
    "mark_guest",
    "name_columns",
    "open_roll",
    "pass_of",
    "present_list",
    "preview_close",
    "preview_import",
    "preview_reminders",
    "read_import",
    "receive_piece",
    "record_attendance",
    "record_many",
    "record_unmarked",
    "remove_from_roll",
    "remove_guest",
    "reopen_roll",
    "restore_guest",
    "revoke_trainer",
    "revoke_waiver",
    "send_reminders",
    "set_desk",
    "settle_conflict",
    "settle_import",
    "sync_course",
    "throw_away_old_files",
    "undo_bulk",
    "undo_changes",
    "undo_import",
    "unlink_guest",
    "withdraw_absence",
    "withdraw_appeal",
]
