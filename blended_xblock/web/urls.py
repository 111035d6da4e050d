"""Addresses below ``/blended/``; the LMS and the demo include them, Studio does not."""

from __future__ import annotations

from django.urls import path

from blended_xblock.web import actions, check_in, room, sessions, sheet

app_name = "blended_xblock"

urlpatterns = [
    path("sessions/", sessions.mine, name="sessions"),
    path("sessions/<uuid:session_id>/", sessions.panel, name="panel"),
    path("sessions/<uuid:session_id>/screen/", room.screen, name="screen"),
    path("sessions/<uuid:session_id>/scan/", room.scan, name="scan"),
    path("sessions/<uuid:session_id>/sheet/", sheet.sheet, name="sheet"),
    path("in/<slug:ticket>/", check_in.scan, name="check_in"),
    path("check-in/<uuid:session_id>/", check_in.typed, name="check_in_typed"),
    path("units/<int:unit_id>/<slug:action>/", actions.act, name="act"),
]
