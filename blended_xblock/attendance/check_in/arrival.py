"""What an arrival is worth: the status a check-in gives at some moment, and from where it is."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from blended_xblock.attendance.check_in.desk import DeskState
from blended_xblock.design import Status
from blended_xblock.design.arrivals import arrivals_of
from blended_xblock.errors import TooLateError
from blended_xblock.models import AttendanceRecord, Session


def arrival_status(session: Session, state: DeskState, at: datetime) -> Status:
    """Return the status of whoever arrives ``at`` this aware instant.

    Raises TooLateError where the settings leave it to a person.
    """
    arrivals = arrivals_of(session.unit.read_design())
    if at < session.starts_at:
        return arrivals.early
    if at < state.late_from:
        return arrivals.on_time
    if at < state.too_late_from:
        return arrivals.late
    if arrivals.too_late is not None:
        return arrivals.too_late
    raise TooLateError(
        _("It is too late to check in by yourself. If you are here, tell your trainer.")
    )


def late_status(session: Session) -> Status:
    """Return the status of who comes late, also where it is too late without a person."""
    return arrivals_of(session.unit.read_design()).late


def modality_of(session: Session) -> str:
    """Return how somebody attends who checks in: with the code of an online session, from afar."""
    room, remote = AttendanceRecord.Modality.ROOM, AttendanceRecord.Modality.REMOTE
    return str(remote if session.mode == "online" else room)
