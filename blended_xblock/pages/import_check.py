"""One file with attendance as somebody checks it: what it would do, and what has to be said first.

The page is fetched whole, or only the rows about which something was just decided.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from blended_xblock.attendance.intake.effects import Effect
from blended_xblock.attendance.intake.listing import ImportedFile, Preview
from blended_xblock.attendance.statuses import statuses_of
from blended_xblock.imports.mapping import Preview as Columns
from blended_xblock.imports.report import Remark
from blended_xblock.models import ImportBatch, ImportedPerson, Session
from blended_xblock.pages.common import StatusChoice, status_choice
from blended_xblock.pages.import_columns import ColumnsPage, columns_page
from blended_xblock.pages.import_people import DONE, GROUPS, PersonRow, Words, group_of
from blended_xblock.pages.imports import format_label
from blended_xblock.pages.search import fold
from blended_xblock.schedule.wording import describe_instant, describe_span

ROWS: Final = 100
_TABLE: Final = "csv"
_WRITES: Final = frozenset({"record", "fill"})
State = ImportBatch.State


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """A session a file covers; it is recorded there where it is chosen."""

    id: str
    title: str
    when: str
    is_chosen: bool
    is_allowed: bool
    count: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    label: str
    n: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One file before, while and after it is checked.

    ``n_record`` are those who would be recorded, ``singles`` as JSON whom one press confirms
    together: ``[[number, user id], …]``. ``reason`` is what may be said of corrections on a closed
    roll, empty where nothing is corrected.
    """

    id: int
    session_id: str
    revision: int
    name: str
    format: str
    state: str
    percent: int
    problem: str
    remarks: tuple[str, ...]
    same: tuple[str, ...]
    sessions: tuple[SessionChoice, ...]
    groups: tuple[Group, ...]
    statuses: tuple[StatusChoice, ...]
    rows: tuple[PersonRow, ...]
    n_people: int
    n_rows: int
    number: int
    n_pages: int
    show: str
    query: str
    matched: int
    to_settle: int
    n_record: int
    summary: tuple[str, ...]
    opens_roll: str
    reason: str
    singles: str
    n_singles: int
    said: tuple[str, ...]
    is_table: bool
    table: ColumnsPage | None

    @property
    def may_name_columns(self) -> bool:
        """Tell whether this is a table of somebody's own, whose columns may have been misread."""
        return self.state == State.READY and self.is_table

    @property
    def can_apply(self) -> bool:
        return self.state == State.READY and self.matched > 0

    @property
    def is_done(self) -> bool:
        return self.state in DONE


def import_page(
    preview: Preview,
    *,
    may: Collection[uuid.UUID] | None,
    show: str = "",
    query: str = "",
    number: int = 1,
    only: Collection[int] | None = None,
    columns: Columns | None = None,
    now: datetime | None = None,
) -> ImportPage:
    """Return a file with a hundred of its people: those of one group, or who match ``query``.

    ``may``: the sessions whose roll whoever looks takes, None for all; of others nothing is shown.
    ``only``: the numbers of
    those to return instead, wherever they stand. ``columns``: the beginning of its table, where
    somebody says what its columns are.
    """
    now = now or timezone.now()
    if may is not None:
        preview = replace(preview, plan=preview.plan.only_of(may))
    batch, session = preview.batch, preview.batch.session
    is_done = batch.state in DONE
    effects = _by_person(preview.plan.effects)
    people = preview.plan.people
    groups = {row.number: group_of(row, effects[row.number], is_done=is_done) for row in people}
    counts = Counter(groups.values())
    show = show if show in GROUPS else ""
    found = _found(people, groups, show, query)
    n_pages = max(1, -(-len(found) // ROWS))
    number = min(max(1, number), n_pages)
    rows = found[(number - 1) * ROWS : number * ROWS]
    if only is not None:
        rows = [row for row in people if row.number in only][:ROWS]
    words = Words(preview, rows, now)
    singles = [] if is_done else _singles(people, words)
    matched = counts["change"] + counts["same"] + counts["kept"]
    return ImportPage(
        id=batch.pk,
        session_id=str(session.pk),
        revision=batch.revision,
        name=batch.file_name,
        format=format_label(batch.format),
        state=batch.state,
        percent=batch.progress,
        problem=_translated(batch.problem),
        remarks=tuple(_translated(each) for each in batch.remarks),
        same=_same_words(preview, now),
        sessions=tuple(
            _session_choice(each, preview, is_chosen=is_chosen, may=may, now=now)
            for each, is_chosen in preview.covered
        ),
        groups=tuple(
            Group(name, label, counts[name], name == show)
            for name, label in _group_labels(is_done=is_done).items()
            if counts[name] or name == show
        ),
        statuses=tuple(status_choice(each) for each in statuses_of(session.unit).values()),
        rows=tuple(words.row(row, groups[row.number], effects[row.number]) for row in rows),
        n_people=len(people),
        n_rows=len(found),
        number=number,
        n_pages=n_pages,
        show=show,
        query=query,
        matched=matched,
        to_settle=counts["to_settle"],
        n_record=len({each.people for each in preview.plan.effects if each.kind in _WRITES}),
        summary=_done_summary(counts, batch.state) if is_done else _summary(counts, matched),
        opens_roll="" if is_done else _opens(preview),
        reason="" if is_done else _reason(preview),
        singles=json.dumps(singles),
        n_singles=len(singles),
        said=words.history(),
        is_table=batch.format == _TABLE,
        table=columns_page(columns, batch.mapping) if columns is not None else None,
    )


def _translated(said: Mapping[str, Any]) -> str:
    """Return a stored problem or remark in the reader's language; nothing for none."""
    return Remark.from_data(said).translated(_) if said else ""


def _group_labels(*, is_done: bool) -> dict[str, str]:
    if is_done:
        return {
            "change": pgettext("people of a file", "Recorded"),
            "kept": _("Marks that stood against it"),
            "same": _("Nothing changed"),
            "out": _("Left out"),
        }
    return {
        "to_settle": _("To settle"),
        "aside": _("Set aside"),
        "kept": _("Marks that stand against it"),
        "change": _("To be recorded"),
        "same": _("Nothing changes"),
        "out": _("Left out"),
    }


def _summary(counts: Mapping[str, int], matched: int) -> tuple[str, ...]:
    return tuple(
        text % {"n": n}
        for text, n, is_said in (
            (ngettext("%(n)d matched", "%(n)d matched", matched), matched, True),
            (
                ngettext("%(n)d to settle", "%(n)d to settle", counts["to_settle"]),
                counts["to_settle"],
                True,
            ),
            (
                ngettext("%(n)d set aside", "%(n)d set aside", counts["aside"]),
                counts["aside"],
                counts["aside"] > 0,
            ),
            (
                ngettext(
                    "%(n)d mark stands against it", "%(n)d marks stand against it", counts["kept"]
                ),
                counts["kept"],
                counts["kept"] > 0,
            ),
            (
                ngettext("%(n)d left out", "%(n)d left out", counts["out"]),
                counts["out"],
                counts["out"] > 0,
            ),
        )
        if is_said
    )


def _done_summary(counts: Mapping[str, int], state: str) -> tuple[str, ...]:
    n = counts["change"]
    recorded = ngettext("%(n)d recorded", "%(n)d recorded", n)
    if state == State.UNDONE:
        recorded = ngettext("%(n)d was recorded", "%(n)d were recorded", n)
    return tuple(
        text % {"n": n}
        for text, n in (
            (recorded, n),
            (
                ngettext("%(n)d mark was kept", "%(n)d marks were kept", counts["kept"]),
                counts["kept"],
            ),
            (ngettext("%(n)d left out", "%(n)d left out", counts["out"]), counts["out"]),
        )
        if n
    )


def _by_person(effects: Iterable[Effect]) -> Mapping[int, list[Effect]]:
    found: dict[int, list[Effect]] = defaultdict(list)
    for effect in effects:
        for number in effect.people:
            found[number].append(effect)
    return found


def _found(
    people: Iterable[ImportedPerson], groups: Mapping[int, str], show: str, query: str
) -> list[ImportedPerson]:
    words = fold(query).split()

    def is_found(row: ImportedPerson) -> bool:
        text = fold(f"{row.name} {row.email} {row.account}")
        return (not show or groups[row.number] == show) and all(word in text for word in words)

    shown = [row for row in people if is_found(row)]
    return sorted(shown, key=lambda row: (GROUPS.index(groups[row.number]), row.number))


def _singles(people: Iterable[ImportedPerson], words: Words) -> list[tuple[int, int]]:
    found = ((row.number, words.single_of(row)) for row in people)
    return [(number, user_id) for number, user_id in found if user_id is not None]


def _opens(preview: Preview) -> str:
    """Say that a roll which nobody has opened will be, since that freezes who is on it."""
    n = sum(
        each.roll_state == Session.Roll.NOT_OPENED
        for each, is_chosen in preview.covered
        if is_chosen
    )
    if not n:
        return ""
    return ngettext(
        "The roll is not opened yet: recording these people opens it.",
        "%(n)d rolls are not opened yet: recording these people opens them.",
        n,
    ) % {"n": n}


def _reason(preview: Preview) -> str:
    """Return a reason to begin with where a closed roll is corrected, which wants one."""
    closed = Session.Roll.CLOSED
    if not any(each.session.roll_state == closed for each in preview.plan.writes):
        return ""
    return _("From the file “%(name)s”.") % {"name": preview.batch.file_name}


def _session_choice(
    session: Session,
    preview: Preview,
    *,
    is_chosen: bool,
    may: Collection[uuid.UUID] | None,
    now: datetime,
) -> SessionChoice:
    n = len(preview.plan.of(session, "record", "fill", "same", "kept"))
    return SessionChoice(
        id=str(session.pk),
        title=session.title,
        when=describe_span(session.starts_at, session.ends_at, session.timezone, now).text,
        is_chosen=is_chosen,
        is_allowed=may is None or session.pk in may,
        count=ngettext("%(n)d person", "%(n)d people", n) % {"n": n} if is_chosen else "",
    )


def _same_words(preview: Preview, now: datetime) -> tuple[str, ...]:
    """Say where the very same file counts already, whatever it was called."""

    def said(file: ImportedFile) -> dict[str, str]:
        assert file.applied_at is not None
        when = describe_instant(file.applied_at, preview.batch.session.timezone, now)
        return {"name": file.applied_by_name or _("somebody"), "when": when}

    here = _("This very file was applied by %(name)s, %(when)s. It counts already.")
    there = _(
        "This very file was applied at “%(session)s” by %(name)s, %(when)s. Make sure that it "
        "belongs here as well."
    )
    return (
        *(here % said(file) for file in preview.same),
        *(there % (said(file) | {"session": title}) for file, title in preview.elsewhere),
    )
