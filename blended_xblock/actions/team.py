"""What only course staff do: waivers, and inviting trainers."""

from __future__ import annotations

import dataclasses

from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.answers import as_json, as_saved, clock_of
from blended_xblock.actions.parse import Data, read_whole
from blended_xblock.errors import InvalidInputError
from blended_xblock.hosts.base import Viewer
from blended_xblock.permissions import get_session, get_unit, require


def grant_waiver(viewer: Viewer, data: Data) -> Response:
    require("grant_waiver", viewer)
    user_id = read_whole(data.get("user"), "user")
    unit, reason = get_unit(viewer), data.get("reason", "")
    if not isinstance(reason, str):
        raise InvalidInputError(_("Say why: the reason is kept with the waiver."))
    api.grant_waiver(unit.usage_key, user_id, actor=viewer.user, reason=reason)
    outcome = api.get_standing(unit.usage_key, user_id).outcome
    return as_json({"saved_at": clock_of(viewer.timezone or "UTC"), "outcome": outcome})


def revoke_waiver(viewer: Viewer, data: Data) -> Response:
    require("revoke_waiver", viewer)
    user_id = read_whole(data.get("user"), "user")
    unit = get_unit(viewer)
    api.revoke_waiver(unit.usage_key, user_id, actor=viewer.user)
    outcome = api.get_standing(unit.usage_key, user_id).outcome
    return as_json({"saved_at": clock_of(viewer.timezone or "UTC"), "outcome": outcome})


def invite_trainer(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("invite_trainer", viewer, session)
    person = data.get("person")
    if not isinstance(person, str):
        raise InvalidInputError(_("Give the username or the e-mail address of one person."))
    trainers = api.invite_trainer(session.pk, person, actor=viewer.user)
    return as_saved(session, {"trainers": [dataclasses.asdict(trainer) for trainer in trainers]})


def revoke_trainer(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("revoke_trainer", viewer, session)
    user_id = read_whole(data.get("user"), "user")
    trainers = api.revoke_trainer(session.pk, user_id, actor=viewer.user)
    return as_saved(session, {"trainers": [dataclasses.asdict(trainer) for trainer in trainers]})


ACTIONS = (grant_waiver, revoke_waiver, invite_trainer, revoke_trainer)
