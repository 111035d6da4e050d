"""What becomes of a person's traces when their account is retired.

The platform anonymises the account itself, to which our rows point. What people wrote in their own
words about the learner, or the learner about a session, is wiped here; statuses, minutes and times
stay, so that a session's figures and its audit trail remain true. A guest who turned out to be this
person, or who gave one of their addresses, is a guest without a name from then on. So is somebody
whom a file names and who was found to be this person; its content is thrown away, and under which
names the person took part is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import models, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Cast

from blended_xblock.models import (
    AbsenceNotice,
    Appeal,
    AttendanceChange,
    AttendanceRecord,
    BlendedUnit,
    CheckInAttempt,
    Guest,
    ImportAlias,
    ImportBatch,
    ImportedPerson,
    ImportPiece,
    MarkConflict,
    SentMessage,
    SessionFeedback,
    Waiver,
)
from blended_xblock.sets import update_many

_WORDS: Final[tuple[tuple[type[models.Model], tuple[str, ...]], ...]] = (
    (AttendanceRecord, ("note",)),
    (Waiver, ("reason",)),
    (SessionFeedback, ("comment",)),
    (AbsenceNotice, ("reason",)),
    (Appeal, ("text", "answer")),
    (CheckInAttempt, ("device",)),
    (SentMessage, ("error",)),
)
_AT_A_SESSION: Final[tuple[type[models.Model], ...]] = (
    AttendanceRecord,
    AttendanceChange,
    AbsenceNotice,
    Appeal,
)
_OF_A_GUEST: Final = ("name", "email", "note")
_OF_A_PERSON: Final = ("name", "email", "account")
_IN_A_SNAPSHOT: Final = ("note", "name", "email")
_STRONG: Final = 95
"""From this likeness on a name in a file that nobody settled is taken for the person's."""


@transaction.atomic
def forget_person(user_id: int, emails: Collection[str] = ()) -> None:
    """Wipe free text about and by this person; repeating it changes nothing.

    ``emails`` are the addresses the person had: guests who gave one of them are forgotten as well.
    """
    same = [Q(email__iexact=email) for email in sorted(set(emails) - {""})]
    theirs = reduce(or_, same, Q(user_id=user_id))
    named_in = reduce(or_, same, Q(user_id=user_id) | Q(matched_id=user_id) | _suggested(user_id))
    was_guest = _lock_units(user_id, theirs, named_in)
    for model, names in _WORDS:
        said = reduce(or_, (~Q(**{name: ""}) for name in names))
        model._base_manager.filter(said, user_id=user_id).update(**dict.fromkeys(names, ""))
    guests = list(Guest.objects.filter(theirs)) if was_guest else []
    named = [guest for guest in guests if any(getattr(guest, name) for name in _OF_A_GUEST)]
    for guest in named:
        guest.name = guest.email = guest.note = ""
    update_many(named, _OF_A_GUEST)
    _forget_in_files(user_id, named_in)
    about = Q(user_id=user_id)
    if guests:
        about |= Q(guest__in=guests)
    _wipe_history(AttendanceChange.objects.filter(about))
    conflicts = []
    for conflict in MarkConflict.objects.filter(user_id=user_id):
        wiped = _wiped(conflict.other)
        if wiped != conflict.other:
            conflict.other = wiped
            conflicts.append(conflict)
    update_many(conflicts, ("other",))


def _forget_in_files(user_id: int, named_in: Q) -> None:
    # With their names goes whatever else these stood for: an older row must not count again.
    theirs = ImportAlias.objects.filter(user_id=user_id)
    for course_key, key in set(theirs.values_list("course_key", "key")):
        ImportAlias.objects.filter(course_key=course_key, key=key).delete()
    is_named = ~Q(**dict.fromkeys(_OF_A_PERSON, "")) | Q(said__has_key="note")
    rows = ImportedPerson.objects.filter(named_in, is_named)
    batches = set(rows.values_list("batch_id", flat=True))
    if not batches:
        return
    # Who settles, copies or discards one of these files at this moment has locked it.
    list(ImportBatch.objects.select_for_update().filter(pk__in=batches).order_by("pk"))
    people = [row for row in rows if _is_meant(row, user_id)]
    if not people:
        return
    for person in people:
        person.name = person.email = person.account = ""
        person.said = {name: value for name, value in person.said.items() if name != "note"}
    update_many(people, (*_OF_A_PERSON, "said"))
    batches = {person.batch_id for person in people}
    ImportPiece.objects.filter(batch__in=batches).delete()
    ImportBatch.objects.filter(pk__in=batches).exclude(remarks=[]).update(remarks=[])


def _suggested(user_id: int) -> Q:
    """Match rows of files in which somebody nobody settled may be this person."""
    rows = ImportedPerson.objects.annotate(text=Cast("suggestions", models.TextField()))
    open_ones = rows.filter(decision__in=("", ImportedPerson.Decision.OUT))
    return Q(pk__in=open_ones.filter(text__contains=f"[{user_id}, ").values("pk"))


def _is_meant(row: ImportedPerson, user_id: int) -> bool:
    """Tell whether a row is this person's: a name that is only similar is somebody else's."""
    scores = dict(row.suggestions)
    return scores.get(user_id, _STRONG) >= _STRONG or user_id in (row.user_id, row.matched_id)


def _lock_units(user_id: int, of_guests: Q, of_files: Q) -> bool:
    """Lock the units that know this person, in the order of their keys; tell if as a guest.

    Who writes there at this moment may have read a note that is wiped here, and would put it back.
    """
    none, one = Value(0), Value(1)
    asked: list[QuerySet[Any, Any]] = [
        Guest.objects.filter(of_guests).values_list("session__unit_id", one)
    ]
    asked.append(Waiver.objects.filter(user_id=user_id).values_list("unit_id", none))
    asked.append(
        ImportedPerson.objects.filter(of_files).values_list("batch__session__unit_id", none)
    )
    for model in _AT_A_SESSION:
        rows = model._base_manager.filter(user_id=user_id)
        asked.append(rows.values_list("session__unit_id", none))
    first, *others = (rows.order_by() for rows in asked)
    found = list(first.union(*others))
    if units := sorted({unit for unit, _as_guest in found}):
        list(BlendedUnit.objects.select_for_update().filter(pk__in=units).order_by("pk"))
    return any(as_guest for _unit, as_guest in found)


def _wipe_history(changes: QuerySet[AttendanceChange]) -> None:
    changed = []
    for change in changes:
        kept = (_wiped(change.before), _wiped(change.after), "")
        if kept != (change.before, change.after, change.reason):
            change.before, change.after, change.reason = kept
            changed.append(change)
    update_many(changed, ("before", "after", "reason"))


def _wiped(side: dict[str, Any]) -> dict[str, Any]:
    return side | {name: "" for name in _IN_A_SNAPSHOT if side.get(name)}
