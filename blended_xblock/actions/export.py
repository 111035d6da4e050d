"""The roll of a session as a file, for those who take it."""

from __future__ import annotations

from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from webob import Response

from blended_xblock import api
from blended_xblock.actions.parse import Data
from blended_xblock.errors import InvalidInputError
from blended_xblock.hosts.base import Viewer
from blended_xblock.permissions import Role, get_session, require, roles_of


def export_roll(viewer: Viewer, data: Data) -> Response:
    session = get_session(viewer, data.get("session", ""))
    require("export_roll", viewer, session)
    kind = data.get("kind", "csv")
    if kind not in ("csv", "xlsx"):
        raise InvalidInputError(_("A roll can be exported as csv or as xlsx."))
    sees_addresses = Role.STAFF in roles_of(viewer, session)
    file = api.export_roll(session, sees_addresses=sees_addresses, kind=kind)
    return Response(
        app_iter=file.chunks,
        content_type=file.content_type,
        charset="utf-8" if kind == "csv" else None,
        content_disposition=content_disposition_header(True, file.name),
        # People are named in it: no cache between us and whoever asked keeps a copy.
        cache_control="private, no-store",
    )


ACTIONS = (export_roll,)
