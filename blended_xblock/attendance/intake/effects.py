"""What a file does to one person at one session: the mark, and what it meets there.

Marks made by hand win, and so do check-ins: a file changes what nobody said anything of, what was
assumed of all who were left, and what an earlier file said. It adds minutes to a mark that agrees
with it. Several files of one session are one: their stays are put together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.utils.translation import gettext as _

from blended_xblock.attendance.conflicts import ASSUMED
from blended_xblock.attendance.intake.earlier import MADE_BY_HAND, Earlier, adding_up
from blended_xblock.attendance.intake.stored import participant_of
from blended_xblock.attendance.ledger import NOTHING, after_mark, snapshot
from blended_xblock.attendance.marks import MINUTES_LIMIT, NOTE_LENGTH, UNCHANGED, Mark
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.design import Status
from blended_xblock.design.measured import judge, measured_of
from blended_xblock.design.problems import mark
from blended_xblock.imports.marks import is_seen, status_of
from blended_xblock.imports.people import merge, split
from blended_xblock.imports.report import Participant, RowProblem
from blended_xblock.models import AttendanceRecord, Guest, ImportBatch, ImportedPerson, Session

SOURCE: Final = "import"
NEAR: Final = timedelta(hours=12)
"""Who was there so shortly before or after a session, and not at it, was absent from it."""

_MEASURED: Final = ("minutes", "arrived_at", "left_at")

Times = tuple[int | None, datetime | None, datetime | None]
"""Minutes of one session, the first join and the last leave."""
Kind = Literal["record", "fill", "same", "kept", "unknown"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one learner or guest at one session.

    ``record``: ``after`` will be recorded. ``fill``: a mark that agrees gets what was measured.
    ``same``: it stands there already. ``kept``: a mark made by hand stands against ``after``.
    ``unknown``: which status it is, a person must say, and ``problem`` is why, where the file says
    something. ``before`` and ``after`` are snapshots; ``people`` the rows of the file, by number.
    """

    kind: Kind
    session: Session
    people: tuple[int, ...]
    row: AttendanceRecord | Guest
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    problem: RowProblem | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether somebody comes onto the roll by it who is not there."""
        return self.row.pk is None


class Judge:
    """Turns what was said of a person into what it does to their row at one session."""

    def __init__(self, session: Session, batch: ImportBatch) -> None:
        self.session, self.form = session, batch.format
        self.is_own = session.pk == batch.session_id
        self.is_measured = batch.format not in MADE_BY_HAND
        design = session.unit.read_design()
        self.settings = design.from_minutes
        self.measured = measured_of(design)
        self.known = statuses_of(session.unit)
        self.words = [(code, labels_of(status)) for code, status in self.known.items()]

    def effect(
        self,
        rows: Sequence[ImportedPerson],
        said: Sequence[Participant],
        earlier: Earlier,
        row: AttendanceRecord | Guest,
    ) -> Effect | None:
        """Return the effect, or None where the file says nothing of this session."""
        adds_up = len(adding_up(said, self.form)) == len(said)
        whole = merge([*said, *earlier.said] if adds_up else said)
        times = self._times(whole)
        if whole.mark is not None:
            times = (whole.minutes, None, None)
        if whole.intervals and times[1] is None and _is_of_another_day(whole, self.session):
            return None
        chosen = next((each.status for each in rows if each.status), None)
        found: str | RowProblem | None = chosen or self._status(whole, times)
        if chosen and chosen not in self.known:
            found = RowProblem.of(_NO_STATUS, line_of(rows), chosen)
        before = snapshot(row)
        numbers = tuple(each.number for each in rows)
        if isinstance(found, RowProblem):
            return Effect("unknown", self.session, numbers, row, before, before, found)
        if found is None:
            is_silent = not self.is_measured and times[0] is None
            if is_silent and not (row.status and _is_cleared(whole)):
                return None
            if not is_silent:
                return Effect("unknown", self.session, numbers, row, before, before)
        if self._is_out_of_place(row, times) and not (found and self.known[found].attended):
            return None
        after = after_mark(before, self._mark(row, whole, times, found))
        overrules = any(each.overrules for each in rows) or _is_seen(row, whole)
        is_free = row.source in ASSUMED or (
            row.source == SOURCE and not self._is_chosen(row, whole, earlier)
        )
        if before == after:
            kind: Kind = "same"
        elif before["status"] is None or is_free or overrules:
            kind = "record"
        elif before["status"] != after["status"]:
            kind = "kept"
        else:
            after = _filled(before, after, self._measured(earlier))
            kind = "same" if after == before else "fill"
        return Effect(kind, self.session, numbers, row, before, after)

    def _times(self, whole: Participant) -> Times:
        return split(whole, self.session.starts_at, self.session.ends_at)

    def _measured(self, earlier: Earlier) -> Mapping[str, Any]:
        """Return what earlier files alone measured, as a snapshot has it."""
        if not earlier.said:
            return {}
        minutes, first, last = self._times(merge(earlier.said))
        mark = Mark(1, "", minutes, arrived_at=first, left_at=last)
        return {name: after_mark(NOTHING, mark)[name] for name in _MEASURED}

    def _is_chosen(
        self, row: AttendanceRecord | Guest, whole: Participant, earlier: Earlier
    ) -> bool:
        """Tell whether a person chose what an earlier file recorded, or wrote it into a table.

        Who writes a table anew corrects the last one.
        """
        if row.status in earlier.chosen:
            return True
        written = () if whole.status else earlier.written
        return any(status_of(each, self.words) == row.status for each in written)

    def _is_out_of_place(self, row: AttendanceRecord | Guest, times: Times) -> bool:
        """Tell whether nobody expects somebody here: that they were not there says nothing."""
        if row.pk is not None:
            return False
        if isinstance(row, Guest):
            return not self.is_own and not times[0]
        return not row.is_expected

    def _status(self, whole: Participant, times: Times) -> str | RowProblem | None:
        """Return a code, None where nothing is said, or why it cannot be told."""
        written = status_of(whole, self.words)
        if written:
            return written
        minutes, first, last = times
        if minutes is None and not self.is_measured:
            return None
        if whole.mark is not None:
            return None
        start, end = self.session.starts_at, self.session.ends_at
        judged = judge(minutes, first, last, start, end, self.settings)
        status = self.measured.status_of(judged)
        return status.code if status else None

    def _mark(
        self, row: AttendanceRecord | Guest, whole: Participant, times: Times, status: str | None
    ) -> Mark:
        """Return what is to be recorded; what the file does not say stays as it is."""
        minutes, first, last = times
        own = whole.mark
        if own is not None:
            return Mark(
                1, status, minutes, own.modality, whole.note[:NOTE_LENGTH],
                arrived_at=_kept(row.arrived_at, own.arrived),
                left_at=_kept(row.left_at, own.left),
            )  # fmt: skip
        is_remote = self.is_measured and minutes
        return Mark(
            1,
            status,
            row.minutes if minutes is None else min(minutes, MINUTES_LIMIT),
            AttendanceRecord.Modality.REMOTE.value if is_remote else None,
            whole.note[:NOTE_LENGTH] or None,
            arrived_at=first or UNCHANGED,
            left_at=last or UNCHANGED,
        )


def _is_of_another_day(whole: Participant, session: Session) -> bool:
    """Tell whether all stays are so far from a session that they say nothing of it."""
    return all(
        leave < session.starts_at - NEAR or join > session.ends_at + NEAR
        for join, leave in whole.intervals
    )


def labels_of(status: Status) -> list[str]:
    """Return what a status is called, in the language it was written in and in the reader's."""
    return list(dict.fromkeys((status.label, _(status.label)))) if status.label else []


def _kept(stored: datetime | None, said: datetime | None) -> datetime | None:
    """Return what is stored where a spreadsheet only cut its seconds off."""
    if stored is None or said is None:
        return said
    is_same = stored.replace(second=0, microsecond=0) == said.replace(second=0, microsecond=0)
    return stored if is_same else said


def _is_cleared(whole: Participant) -> bool:
    """Tell whether somebody emptied the cell of a mark that was exported."""
    return whole.mark is not None and whole.mark.seen is not None


def _is_seen(row: AttendanceRecord | Guest, whole: Participant) -> bool:
    """Tell whether whoever wrote the file had before them what stands there."""
    return whole.mark is not None and is_seen(whole.mark.seen, row.recorded_at)


def _filled(
    before: Mapping[str, Any], after: Mapping[str, Any], measured: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a mark made by hand with what it does not say itself, or files before this one did."""

    def is_said(name: str) -> bool:
        return before[name] not in (NOTHING[name], measured.get(name, NOTHING[name]))

    return {name: before[name] if is_said(name) else after[name] for name in NOTHING}


def line_of(rows: Sequence[ImportedPerson]) -> int:
    """Return the first line of the file that names a person, 0 where that is not known."""
    return next((line for row in rows for line in participant_of(row).lines), 0)


_NO_STATUS: Final = mark(
    "Line %(line)d: “%(cell)s” was chosen, and is no status of this unit any more."
)
