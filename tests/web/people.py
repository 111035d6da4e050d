"""The ten roles as visitors of our own pages: each with a browser of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.test import Client

from blended_xblock.hosts.base import Viewer
from blended_xblock.hosts.workbench import WorkbenchHost
from tests.test_permissions import PEOPLE, ROLES

__all__ = ["ROLES", "LookingHost", "client_of"]

# What each of the ten gets of a page for those who take a session's roll, in the order of ROLES.
# A visitor is sent to the login.
WHO_TAKES_THE_ROLL = (302, 403, 403, 200, 403, 403, 200, 403, 200, 200)


class LookingHost(WorkbenchHost):
    """The campus, where whoever asks for a page does so through somebody else's eyes."""

    def viewer_of(self, request: Any, course_key: str, usage_key: str) -> Viewer:
        viewer = super().viewer_of(request, course_key, usage_key)
        return replace(viewer, is_masquerading=True)


def client_of(role: str) -> Client:
    """Return the browser of somebody of this role; the host must look for the tenth of them."""
    client = Client()
    user = PEOPLE[role]()
    if user is not None:
        client.force_login(user)
    return client
