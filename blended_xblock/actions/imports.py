"""Files with people's attendance: sent in pieces, checked, applied, taken back."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_html, as_json, as_saved
from blended_xblock.actions.parse import Data, read_text, read_whole
from blended_xblock.attendance.intake.reading import INLINE_BYTES
from blended_xblock.attendance.intake.receiving import get_batch
from blended_xblock.attendance.intake.settling import SETTLED_LIMIT
from blended_xblock.errors import InvalidInputError, NotAllowedError
from blended_xblock.events import announce_file
from blended_xblock.hosts import get_host
from blended_xblock.hosts.base import Viewer
from blended_xblock.models import ImportBatch, Session, SessionTrainer
from blended_xblock.pages.import_check import ROWS
from blended_xblock.pages.import_check import import_page as page_of
from blended_xblock.pages.imports import imports_page
from blended_xblock.pages.roll import roll_update
from blended_xblock.permissions import Role, get_session, require, roles_of

NAMES_SHOWN = 10
State = ImportBatch.State


def imports(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("imports", viewer, session)
    return as_html("imports", {"page": imports_page(session)})


def import_state(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("import_state", viewer, session)
    progress = api.get_import_progress(session.pk, _number(data))
    return as_json(dataclasses.asdict(progress))


def import_page(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("import_page", viewer, session)
    preview = api.preview_import(session.pk, _number(data))
    asks_columns = preview.batch.state == State.READY and bool(data.get("columns"))
    columns = None
    if preview.batch.state == State.COLUMNS or asks_columns:
        columns = api.import_columns(session.pk, preview.batch.pk)
    page = page_of(
        preview,
        may=_may(viewer, session),
        show=str(data.get("show", "")),
        query=str(data.get("q", ""))[:254],
        number=read_whole(data.get("page", 1), "page"),
        only=_numbers(data.get("numbers")),
        columns=columns,
    )
    return as_html("import", {"page": page})


def upload_import(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("upload_import", viewer, session)
    batch = api.receive_piece(
        session.pk,
        actor=viewer.user,
        key=read_text(data.get("key"), "key"),
        name=read_text(data.get("name"), "name"),
        size=read_whole(data.get("size"), "size"),
        number=read_whole(data.get("number"), "number"),
        data=_bytes(read_text(data.get("data"), "data")),
    )
    return _read_or_queue(session, batch)


def read_import(viewer: Viewer, data: Data) -> Response:
    """Read a file again, by what somebody says of its columns."""
    session = get_session(viewer, data.get("session", ""))
    require("read_import", viewer, session)
    said: Any = data.get("mapping")
    if said is not None and not isinstance(said, dict):
        raise InvalidInputError(_("Say what each column means."))
    return _read_or_queue(session, api.name_columns(session.pk, _number(data), said))


def settle_import(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("settle_import", viewer, session)
    chosen: Any = data.get("sessions")
    batch = api.settle_import(
        session.pk,
        _number(data),
        _decisions(data),
        sessions=None if chosen is None else _ids(chosen),
        may=_may(viewer, session),
    )
    return as_saved(session, {"import": batch.pk, "revision": batch.revision})


def apply_import(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("apply_import", viewer, session)
    done = api.apply_import(
        session.pk,
        _number(data),
        actor=viewer.user,
        revision=read_whole(data.get("revision"), "revision"),
        is_again=data.get("again") is True,
        may=_may(viewer, session),
        reason=read_text(data.get("reason", ""), "reason"),
        needs_reason=True,
    )
    counts = {
        name: getattr(done, name)
        for name in ("recorded", "filled", "unchanged", "kept", "left_out", "guests", "is_repeated")
    }
    return _roll_saved(session, done.user_ids, {"applied": counts})


def undo_import(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("undo_import", viewer, session)
    _require_own(viewer, session, _number(data))
    done = api.undo_import(session.pk, _number(data), actor=viewer.user, may=_may(viewer, session))
    names = get_host().names(done.kept[:NAMES_SHOWN]) if done.kept else {}
    counts = {
        "restored": len(done.restored),
        "kept": len(done.kept),
        "names": [names[user_id] for user_id in done.kept if user_id in names],
        "guests": done.guests,
        "is_repeated": done.is_repeated,
    }
    return _roll_saved(session, (*done.restored, *done.kept), {"undone": counts})


def check_import_again(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("check_import_again", viewer, session)
    batch = api.check_import_again(session.pk, _number(data), actor=viewer.user)
    return as_saved(session, _state(batch))


def discard_import(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("discard_import", viewer, session)
    return as_saved(session, _state(api.discard_import(session.pk, _number(data))))


ACTIONS = (
    imports,
    import_state,
    import_page,
    upload_import,
    read_import,
    settle_import,
    apply_import,
    undo_import,
    check_import_again,
    discard_import,
)


def _require_own(viewer: Viewer, session: Session, number: int) -> None:
    """Raise NotAllowedError where an invited trainer would take back what somebody else applied."""
    if Role.STAFF in roles_of(viewer, session) or viewer.user is None:
        return
    if get_batch(session.pk, number).applied_by_id not in (None, viewer.user.pk):
        raise NotAllowedError(
            _("Somebody else did this: ask them, or the course staff, to take it back.")
        )


def _read_or_queue(session: Session, batch: ImportBatch) -> Response:
    """Read a small file at once; a larger one is read while its page says how far it is."""
    if batch.state == State.READING:
        if batch.size <= INLINE_BYTES:
            api.read_import(batch.pk)
            batch.refresh_from_db(fields=["state"])
        else:
            announce_file(batch.pk)
    return as_saved(session, _state(batch))


def _roll_saved(session: Session, user_ids: Iterable[int], more: dict[str, Any]) -> Response:
    """Answer with who changed on the roll, and with its state, which a file may have changed."""
    session.refresh_from_db(fields=["roll_state"])
    update = roll_update(session, set(user_ids)) | {"roll_state": session.roll_state}
    return as_saved(session, update | more)


def _state(batch: ImportBatch) -> dict[str, Any]:
    return {"import": batch.pk, "state": batch.state}


def _number(data: Data) -> int:
    return read_whole(data.get("import"), "import")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(
            _("A piece of the file is damaged. Choose the file again.")
        ) from error


def _may(viewer: Viewer, session: Session) -> Collection[uuid.UUID] | None:
    """Return at which sessions somebody may record people; None: at all of the unit."""
    if Role.STAFF in roles_of(viewer, session):
        return None
    return set(
        SessionTrainer.objects.filter(
            user=viewer.user, revoked_at__isnull=True, session__unit=session.unit
        ).values_list("session_id", flat=True)
    )


def _numbers(said: Any) -> set[int] | None:
    """Return which people of a file are asked for; None for those of a page."""
    if not said:
        return None
    return {read_whole(each, "numbers") for each in str(said).split(",")[:ROWS]}


def _ids(chosen: Any) -> set[uuid.UUID]:
    try:
        if not isinstance(chosen, list):
            raise ValueError
        return {uuid.UUID(str(each)) for each in chosen}
    except ValueError as error:
        raise InvalidInputError(_("Send the sessions as a list.")) from error


def _decisions(data: Data) -> list[api.Settled]:
    people: Any = data.get("people") or []
    if not isinstance(people, list) or len(people) > SETTLED_LIMIT:
        raise InvalidInputError(_("Send what is decided of each person as a list."))
    return [_decision(each) for each in people]


def _decision(said: Any) -> api.Settled:
    if not isinstance(said, dict):
        raise InvalidInputError(_("Send what is decided of each person as a list."))
    settled = api.Settled(read_whole(said.get("number"), "number"))
    values: dict[str, Any] = {}
    if "as" in said:
        values["decision"] = read_text(said["as"], "as")
    if said.get("user") is not None:
        values["user_id"] = read_whole(said["user"], "user")
    if "status" in said:
        values["status"] = read_text(said["status"], "status")
    if "overrules" in said:
        values["overrules"] = said["overrules"] is True
    return dataclasses.replace(settled, **values)
